"""The documentation lists exactly the errors, endpoints, settings, commands and files that exist."""

import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.core.management import get_commands
from django.urls import URLPattern, URLResolver, get_resolver

from krafter_audit.api.errors import ApiError
from krafter_audit.celery import app
from krafter_audit.conf.declarations import PROVIDER_SETTINGS, SETTINGS, settings_of_providers
from krafter_audit.conf.setting import SettingSection
from tests.project_rules.source import PACKAGES, ROOT, files, strings, text

API, ERRORS, OPERATIONS = "docs/api.md", "docs/errors.md", "docs/operations.md"
PROSE = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "UPGRADING.md",
    "clients/python/README.md",
    "clients/typescript/README.md",
    *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")),
]
PROSE += [f"docs/decisions/{path.name}" for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
PROJECT = "api/v1/orgs/<str:org_id>/projects/<str:project_id>/audit/"

# Files that the examples of CONTRIBUTING.md create, and folders that a running system creates.
EXAMPLE_FILES = {
    "reports/exporters/markdown.py",
    "manifest.json",
}
RUNTIME_FOLDERS = ("media/", "static/", ".krafter/")


# ---- Errors


def error_classes() -> set[type[ApiError]]:
    for package in PACKAGES:
        if (ROOT / package / "errors.py").exists():
            importlib.import_module(f"{package}.errors")
    importlib.import_module("krafter_audit.urls")  # imports the views and their errors
    found, queue = set(), [ApiError]
    while queue:
        error = queue.pop()
        found.add(error)
        queue += error.__subclasses__()
    return {error for error in found if error.__module__.split(".")[0] in PACKAGES}


def error_rows() -> dict[str, tuple[int, str]]:
    """Return `{code: (status, rest of the row)}` of the table in the documentation."""
    rows = re.findall(r"^\| `(\w+)` \| (\d{3}) (\|.*)$", text(ERRORS), re.MULTILINE)
    assert len(rows) == len({code for code, _, _ in rows}), "a code occurs twice in the table"
    return {code: (int(status), rest) for code, status, rest in rows}


def test_docs_list_every_error_with_its_status_and_message() -> None:
    rows = error_rows()

    def is_listed(error: type[ApiError]) -> bool:
        status, row = rows.get(error.code, (0, ""))
        return status == error.status and ("code" not in vars(error) or f"| {error.message} |" in row)

    assert [error.__name__ for error in error_classes() if not is_listed(error)] == []


def test_docs_list_no_unknown_error() -> None:
    assert set(error_rows()) == {error.code for error in error_classes()}


# ---- Endpoints


def endpoints(patterns: Any = None, prefix: str = "") -> Iterator[str]:
    """Yield `GET …/findings/:id` for each URL and method; `GET` for views that are no view sets."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        url = prefix + str(pattern.pattern)
        if url.startswith(("admin/", "^")):
            continue
        if isinstance(pattern, URLResolver):
            yield from endpoints(pattern.url_patterns, url)
        elif isinstance(pattern, URLPattern):
            for method in getattr(pattern.callback, "actions", {"get": ""}):
                if method != "head":
                    yield f"{method.upper()} {documented_url(url)}"


def documented_url(url: str) -> str:
    url = re.sub(r"<str:pk>", ":id", url.replace(PROJECT, "…/"))
    url = re.sub(r"<(?:str|path):(\w+)>", r":\1", url)
    return url if url.startswith("…") else f"/{url}"


def test_docs_list_every_endpoint() -> None:
    assert [endpoint for endpoint in sorted(set(endpoints())) if f"`{endpoint}`" not in text(API)] == []


def test_docs_list_no_unknown_endpoint() -> None:
    listed = re.findall(r"^\| `((?:GET|POST|PATCH|PUT|DELETE) [^`]+)` \|", text(API), re.MULTILINE)

    assert len(listed) > 40
    assert set(listed) - set(endpoints()) == set()


# ---- Settings

SETTING = re.compile(r"(?:KRAFTER_[A-Z0-9_]*[A-Z0-9]|DATABASE_URL|REDIS_URL|EMAIL_URL)")
SCRIPT = ("krafter",)


def test_every_setting_that_is_read_is_declared() -> None:
    read = {word for path in files() for word in strings(path) if SETTING.fullmatch(word)}
    read |= {word for path in SCRIPT for word in re.findall(r"\$\{(KRAFTER_[A-Z_]+)", text(path))}

    assert len(read) > 40
    assert read - {setting.name for setting in (*SETTINGS, *settings_of_providers())} == set()


def test_docs_have_a_row_for_every_setting_and_no_other() -> None:
    rows = re.findall(r"^\| `([A-Z][A-Z0-9]*_[A-Z0-9_<>]+)` \|", text(OPERATIONS), re.MULTILINE)

    documented = {s.name for s in (*SETTINGS, *PROVIDER_SETTINGS) if s.section is not SettingSection.INTERNAL}
    assert sorted(rows) == sorted(documented)


# ---- Links, files and commands that the prose names


@cache
def headings(path: str) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", text(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def links() -> Iterator[tuple[str, str]]:
    for path in PROSE:
        for target in re.findall(r"\]\(([^)\s]+)\)", text(path)):
            if "://" not in target:
                yield path, target


def has_target(path: str, target: str) -> bool:
    relative, _, anchor = target.partition("#")
    file = (ROOT / path).parent / relative if relative else ROOT / path
    return file.exists() and (not anchor or anchor in headings(str(file.resolve().relative_to(ROOT))))


def test_every_link_has_a_target() -> None:
    assert [link for link in sorted(set(links())) if not has_target(*link)] == []


def spans() -> Iterator[tuple[str, str]]:
    """Yield what is in backticks in the prose, and each line of code blocks."""
    for path in PROSE:
        blocks = re.findall(r"^```\w*\n(.*?)^```", text(path), re.MULTILINE | re.DOTALL)
        rest = re.sub(r"^ *```.*?^ *```", "", text(path), flags=re.MULTILINE | re.DOTALL)
        for span in [
            *re.findall(r"`([^`\n]+)`", rest),
            *(line for block in blocks for line in block.splitlines()),
        ]:
            yield path, span.strip()


FILE = re.compile(r"(?:[\w.-]+/)*[\w.-]+(?:/|\.(?:py|md|toml|txt|yaml|json|html|css))")


def files_named() -> Iterator[tuple[str, str]]:
    entries = {entry.name for entry in ROOT.iterdir()}
    for path, span in spans():
        known = span.split("/")[0] in entries or "/" not in span
        if (
            FILE.fullmatch(span)
            and known
            and not span.startswith(RUNTIME_FOLDERS)
            and span not in EXAMPLE_FILES
        ):
            yield path, span


@cache
def names_below_folders() -> set[str]:
    """Return the names of the files and folders in the folders of the project, without what was installed."""
    found: set[str] = set()
    for folder in (
        entry for entry in ROOT.iterdir() if entry.is_dir() and entry.name not in (".git", ".krafter")
    ):
        for _, folders, names in folder.walk():
            found.update(folders, names)
    return found


def exists(name: str) -> bool:
    if "/" in name.rstrip("/") or (ROOT / name).exists():
        return (ROOT / name).exists()
    return name.rstrip("/") in names_below_folders() or name == "ready.json"


def test_named_files_exist() -> None:
    named = sorted(set(files_named()))

    assert len(named) > 100
    assert [(path, name) for path, name in named if not exists(name)] == []


def script_commands() -> set[str]:
    return set(re.findall(r"^  \./krafter (\w+)", text("devtools/help.txt"), re.MULTILINE))


def test_named_script_commands_exist_and_all_are_named() -> None:
    named = {word for _, span in spans() for word in re.findall(r"\./krafter (\w+)", span)}

    assert named - script_commands() == set()
    assert script_commands() - named - {"lock"} == set()


def test_named_management_commands_exist() -> None:
    called = {
        word for _, span in spans() for word in re.findall(r"(?:manage\.py|krafter manage) (\w+)", span)
    }
    listed = set(
        re.findall(
            r"^\| `(\w+)(?: [^`]*)?` \| (?!\d)[a-z]",
            section(OPERATIONS, "Users, projects and keys"),
            re.MULTILINE,
        )
    )

    assert len(listed) >= 8
    assert (called | listed) - set(get_commands()) == set()


def section(path: str, title: str) -> str:
    return text(path).split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_docs_list_every_management_command() -> None:
    developers = {"seed_installation", "generate_docs"}
    ours = {name for name, app in get_commands().items() if app in PACKAGES} - developers

    assert [
        name for name in sorted(ours) if f"`{name}" not in section(OPERATIONS, "Users, projects and keys")
    ] == []


def test_docs_list_every_scheduled_job_and_no_other() -> None:
    first_cells = re.findall(r"^\| (`[^|]+) \|", section(OPERATIONS, "Scheduled jobs"), re.MULTILINE)
    listed = [name for cell in first_cells for name in re.findall(r"`([a-z_.]+)`", cell)]

    assert sorted(listed) == sorted(entry["task"] for entry in app.conf.beat_schedule.values())


# ---- Decisions

RECORDS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
SECTIONS = ["Context", "Decision", "Consequences"]


def test_decision_records_are_numbered_without_gaps() -> None:
    assert [path.name[:5] for path in RECORDS] == [f"{number:04}-" for number in range(1, len(RECORDS) + 1)]


def is_in_form(path: Path) -> bool:
    written = path.read_text(encoding="utf-8")
    title = re.sub(r"\W+", "-", written.splitlines()[0].removeprefix("# ").lower())
    sections = re.findall(r"^## (.+)$", written, re.MULTILINE)
    return (title, sections) == (path.stem[5:], SECTIONS) and len(written.split()) <= 250


def test_decision_records_have_a_title_three_sections_and_at_most_250_words() -> None:
    assert [path.name for path in RECORDS if not is_in_form(path)] == []


def unknown_records(source: str) -> list[str]:
    """Return the numbers of decision records that a text names and that do not exist."""
    known = {record.name[:4] for record in RECORDS}
    return [number for number in re.findall(r"docs/decisions/(\w*)", source) if number not in known]


def test_decision_records_named_in_code_exist() -> None:
    assert {path: numbers for path in files() if (numbers := unknown_records(text(path)))} == {}


def test_unknown_decision_record_is_found() -> None:
    assert unknown_records("See docs/decisions/0001 and docs/decisions/9999.") == ["9999"]
