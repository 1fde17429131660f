"""Every file of docs/ is a page, and every link and anchor of the site exists."""

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from documentation import contents, pages
from documentation.pages import all_pages, link_url, page


class Links(HTMLParser):
    """Collects the targets of links and the ids of elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.ids: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src", "action"):
                self.targets.append(value or "")
            if name in ("id", "name") and tag != "input":
                self.ids.append(value or "")


@pytest.fixture(scope="module")
def served() -> dict[str, Links]:
    """Return the links and ids of each page as it is served."""
    client = Client()
    return {documented.url: Links(client.get(documented.url).content.decode()) for documented in all_pages()}


def test_every_markdown_file_of_the_folder_is_a_page() -> None:
    folder = Path(settings.BASE_DIR) / "docs"
    files = {str(path.relative_to(folder).with_suffix("")) for path in folder.rglob("*.md")}

    assert files - set(contents.page_names()) == set()


def test_every_name_of_the_contents_has_its_file_and_title() -> None:
    names = list(contents.page_names())

    assert len(set(names)) == len(names)
    assert [name for name in names if not contents.source(name).exists()] == []
    assert Counter(documented.title for documented in all_pages()).most_common(1)[0][1] == 1


@pytest.mark.slow
def test_internal_links_and_anchors_exist(served: dict[str, Links]) -> None:
    broken = []
    for url, links in served.items():
        for target in links.targets:
            parts = urlsplit(target)
            path = parts.path or url
            if parts.scheme or path.startswith("/static/"):
                continue
            is_page = path in served and (not parts.fragment or parts.fragment in served[path].ids)
            if not is_page and (path in served or parts.fragment or Client().get(path).status_code != 200):
                broken.append((url, target))

    assert broken == []


@pytest.mark.slow
def test_ids_are_unique_on_each_page(served: dict[str, Links]) -> None:
    repeated = {
        url: [name for name, count in Counter(links.ids).items() if count > 1]
        for url, links in served.items()
    }

    assert {url: names for url, names in repeated.items() if names} == {}


@pytest.mark.slow
def test_markdown_of_no_page_becomes_an_element_that_loads_a_resource() -> None:
    documents = [page.document.html for page in all_pages()]

    assert [html for html in documents if re.search(r"<(?:script|img|iframe|link|object)\b", html)] == []


@pytest.mark.parametrize(
    ("target", "url"),
    [
        ("api.md#findings", "/docs/api#findings"),
        ("README.md", "/docs"),
        ("decisions/", "/docs/decisions"),
        ("../clients/python/README.md", "/docs/clients/python"),
        ("../reports/exporters/report.schema.json", "/schemas/report-1.json"),
        ("#here", "#here"),
        ("https://example.com/a.md", "https://example.com/a.md"),
        ("/api/docs", "/api/docs"),
        ("../setup.cfg", "../setup.cfg"),
    ],
)
def test_links_between_files_become_links_between_pages(target: str, url: str) -> None:
    assert link_url(target, PurePosixPath("docs")) == url


def test_links_of_decision_records_are_resolved_from_their_folder() -> None:
    assert link_url("../api.md", PurePosixPath("docs/decisions")) == "/docs/api"


@pytest.mark.parametrize(
    "name", ["no-such-page", "../SECURITY", "reference/none", "api.md", "decisions/0000"]
)
def test_name_that_is_not_in_the_contents_has_no_page(name: str) -> None:
    assert page(name) is None


def test_names_without_a_page_are_not_cached() -> None:
    cached = pages.rendered_page.cache_info().currsize

    page("no-such-page")

    assert pages.rendered_page.cache_info().currsize == cached


def test_page_of_a_resource_has_a_section_for_each_operation() -> None:
    found = page(f"{pages.REFERENCE}/tasks")

    assert found is not None
    assert found.title == "Tasks: operations"
    assert [heading.anchor for heading in found.headings][:2] == ["list-tasks", "create-task"]
    assert found.document.html.count("<h3>JavaScript</h3>") == len(found.headings)
