"""A scan continues after its worker is killed: no page is checked twice, and no finding is created twice."""

from typing import Any

import pytest

from tests.chaos.system import System, wait_until
from tests.fakes.faulty_site import GOOD_PAGE, Site

pytestmark = pytest.mark.chaos
PAGES = 8


def link_pages(site: Site) -> None:
    """Give the site `PAGES` pages, its start page included, with a fault on each."""
    links = [f"/page-{number}" for number in range(1, PAGES)]
    site.pages = dict.fromkeys(links, GOOD_PAGE)
    site.body = GOOD_PAGE.replace("Good things.", "".join(f'<a href="{link}">A page</a>' for link in links))
    site.headers["X-Powered-By"] = "PHP/5.3"


def pages(system: System, scan_id: str) -> list[dict[str, Any]]:
    return list(system.request("GET", f"scans/{scan_id}/pages").data)


def checked_urls(system: System, scan_id: str, scanner: str) -> list[str]:
    return [
        page["url"] for page in pages(system, scan_id) if page["scanner"] == scanner and page["looked_at"]
    ]


def test_scan_continues_at_the_next_page_each_time_its_worker_is_killed(system: System, site: Site):
    link_pages(site)
    spent = system.units_spent()
    scan_id = system.request("POST", "scans/run", {"url": site.url}).data["id"]
    for count in (1, 3, 6):
        before = wait_until(
            lambda at=count: _at_least(checked_urls(system, scan_id, "http"), at), seconds=120
        )
        system.kill("worker")
        site.hits.clear()
        wait_until(lambda at=count: _at_least(checked_urls(system, scan_id, "http"), at + 1), seconds=90)
        requested = {site.url[:-1] + hit.split()[1] for hit in site.hits if hit.startswith("GET")}
        assert requested & set(before) <= {site.url}

    scan = wait_until(lambda: _finished(system, scan_id), seconds=300)

    results = _all(system, f"scans/{scan_id}/results?outcome=failed&key=powered_by_disclosure")
    titles = [finding["title"] for finding in _all(system, "findings?")]
    assert scan["status"] == "completed"
    assert scan["summary"]["progress"]["http"] == {"pages_found": PAGES, "pages_done": PAGES}
    assert sorted(row["url"] for row in results) == sorted(set(checked_urls(system, scan_id, "http")))
    assert len(titles) == len(set(titles))
    assert system.units_spent() == spent + 1


def _at_least(urls: list[str], count: int) -> list[str] | None:
    return urls if len(urls) >= count else None


def _finished(system: System, scan_id: str) -> dict[str, Any] | None:
    scan = system.request("GET", f"scans/{scan_id}").data
    return dict(scan) if scan["finished_at"] else None


def _all(system: System, path: str) -> list[dict[str, Any]]:
    return list(system.request("GET", f"{path}&limit=100").data)
