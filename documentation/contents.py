"""The sections of the site and their Markdown files; a name without `.md` is the URL below `/docs/`."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings

HOME = "README"
CONTENTS: dict[str, tuple[str, ...]] = {
    "Start": (HOME, "quickstart", "authentication"),
    "Use the admin": (
        "admin",
        "admin-reviews",
        "admin-policy",
        "admin-people",
        "admin-integrations",
        "admin-reports",
    ),
    "Use the API": (
        "errors",
        "pagination",
        "limits-and-retries",
        "waiting",
        "webhooks",
        "guard-windows",
        "sla-clock",
        "campaigns",
        "states",
        "evidence",
        "integrations",
    ),
    "Reference": ("api", "versioning", "api-changelog", "clients/python", "clients/typescript"),
    "Run it": ("self-hosting", "operations", "upgrading", "scaling", "benchmarks", "licences", "changelog"),
}
DECISIONS = "decisions"
# Shorter names in the navigation than the headings of the pages.
SHORT_TITLES = {
    HOME: "Overview",
    "clients/python": "Python client",
    "clients/typescript": "TypeScript client",
    "decisions": "Decisions",
    "reference": "All operations",
}
# Pages whose files are outside `docs/`.
FILES_OUTSIDE_DOCS = {
    "clients/python": "clients/python/README.md",
    "clients/typescript": "clients/typescript/README.md",
    "upgrading": "UPGRADING.md",
    "changelog": "CHANGELOG.md",
}
# The URLs of other files of the repository on a running system.
SERVED_FILES = {"reports/exporters/report.schema.json": "/schemas/report-1.json"}


def source(name: str) -> Path:
    root = Path(settings.BASE_DIR)
    return root / FILES_OUTSIDE_DOCS[name] if name in FILES_OUTSIDE_DOCS else root / "docs" / f"{name}.md"


@cache
def page_title(name: str) -> str:
    with source(name).open(encoding="utf-8") as file:
        return file.readline().removeprefix("# ").strip()


def page_names() -> Iterator[str]:
    for names in CONTENTS.values():
        yield from names
    yield from decision_names()


def decision_names() -> list[str]:
    folder = Path(settings.BASE_DIR) / "docs" / DECISIONS
    return [f"{DECISIONS}/{path.stem}" for path in sorted(folder.glob("*.md"))]


def page_url(name: str) -> str:
    return "/docs" if name == HOME else f"/docs/{name}"
