"""Verify an installation's evidence chains, credentials, counters, files, screenshots and migrations."""

from collections.abc import Callable, Iterator
from typing import Any

from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from events.totals import reconciliation
from events.totals.definitions import declared_counters
from operations import credentials
from operations.backups.manifest import count_rows
from remediation.evidence import chain
from remediation.models import Evidence, EvidenceChain
from reports.downloads import sha256_of
from reports.models import Report
from scans import screenshots

MAX_PROBLEMS = 20  # of one kind, in a report


def verify() -> dict[str, Any]:
    """Return the rows of each table, and the counts and errors of each verification."""
    checks: dict[str, Callable[[], tuple[int, list[str]]]] = {
        "migrations": _migrations,
        "evidence": _evidence,
        "credentials": _credentials,
        "counters": _counters,
        "report_files": _report_files,
        "screenshots": _screenshots,
    }
    with connection.cursor() as cursor:
        tables = count_rows(cursor)
    results = {}
    for name, check in checks.items():
        verified, problems = check()
        results[name] = {"verified": verified, "problems": len(problems), "examples": problems[:MAX_PROBLEMS]}
    return {"tables": tables, "checks": results}


def _migrations() -> tuple[int, list[str]]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    applied = len(executor.loader.applied_migrations)
    return applied, [f"{migration} is not applied" for migration, _ in plan]


def _evidence() -> tuple[int, list[str]]:
    verified, problems = 0, []
    for end in EvidenceChain.objects.order_by("project_id"):
        number, problem = verify_chain(end)
        verified += number
        problems += [f"project {end.project_id}: {problem}"] if problem else []
    return verified, problems


def verify_chain(end: EvidenceChain) -> tuple[int, str]:
    """Return the number of valid links before the first invalid one, and the error in that one, or ""."""
    number, last = 0, None
    for link in Evidence.objects.filter(project=end.project_id).order_by("sequence").iterator(chunk_size=500):
        # Retention drops the start of a chain: the first link may follow one that is gone.
        if last and (link.sequence, link.previous_hash) != (last.sequence + 1, last.hash):
            return number, f"link {link.sequence} does not follow link {last.sequence}"
        if not chain.is_intact(link):
            return number, f"link {link.sequence} was changed, or its signing key is not configured"
        number, last = number + 1, link
    if last and (last.sequence, last.hash) != (end.sequence, end.hash):
        return number, f"the end is link {end.sequence}, the last one stored is {last.sequence}"
    return number, ""


def _credentials() -> tuple[int, list[str]]:
    numbers, unreadable = credentials.count_secrets()
    return sum(numbers.values()), [
        f"{secret.row._meta.label} {secret.row.pk} cannot be opened" for secret in unreadable
    ]


def _counters() -> tuple[int, list[str]]:
    found = [
        f"{difference.name} of project {difference.project_id}:"
        f" {difference.stored} stored, {difference.counted} counted"
        for difference in reconciliation.differences()
    ]
    return len(list(declared_counters())), found


def _report_files() -> tuple[int, list[str]]:
    verified, problems = 0, []
    for name, sha256 in _names_and_digests():
        verified += 1
        try:
            with default_storage.open(name, "rb") as file:
                problems += [f"{name} was changed"] if sha256_of(file) != sha256 else []
        except FileNotFoundError:
            problems.append(f"{name} is missing")
    return verified, problems


def _names_and_digests() -> Iterator[tuple[str, str]]:
    reports = Report.objects.exclude(file="").values_list("sha256", flat=True)
    for digests in reports.iterator(chunk_size=500):
        yield from digests.items()


def _screenshots() -> tuple[int, list[str]]:
    verified, problems = 0, []
    for project_id, sha256 in screenshots.iter_stored():
        verified += 1
        if screenshots.load(project_id, sha256) is None:
            problems.append(f"screenshot {sha256} of project {project_id} was changed")
    return verified, problems
