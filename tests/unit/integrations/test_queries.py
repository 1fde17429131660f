"""The URLs that a provider may be requested to inspect."""

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from findings.models import Finding
from findings.services.ingestion import FindingReport, ingest_one
from integrations import queries

pytestmark = pytest.mark.django_db


def report(project: Project, title: str, severity: str, *assets: tuple[str, str]) -> Finding:
    listed = [{"type": kind, "value": value} for kind, value in assets]
    return ingest_one(
        project, FindingReport("seo", title, severity=severity, affected_assets=listed), by=SYSTEM
    )[0]


def test_known_urls_are_the_site_and_the_pages_with_open_findings(project: Project) -> None:
    report(project, "low", "low", ("url", "https://example.com/low"))
    report(project, "high", "critical", ("page", "https://example.com/high"), ("header", "X-Frame-Options"))
    report(project, "again", "low", ("url", "https://example.com/high"), ("url", "ftp://example.com/"))
    done = report(project, "done", "critical", ("url", "https://example.com/done"))
    Finding.objects.filter(pk=done.pk).update(status="resolved")

    urls = queries.known_urls(project)

    assert urls == [project.site_url, "https://example.com/high", "https://example.com/low"]


def test_known_urls_are_limited(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MAX_URLS", 2)
    report(project, "many", "low", *[("url", f"https://example.com/{n}") for n in range(5)])

    assert len(queries.known_urls(project)) == 2
