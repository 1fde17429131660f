"""Traffic comes in and weighs findings: what many people look at is mended first."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urljoin, urlsplit

from findings.services.traffic_weight import BEGINNING, weigh
from integrations.providers.meter import Meter, Traffic, page_of
from integrations.queries import PAGE_ASSETS
from integrations.running import BY_INTEGRATION, Run

PLACE = "weighed_to"


def pull(run: Run, meter: Meter) -> None:
    """Read the traffic, then weigh every open finding; a run that is out of time goes on where it was."""
    traffic = meter.traffic()
    run.take_notes()
    if traffic.total <= 0:
        run.note("No page was looked at in this time, so nothing was weighed.")
        return
    run.log.pulled = len(traffic.pages)
    shares = Shares(traffic, run.row.project.site_url)
    place = tuple(run.row.cursor.get(PLACE) or BEGINNING)
    while True:
        run.keep()
        following = weigh(run.row.project, shares.of, traffic.about, by=BY_INTEGRATION, after=place)
        if following is None:
            break
        place = following
        run.row.cursor[PLACE] = list(place)
    run.row.cursor.pop(PLACE, None)


class Shares:
    """Which part of all views the pages of a finding have."""

    def __init__(self, traffic: Traffic, site: str) -> None:
        self._traffic, self._site = traffic, site
        self._hosts = {host for host, _ in traffic.pages}

    def of(self, assets: Sequence[Any]) -> float | None:
        """Return 0 to 1; None where the assets name no page of a site that is measured."""
        named = [asset.get("value") for asset in assets if self._names_a_page(asset)]
        pages = {page for value in named if (page := self._page(value))}
        if not pages:
            return None
        return min(1.0, sum(self._traffic.pages.get(page, 0) for page in pages) / self._traffic.total)

    @staticmethod
    def _names_a_page(asset: Any) -> bool:
        return isinstance(asset, Mapping) and asset.get("type") in PAGE_ASSETS

    def _page(self, value: Any) -> tuple[str, str] | None:
        try:
            parts = urlsplit(urljoin(self._site, str(value)))
            page = page_of(parts.hostname or "", parts.path)
        except ValueError:
            return None
        return page if page[0] in self._hosts else None
