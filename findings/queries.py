"""Pages of findings by score, and by due date."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any, ClassVar
from uuid import UUID

from django.db import connection, transaction
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import RawSQL

from accounts.models import Project
from events.totals import counters, history
from events.totals.history import AsOf
from findings.models import PROJECT_CHECKS_COLUMN, SEARCH_COLUMN, Domain, Finding, FindingStatus, Severity
from krafter_audit.db.sql import fetch_all
from krafter_audit.db.text_search import with_words
from krafter_audit.http.addresses import unicode_host

# The cost of a page depends neither on the number of findings nor on the filters.
FACETS = {"status": FindingStatus.values, "severity": Severity.values, "domain": Domain.values}

# No index orders the rows of several values at once: a filter that few rows match would scan all others. So the
# index returns the first rows of each combination of values (at most 96), and the page is the first of those.
FILTERED = """
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
ALL = """
    SELECT {columns} FROM findings_finding WHERE project_id = %(project)s {after}
    ORDER BY score DESC, created_at DESC, id DESC LIMIT {limit}
"""
# An index-only scan selects the ids, so that rows before the offset are not read. Its join costs a tenth of a list.
ALL_FROM_OFFSET = """
    SELECT {columns} FROM (
        SELECT id FROM findings_finding WHERE project_id = %(project)s {after}
        ORDER BY score DESC, created_at DESC, id DESC LIMIT {limit} OFFSET {offset}
    ) AS page JOIN findings_finding USING (id) ORDER BY score DESC, created_at DESC, id DESC
"""
# Compared by PostgreSQL: of 540,000 findings, as many hashes would be sent.
NAMED_SCREENSHOTS = """
    SELECT DISTINCT named #>> '{}'
    FROM findings_finding, jsonb_path_query(evidence, '$.pages[*].outcome.evidence.screenshots.*') AS named
    WHERE project_id = %(project)s AND named #>> '{}' = ANY(%(hashes)s)
"""
AFTER = "AND (score, created_at, id) < (%(score)s, %(created_at)s, %(id)s)"


def named_screenshots(project_id: UUID, hashes: Collection[str]) -> set[str]:
    """Return the hashes that the evidence of a finding of the project names."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")  # the evidence of all findings is read
        cursor.execute(NAMED_SCREENSHOTS, {"project": project_id, "hashes": list(hashes)})
        return {sha256 for (sha256,) in cursor.fetchall()}


def search(rows: QuerySet[Finding], text: str) -> QuerySet[Finding]:
    """Return the findings with these words in title, affected URL or check key."""
    return rows.filter(pk__in=with_words(Finding.objects.all(), SEARCH_COLUMN, text).values("pk"))


def with_check(rows: QuerySet[Finding], project_id: UUID, key: str) -> QuerySet[Finding]:
    """Return the rows that a check verifies; all are of this project, and have no joins."""
    # S611: the column is a constant, the value a parameter.
    checked = RawSQL(f"{PROJECT_CHECKS_COLUMN} @> ARRAY[%s]", [f"{project_id} {key}"], BooleanField())  # noqa: S611
    return rows.filter(checked)


def on_host(rows: QuerySet[Finding], host: str) -> QuerySet[Finding]:
    """Return the findings with an affected asset on this host, with any port; `host` in its ASCII form."""
    # URLs are stored as they were reported.
    forms = {host, unicode_host(host)}
    return reduce(or_, (_with_host(rows, form) for form in forms))


def _with_host(rows: QuerySet[Finding], host: str) -> QuerySet[Finding]:
    pattern = host.replace(".", r"\\.")  # twice: jsonpath reads the string before the expression
    path = f'$[*].value ? (@ like_regex "^(https?://([^/?#@]*@)?)?{pattern}(:[0-9]+)?([/?#]|$)" flag "i")'
    # The index finds the rows in which the host occurs anywhere.
    return search(rows, host).filter(
        Func(
            F("affected_assets"),
            Value(path),
            template="jsonb_path_exists(%(expressions)s::jsonpath)",
            output_field=BooleanField(),
        )
    )


def totals_of(project: Project, *names: str, as_of: AsOf | None) -> dict[str, counters.Totals]:
    """Return the totals of a project's counters by name, now or as of a moment."""
    if as_of is None:
        return counters.all_totals(project.pk, *names)
    return history.totals_at(project.pk, as_of, *names)


def rows_by(facet: str, values: Iterable[str], counted: counters.Totals) -> dict[str, int]:
    """Return the number of rows for each value of a facet, 0 for those that no row has."""
    return {value: sum(rows for facets, rows, _ in counted if facets[facet] == value) for value in values}


def finding_counts(
    project: Project, filters: Mapping[str, Sequence[str]], as_of: AsOf | None
) -> dict[str, Any]:
    """Return the number of findings by each facet, and their total score, now or as of a moment."""
    counted = counters.filter_totals(totals_of(project, "finding", as_of=as_of)["finding"], filters)
    return {
        "total": sum(rows for _, rows, _ in counted),
        "score": sum(score for _, _, score in counted),
        **{f"by_{facet}": rows_by(facet, values, counted) for facet, values in FACETS.items()},
    }


class FindingsByScore:
    """The findings with these `facets` (`{facet: [values]}`) as tuples, highest score first."""

    order: ClassVar = ("score", "created_at", "id")
    model = Finding

    def __init__(
        self, project_id: UUID, facets: Mapping[str, Sequence[str]], *, columns: Sequence[str]
    ) -> None:
        self._project_id = project_id
        self._columns = ", ".join([*columns, *self.order])
        self._facets = (
            {name: list(facets.get(name) or values) for name, values in FACETS.items()} if facets else {}
        )

    def fetch(self, position: Sequence[Any] | None, limit: int, offset: int) -> list[tuple[Any, ...]]:
        after = dict(zip(self.order, position or (), strict=False))
        unfiltered = ALL_FROM_OFFSET if offset else ALL
        sql = (FILTERED if self._facets else unfiltered).format(
            columns=self._columns,
            after=AFTER if after else "",
            limit=limit,
            offset=offset,
            reach=limit + offset,
        )
        return fetch_all(sql, {"project": self._project_id, **self._facets, **after}, model=Finding)


def open_tasks() -> QuerySet[Any]:
    """Return the open tasks of findings, rows of a higher app."""
    tasks: QuerySet[Any] = Finding._meta.get_field("tasks").related_model._default_manager.all()
    return tasks.exclude(status="done")


def ids_by_due_date(rows: QuerySet[Finding], stop: int, *, descending: bool) -> list[UUID]:
    """Return the ids of the first findings with a due date, which is that of their open task that is due first."""
    # An index of tasks returns them in this order: to sort 100,000 findings takes 0.4 s, and this 2 ms.
    tasks = open_tasks().filter(sla_due_at__isnull=False)
    same_finding = tasks.filter(finding=OuterRef("finding"))
    is_earlier = Q(sla_due_at__lt=OuterRef("sla_due_at")) | Q(
        sla_due_at=OuterRef("sla_due_at"), pk__lt=OuterRef("pk")
    )
    first = tasks.filter(~Exists(same_finding.filter(is_earlier)), finding__in=rows.order_by().values("pk"))
    order = ("-sla_due_at" if descending else "sla_due_at", "-finding")
    return list(first.order_by(*order).values_list("finding", flat=True)[:stop])
