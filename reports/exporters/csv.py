"""CSV (RFC 4180, UTF-8): one table, whose first column says what a row is.

`record` is `summary` (title, value), `risk_burn_down` (date, value), `finding` or `task`. The others are
the API's keys; `score` is `priority.score` of a finding, `priority` the word of a task, `affected_assets` the
values joined by spaces, `recommended_fix` its summary. Evidence is in the JSON export alone.
"""

import csv
import io
from collections.abc import Iterator
from typing import Any, BinaryIO

from reports.exporters.base import Exporter
from reports.snapshots.snapshot import Item, Snapshot

COLUMNS = (
    "record", "id", "finding_id", "title", "status", "severity", "domain", "priority", "score", "confidence",
    "owner_id", "sla_due_at", "external_ticket_key", "pr_url", "affected_assets", "recommended_fix",
    "date", "value", "created_at", "updated_at",
)  # fmt: skip
# A spreadsheet runs a cell that begins with one of these as a formula (OWASP, "CSV Injection").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write(snapshot: Snapshot, out: BinaryIO) -> None:
    """Stream the snapshot as rows of `COLUMNS`; memory stays flat, however long the lists are."""
    text = io.TextIOWrapper(out, encoding="utf-8", errors="replace", newline="", write_through=False)
    rows = csv.DictWriter(text, COLUMNS, restval="", extrasaction="ignore")
    rows.writeheader()
    for row in rows_of(snapshot):
        rows.writerow({column: guarded(row.get(column)) for column in COLUMNS})
    text.flush()
    text.detach()


def rows_of(snapshot: Snapshot) -> Iterator[Item]:
    """Yield the rows: the summary's numbers, the days, the findings, the tasks."""
    for key, value in snapshot.summary.items():
        if key != "risk_burn_down":
            yield {"record": "summary", "title": key, "value": value}
    for point in snapshot.burn_down:
        yield {"record": "risk_burn_down", "date": point["date"], "value": point["open_risk_score"]}
    for finding in snapshot.findings:
        yield {**finding, "record": "finding", **flattened(finding)}
    for task in snapshot.tasks:
        yield {**task, "record": "task"}


def flattened(finding: Item) -> Item:
    """Turn the finding's nested parts into cells."""
    assets = finding.get("affected_assets") or []
    return {
        "priority": "",
        "score": (finding.get("priority") or {}).get("score"),
        "affected_assets": " ".join(str(asset.get("value", "")) for asset in assets),
        "recommended_fix": (finding.get("recommended_fix") or {}).get("summary"),
    }


def guarded(value: Any) -> Any:
    """Put an apostrophe before text that a spreadsheet would run as a formula; numbers stay numbers."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return "'" + value
    return value


EXPORTER = Exporter("csv", "text/csv; charset=utf-8", write)
