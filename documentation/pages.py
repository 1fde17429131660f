"""The pages of the site, rendered once for each process."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from posixpath import normpath

from django.conf import settings
from django.template.loader import render_to_string

from documentation import contents
from documentation.api.examples import examples
from documentation.api.operations import resource_title, resources
from documentation.markdown import Document, PageSection, code_block, render, slug
from krafter_audit.api.openapi.components import TAG_DESCRIPTIONS

REFERENCE = "reference"


@dataclass(frozen=True)
class DocumentationPage:
    url: str
    document: Document

    @property
    def title(self) -> str:
        return self.document.title

    @property
    def description(self) -> str:
        """Return the text before the first section, of which search engines show the beginning."""
        return self.document.sections[0].text

    @property
    def headings(self) -> list[PageSection]:
        """Return the sections of the second level."""
        return [section for section in self.document.sections if section.level == 2]


def page(name: str) -> DocumentationPage | None:
    """Return the page of a Markdown file, a list of pages or a resource, if there is one."""
    # A client may request any number of other names, which must not stay in the cache.
    return rendered_page(name) if name in _names() else None


@cache
def rendered_page(name: str) -> DocumentationPage:
    return DocumentationPage(contents.page_url(name), _document(name))


def all_pages() -> list[DocumentationPage]:
    return [rendered_page(name) for name in _names()]


@cache
def _names() -> list[str]:
    lists = [contents.DECISIONS, REFERENCE, *(f"{REFERENCE}/{slug(tag)}" for tag in resources())]
    return [*contents.page_names(), *lists]


def _document(name: str) -> Document:
    if name == contents.DECISIONS:
        return _decisions()
    if name == REFERENCE:
        return _reference()
    if name.startswith(f"{REFERENCE}/"):
        return _operations(next(tag for tag in resources() if f"{REFERENCE}/{slug(tag)}" == name))
    file = contents.source(name)
    folder = PurePosixPath(file.relative_to(settings.BASE_DIR)).parent
    return render(file.read_text(encoding="utf-8"), lambda target: link_url(target, folder))


def link_url(target: str, folder: PurePosixPath) -> str:
    """Return the URL of a link in a file of `folder`; a file without a page stays as it is written."""
    path, _, anchor = target.partition("#")
    if not path or "://" in path or path.startswith("/"):
        return target
    file = normpath(folder / path)
    url = contents.SERVED_FILES.get(file) or _page_urls().get(file, target)
    return f"{url}#{anchor}" if anchor else url


@cache
def _page_urls() -> dict[str, str]:
    root = Path(settings.BASE_DIR)
    urls = {
        str(contents.source(name).relative_to(root)): contents.page_url(name)
        for name in contents.page_names()
    }
    return urls | {f"docs/{contents.DECISIONS}": contents.page_url(contents.DECISIONS)}


def _decisions() -> Document:
    found = [rendered_page(name) for name in contents.decision_names()]
    lines = [f"- [{decision.title}]({decision.url})" for decision in found]
    return render("# Decisions\n\nWhy the system is designed as it is.\n\n" + "\n".join(lines), str)


def _reference() -> Document:
    rows = [
        f"| [{resource_title(tag)}](/docs/{REFERENCE}/{slug(tag)}) | {len(operations)} |"
        for tag, operations in resources().items()
    ]
    introduction = (
        "# API operations\n\n"
        "Every operation of the API with its parameters and examples in curl, Python and JavaScript."
        " [Try them](/api/docs) in the browser, or read the [OpenAPI description](/api/v1/schema).\n\n"
        "| Resource | Operations |\n|---|---|\n"
    )
    return render(introduction + "\n".join(rows), str)


def _operations(tag: str) -> Document:
    title, operations = f"{resource_title(tag)}: operations", resources()[tag]
    with_examples = [
        (operation, [(example, code_block(example.code, example.lexer)) for example in examples(operation)])
        for operation in operations
    ]
    description = TAG_DESCRIPTIONS[tag]
    context = {"title": title, "description": description, "operations": with_examples}
    html = render_to_string("documentation/operations.html", context)
    sections = [PageSection(1, "", title, description)]
    for operation in operations:
        fields = [*operation.parameters, *operation.fields]
        words = " ".join(f"{field.name} {field.description}" for field in fields)
        text = f"{operation.method} {operation.short_path} {operation.id} {operation.description} {words}"
        sections.append(PageSection(2, operation.anchor, operation.summary, text))
    return Document(html, tuple(sections))
