"""A scan continues after its workers are killed: nothing is lost, checked twice or counted twice."""

from typing import Any

import pytest

from tests.chaos.system import System, wait_until
from tests.fakes.faulty_site import GOOD_PAGE, FaultySite

pytestmark = pytest.mark.chaos
PAGES = 8


def link_pages(site: FaultySite) -> None:
    """Give the site `PAGES` pages, its start page included, with a fault on each."""
    links = [f"/page-{number}" for number in range(1, PAGES)]
    site.pages = dict.fromkeys(links, GOOD_PAGE)
    site.body = GOOD_PAGE.replace("Good things.", "".join(f'<a href="{link}">A page</a>' for link in links))
    site.headers["X-Powered-By"] = "PHP/5.3"


def checked_pages(system: System, scan_id: str) -> dict[tuple[str, str], str]:
    """Return when each page was checked, by scanner and URL."""
    return {
        (page["scanner"], page["url"]): page["checked_at"]
        for page in system.request("GET", f"scans/{scan_id}/pages").data
        if page["checked_at"]
    }


def test_scan_continues_each_time_its_workers_are_killed_in_each_part(system: System, site: FaultySite):
    # Other tests of the same system create findings, which the scan would update.
    system = system.in_new_project("killed-workers", site.url)
    link_pages(site)
    spent = system.units_spent()
    scan_id = system.request("POST", "scans/run", {"url": site.url}).data["id"]
    seen: dict[tuple[str, str], str] = {}
    killed_in = []
    for scanner, count in (("http", 0), ("http", 5), ("browser", 1), ("browser", 4), ("lab", 0)):
        wait_until(
            lambda scanner=scanner, count=count: _is_measuring(system, scan_id, scanner, count), seconds=180
        )
        seen |= checked_pages(system, scan_id)
        system.kill("worker")
        killed_in.append(scanner)

    scan = wait_until(lambda: _finished(system, scan_id), seconds=300)

    results = _all(system, f"scans/{scan_id}/results?outcome=failed&key=powered_by_disclosure")
    titles = [finding["title"] for finding in _all(system, "findings?")]
    checked = checked_pages(system, scan_id)
    assert scan["status"] == "completed"
    assert {name: (part["pages_found"], part["pages_done"]) for name, part in scan["summary"]["progress"].items()} == {
        "http": (PAGES, PAGES), "browser": (PAGES, PAGES), "lab": (PAGES, PAGES),
    }  # fmt: skip
    assert {page: checked[page] for page in seen} == seen  # checked pages are not checked again
    assert sorted(row["url"] for row in results) == sorted(
        url for scanner, url in checked if scanner == "http"
    )
    assert len(titles) == len(set(titles)) == scan["summary"]["findings_created"]
    assert (scan["summary"]["findings_updated"], scan["summary"]["regressions"]) == (0, 0)
    assert system.units_spent() == spent + 1


def _is_measuring(system: System, scan_id: str, scanner: str, count: int) -> bool:
    """Return whether the part has checked at least so many pages, and a page is being checked or all are done."""
    part = system.request("GET", f"scans/{scan_id}").data["summary"].get("progress", {}).get(scanner)
    if part is None or part["pages_done"] < count:
        return False
    return bool(part["measuring"]) or part["pages_done"] == part["pages_found"] > 0


def _finished(system: System, scan_id: str) -> dict[str, Any] | None:
    scan = system.request("GET", f"scans/{scan_id}").data
    return dict(scan) if scan["finished_at"] else None


def _all(system: System, path: str) -> list[dict[str, Any]]:
    return list(system.request("GET", f"{path}&limit=100").data)
