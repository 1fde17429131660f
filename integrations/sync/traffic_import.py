from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urljoin, urlsplit

from findings.models import PAGE_ASSET_TYPES
from findings.services.traffic_weight import START, apply_traffic
from integrations.providers.traffic import PageViews, TrafficSource, page_key
from integrations.sync.context import BY_INTEGRATION, SyncContext

CURSOR_KEY = "weighed_to"


def import_traffic(context: SyncContext, source: TrafficSource) -> None:
    """Read the page views, then weight every open finding by its pages' share of them."""
    views = source.page_views()
    context.log_provider_notes()
    if views.total <= 0:
        context.log_note("There were no page views in this period, so no finding was weighted.")
        return
    context.sync_run.pulled = len(views.pages)
    project, cursor = context.integration.project, context.integration.cursor
    shares = TrafficShares(views, project.site_url)
    # An interrupted run continues where it stopped.
    position = tuple(cursor.get(CURSOR_KEY) or START)
    while True:
        context.checkpoint()
        following = apply_traffic(project, shares.share_of, views.period, by=BY_INTEGRATION, after=position)
        if following is None:
            break
        position = following
        cursor[CURSOR_KEY] = list(position)
    cursor.pop(CURSOR_KEY, None)


class TrafficShares:
    """The share of all page views that the pages of a finding have."""

    def __init__(self, views: PageViews, site_url: str) -> None:
        self._views, self._site_url = views, site_url
        self._hosts = {host for host, _ in views.pages}

    def share_of(self, assets: Sequence[Any]) -> float | None:
        """Return 0 to 1; None where the assets name no page of a measured site."""
        values = [asset.get("value") for asset in assets if self._is_page(asset)]
        pages = {page for value in values if (page := self._page(value))}
        if not pages:
            return None
        return min(1.0, sum(self._views.pages.get(page, 0) for page in pages) / self._views.total)

    @staticmethod
    def _is_page(asset: Any) -> bool:
        return isinstance(asset, Mapping) and asset.get("type") in PAGE_ASSET_TYPES

    def _page(self, value: Any) -> tuple[str, str] | None:
        try:
            parts = urlsplit(urljoin(self._site_url, str(value)))
            page = page_key(parts.hostname or "", parts.path)
        except ValueError:
            return None
        return page if page[0] in self._hosts else None
