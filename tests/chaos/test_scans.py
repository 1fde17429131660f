"""A scan survives its workers: what was looked at is not looked at again, and nothing is found twice."""

from typing import Any

import pytest

from tests.chaos.system import System, until
from tests.fakes.faulty_site import GOOD_PAGE, Site

pytestmark = pytest.mark.chaos
PAGES = 8


def linking(site: Site) -> None:
    """Give the site so many pages, its start among them, with a fault on each."""
    links = [f"/page-{number}" for number in range(1, PAGES)]
    site.pages = dict.fromkeys(links, GOOD_PAGE)
    site.body = GOOD_PAGE.replace("Good things.", "".join(f'<a href="{link}">A page</a>' for link in links))
    site.headers["X-Powered-By"] = "PHP/5.3"


def pages(system: System, scan_id: str) -> list[dict[str, Any]]:
    return list(system.ask("GET", f"scans/{scan_id}/pages").data)


def done(system: System, scan_id: str, scanner: str) -> list[str]:
    return [
        page["url"] for page in pages(system, scan_id) if page["scanner"] == scanner and page["looked_at"]
    ]


def test_a_scan_goes_on_after_the_last_page_when_its_worker_is_killed_again_and_again(
    system: System, site: Site
):
    linking(site)
    spent = system.spent()
    scan_id = system.ask("POST", "scans/run", {"url": site.url}).data["id"]
    for wanted in (1, 3, 6):
        before = until(lambda at=wanted: _enough(done(system, scan_id, "http"), at), seconds=120)
        system.kill("worker")
        site.hits.clear()
        until(lambda at=wanted: _enough(done(system, scan_id, "http"), at + 1), seconds=90)
        again = {site.url[:-1] + hit.split()[1] for hit in site.hits if hit.startswith("GET")}
        assert again & set(before) <= {site.url}

    over = until(lambda: _over(system, scan_id), seconds=300)

    results = _all(system, f"scans/{scan_id}/results?outcome=failed&key=powered_by_disclosure")
    titles = [finding["title"] for finding in _all(system, "findings?")]
    assert over["status"] == "completed"
    assert over["summary"]["progress"]["http"] == {"pages_found": PAGES, "pages_done": PAGES}
    assert sorted(row["url"] for row in results) == sorted(set(done(system, scan_id, "http")))
    assert len(titles) == len(set(titles))
    assert system.spent() == spent + 1


def _enough(urls: list[str], count: int) -> list[str] | None:
    return urls if len(urls) >= count else None


def _over(system: System, scan_id: str) -> dict[str, Any] | None:
    scan = system.ask("GET", f"scans/{scan_id}").data
    return dict(scan) if scan["finished_at"] else None


def _all(system: System, path: str) -> list[dict[str, Any]]:
    return list(system.ask("GET", f"{path}&limit=100").data)
