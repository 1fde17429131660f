"""Asking for findings: pages that cost the same at a hundred rows and at a million, whatever the filters."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, cast
from uuid import UUID

from findings.models import Domain, Finding, FindingStatus, Severity
from findings.serializers import FindingSerializer
from krafter_audit.api.row_columns import RowColumns, row_columns
from krafter_audit.db.sql import fetch_all

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


class FindingsByScore:
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

    def fetch(self, position: Sequence[Any] | None, limit: int, offset: int) -> list[tuple[Any, ...]]:
        """Return at most `limit` rows after `position` (the values of the order; None = from the beginning)."""
        after = dict(zip(self.order, position or (), strict=False))
        sql = (MEETING if self._facets else ALL).format(
            columns=_columns(), after=AFTER if after else "", limit=limit, offset=offset, reach=limit + offset
        )
        return fetch_all(sql, {"project": self._project_id, **self._facets, **after}, model=Finding)


@cache
def _columns() -> str:
    return ", ".join([*cast("RowColumns", row_columns(FindingSerializer)).names, *FindingsByScore.order])
