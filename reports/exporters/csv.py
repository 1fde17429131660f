"""CSV (RFC 4180, UTF-8 with a byte order mark): a file for each kind of row, without evidence.

A verification has one row for each of its checks.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import batched, chain
from typing import Any, BinaryIO

from krafter_audit.security.control_characters import replace_controls
from reports.exporters.base import Exporter
from reports.snapshots.snapshot import REGRESSION_KEYS, TASK_KEYS, Item, Snapshot

FINDING_COLUMNS = (
    "id", "title", "severity", "domain", "status", "score", "impact", "effort", "risk", "confidence", "owner_id",
    "affected_assets", "checks", "description", "recommended_fix", "created_at", "updated_at", "dismissal_reason",
    "dismissal_comment", "accepted_until",
)  # fmt: skip
VERIFICATION_COLUMNS = (
    "id", "task_id", "finding_id", "title", "result", "check", "before", "after", "status", "verified_by_id",
    "verified_at", "created_at", "updated_at",
)  # fmt: skip
BATCH_SIZE = 500  # rows that a response without comments sends at once
SUMMARY_COLUMNS = ("name", "date", "value")
# Spreadsheets read UTF-8 as another encoding without it.
BYTE_ORDER_MARK = "\ufeff"
# A spreadsheet evaluates a cell that starts with one of these as a formula (OWASP, "CSV Injection").
# The full-width and small signs are converted to ASCII by spreadsheets with an East Asian locale.
FORMULA_SIGNS = "=+@＝＋－＠﹦﹢﹣﹫-"
FORMULA_STARTS = (*FORMULA_SIGNS, "\t", "\r", "\n")
# A spreadsheet that separates cells by semicolons, as many locales do, begins another cell within this one.
INNER_FORMULA = re.compile(f"[;\t\r\n](?=[{FORMULA_SIGNS}])")

# `without_comments` reads the file again: up to 1,000 affected assets are in one cell, and the default is 128 KiB.
csv.field_size_limit(2**31 - 1)


def write_rows(
    columns: tuple[str, ...], rows_of: Callable[[Snapshot], Iterable[Item]], snapshot: Snapshot, out: BinaryIO
) -> None:
    """Stream a snapshot's rows as a table of `columns`."""
    # Detached below, or the wrapper would close the file, which the caller still reads.
    text = io.TextIOWrapper(out, encoding="utf-8", errors="replace", newline="")
    text.write(BYTE_ORDER_MARK)
    rows = csv.writer(text)
    rows.writerow(columns)
    for row in rows_of(snapshot):
        rows.writerow([safe_cell(row.get(column)) for column in columns])
    text.flush()
    text.detach()


def finding_rows(snapshot: Snapshot) -> Iterator[Item]:
    for finding in snapshot.findings:
        yield {**finding, **flatten(finding)}


def flatten(finding: Item) -> Item:
    assets = finding.get("affected_assets") or []
    checks = (finding.get("evidence") or {}).get("checks") or []
    dismissal = finding.get("dismissal") or {}
    return {
        **(finding.get("priority") or {}),
        "affected_assets": " ".join(str(asset.get("value", "")) for asset in assets),
        "checks": " ".join(str(key) for key in checks) if isinstance(checks, list) else "",
        "recommended_fix": (finding.get("recommended_fix") or {}).get("summary"),
        "dismissal_reason": dismissal.get("reason"),
        "dismissal_comment": dismissal.get("comment"),
        "accepted_until": dismissal.get("accepted_until"),
    }


def verification_rows(snapshot: Snapshot) -> Iterator[Item]:
    for verification in snapshot.verifications:
        for check in verification["checks"] or [{}]:
            values = {name: check.get(name) for name in ("before", "after", "status")}
            yield {**verification, **values, "check": check.get("key")}


def summary_rows(snapshot: Snapshot) -> Iterator[Item]:
    for name, value in snapshot.summary.items():
        if name != "risk_burn_down":
            yield {"name": name, "date": snapshot.period_end, "value": value}
    for point in snapshot.summary["risk_burn_down"]:
        yield {"name": "open_risk_score", "date": point["date"], "value": point["open_risk_score"]}


def safe_cell(value: Any) -> Any:
    """Replace control characters in a text, and insert an apostrophe before what a spreadsheet would evaluate."""
    if not isinstance(value, str):
        return value
    text = INNER_FORMULA.sub(r"\g<0>'", replace_controls(value))
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def without_comments(file: BinaryIO) -> Iterator[bytes]:
    """Yield an exported file of findings with empty comments of dismissals, for readers not signed in."""
    rows = csv.reader(io.TextIOWrapper(file, encoding="utf-8", newline=""))
    header = next(rows)
    position = header.index("dismissal_comment")
    without = ([*row[:position], "", *row[position + 1 :]] for row in rows)
    for batch in batched(chain([header], without), BATCH_SIZE):
        text = io.StringIO(newline="")
        csv.writer(text).writerows(batch)
        yield text.getvalue().encode()


EXPORTER = Exporter(
    "text/csv; charset=utf-8",
    partial(write_rows, FINDING_COLUMNS, finding_rows),
    extra_files={
        "summary": partial(write_rows, SUMMARY_COLUMNS, summary_rows),
        "tasks": partial(write_rows, TASK_KEYS, lambda snapshot: snapshot.tasks),
        "verifications": partial(write_rows, VERIFICATION_COLUMNS, verification_rows),
        "regressions": partial(write_rows, REGRESSION_KEYS, lambda snapshot: snapshot.regressions),
    },
)
