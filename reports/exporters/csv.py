"""CSV (RFC 4180, UTF-8): one table whose first column has the type of the row.

`record` is `summary` (title, value), `risk_burn_down` (date, value), `finding` or `task`. There is no evidence.
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
# A spreadsheet evaluates a cell that starts with one of these as a formula (OWASP, "CSV Injection").
# The full-width signs are converted to ASCII by spreadsheets with an East Asian locale.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001


def write(snapshot: Snapshot, out: BinaryIO) -> None:
    """Stream the snapshot as rows of `COLUMNS`."""
    # Detached below, or the wrapper would close the file, which the caller still reads.
    text = io.TextIOWrapper(out, encoding="utf-8", errors="replace", newline="", write_through=False)
    rows = csv.DictWriter(text, COLUMNS, restval="", extrasaction="ignore")
    rows.writeheader()
    for row in rows_of(snapshot):
        rows.writerow({column: escape_formula(row.get(column)) for column in COLUMNS})
    text.flush()
    text.detach()


def rows_of(snapshot: Snapshot) -> Iterator[Item]:
    for key, value in snapshot.summary.items():
        if key != "risk_burn_down":
            yield {"record": "summary", "title": key, "value": value}
    for point in snapshot.burn_down:
        yield {"record": "risk_burn_down", "date": point["date"], "value": point["open_risk_score"]}
    for finding in snapshot.findings:
        yield {**finding, "record": "finding", **flatten(finding)}
    for task in snapshot.tasks:
        yield {**task, "record": "task"}


def flatten(finding: Item) -> Item:
    assets = finding.get("affected_assets") or []
    return {
        # The column is a task's; a finding has numbers instead, of which `score` is the one that orders them.
        "priority": "",
        "score": (finding.get("priority") or {}).get("score"),
        "affected_assets": " ".join(str(asset.get("value", "")) for asset in assets),
        "recommended_fix": (finding.get("recommended_fix") or {}).get("summary"),
    }


def escape_formula(value: Any) -> Any:
    """Prefix text that a spreadsheet would evaluate with an apostrophe."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return "'" + value
    return value


EXPORTER = Exporter("csv", "text/csv; charset=utf-8", write)
