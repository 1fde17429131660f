"""Asking for findings: pages that cost the same at a hundred rows and at a million, whatever the filters."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, cast
from uuid import UUID

from django.db.models import Count

from findings.models import Domain, Finding, FindingStatus, Scan, ScanPage, Severity
from findings.serializers import FindingShown
from krafter_audit.api.columns import Columns, columns
from krafter_audit.db.statements import Text

FACETS = {"status": FindingStatus.values, "severity": Severity.values, "domain": Domain.values}

# No index can give the order of several facets' values at once: a filter that few rows meet would walk past a
# million others. So each combination of values (96 at most) gives its first rows by the index, and the best
# of them are the page.
MEETING = """
    SELECT {columns} FROM (
        SELECT hit.id FROM unnest(%(status)s::text[]) AS a (status),
            unnest(%(severity)s::text[]) AS b (severity), unnest(%(domain)s::text[]) AS c (domain), LATERAL (
                SELECT id, score, created_at FROM findings_finding AS f
                WHERE project_id = %(project)s
                    AND f.status = a.status AND f.severity = b.severity AND f.domain = c.domain {after}
                ORDER BY score DESC, created_at DESC, id DESC LIMIT {reach}
            ) AS hit
        ORDER BY hit.score DESC, hit.created_at DESC, hit.id DESC LIMIT {limit} OFFSET {offset}
    ) AS page JOIN findings_finding USING (id) ORDER BY score DESC, created_at DESC, id DESC
"""
# The index alone gives the ids: the rows that an offset passes over are not read.
ALL = """
    SELECT {columns} FROM (
        SELECT id FROM findings_finding WHERE project_id = %(project)s {after}
        ORDER BY score DESC, created_at DESC, id DESC LIMIT {limit} OFFSET {offset}
    ) AS page JOIN findings_finding USING (id) ORDER BY score DESC, created_at DESC, id DESC
"""
AFTER = "AND (score, created_at, id) < (%(score)s, %(created_at)s, %(id)s)"


class MostUrgent:
    """The findings of a project that meet `facets` (`{facet: [values]}`), the most urgent first.

    Rows are tuples of the columns that are shown, with those of the order at the end.
    """

    order: ClassVar = ("score", "created_at", "id")
    model = Finding

    def __init__(self, project_id: UUID, facets: Mapping[str, Sequence[str]]) -> None:
        self._project_id = project_id
        self._facets = (
            {name: list(facets.get(name) or values) for name, values in FACETS.items()} if facets else {}
        )

    def fetch(self, place: Sequence[Any] | None, limit: int, offset: int) -> list[tuple[Any, ...]]:
        """Return at most `limit` rows after `place` (the values of the order; None = from the beginning)."""
        found = _statement(bool(self._facets), place is not None, limit, offset)
        after = dict(zip(self.order, place or (), strict=False))
        return found.rows(project=self._project_id, **self._facets, **after)


def _statement(filtered: bool, further: bool, limit: int, offset: int) -> Text:
    return _kept(filtered, further, limit) if offset == 0 else _text(filtered, further, limit, offset)


@cache
def _kept(filtered: bool, further: bool, limit: int) -> Text:
    return _text(filtered, further, limit, 0)


def _text(filtered: bool, further: bool, limit: int, offset: int) -> Text:
    names = ", ".join([*cast("Columns", columns(FindingShown)).names, *MostUrgent.order])
    after = AFTER if further else ""
    text = (MEETING if filtered else ALL).format(
        columns=names, after=after, limit=limit, offset=offset, reach=limit + offset
    )
    return Text(text, Finding, prepare=offset == 0)


def pages_of(scan: Scan) -> list[ScanPage]:
    """Return the pages of a scan in their order, each with `outcomes`: what its checks said, counted."""
    pages = ScanPage.objects.filter(part__scan=scan).select_related("part")
    counted: dict[Any, dict[str, int]] = {}
    for page_id, word, rows in (
        scan.results.values_list("page_id", "outcome").annotate(Count("id")).order_by()
    ):
        counted.setdefault(page_id, {})[word] = rows
    found = list(pages.order_by("-part__scanner", "position"))
    for page in found:
        page.outcomes = counted.get(page.pk, {})  # type: ignore[attr-defined]  # shown with the page
    return found
