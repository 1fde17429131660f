"""JSON, as `report.schema.json` describes it: the report, its summary, and lists of its rows."""

from collections.abc import Iterable
from typing import BinaryIO

from krafter_audit.http.json_encoding import dump_json
from krafter_audit.web.public_urls import public_url
from reports.exporters.base import Exporter
from reports.snapshots.snapshot import (
    FINDING_KEYS,
    REGRESSION_KEYS,
    TASK_KEYS,
    VERIFICATION_KEYS,
    Item,
    Snapshot,
)

LISTS = {
    "findings": FINDING_KEYS,
    "tasks": TASK_KEYS,
    "verifications": VERIFICATION_KEYS,
    "regressions": REGRESSION_KEYS,
}
NESTED_KEYS = {
    "priority": ("impact", "effort", "risk", "score"),
    "recommended_fix": ("summary", "steps", "references"),
}
BUFFER_BYTES = 256 * 1024  # written at once: the file is streamed


def write(snapshot: Snapshot, out: BinaryIO) -> None:
    out.write(b'{"$schema":' + dump_json(public_url("report-schema")))
    out.write(b',\n"report":' + dump_json(metadata(snapshot)))
    out.write(b',\n"summary":' + dump_json(snapshot.summary))
    for name, keys in LISTS.items():
        out.write(b',\n"' + name.encode() + b'":[')
        write_items(getattr(snapshot, name), keys, out)
        out.write(b"]")
    out.write(b"}\n")


def metadata(snapshot: Snapshot) -> Item:
    return {
        "id": snapshot.report_id,
        "org_id": snapshot.org_id,
        "organization": snapshot.organization,
        "project_id": snapshot.project_id,
        "project": snapshot.project,
        "site_url": snapshot.site_url,
        "period_start": snapshot.period_start,
        "period_end": snapshot.period_end,
        "first_day": snapshot.first_day,
        "created_at": f"{snapshot.taken_at:%Y-%m-%dT%H:%M:%SZ}",
    }


def write_items(items: Iterable[Item], keys: tuple[str, ...], out: BinaryIO) -> None:
    # One item per line, so that files can be compared and searched by line.
    separator, buffer = b"\n", bytearray()
    for item in items:
        buffer += separator + dump_json(order_keys(item, keys))
        separator = b",\n"
        if len(buffer) > BUFFER_BYTES:
            out.write(buffer)
            buffer.clear()
    out.write(buffer)


def order_keys(item: Item, keys: tuple[str, ...]) -> Item:
    # In the API's order, which a jsonb column does not keep.
    ordered = {key: item.get(key) for key in keys}
    for key, names in NESTED_KEYS.items():
        if isinstance(nested := ordered.get(key), dict):
            ordered[key] = {name: nested.get(name) for name in names}
    if assets := ordered.get("affected_assets"):
        ordered["affected_assets"] = [
            {"type": asset.get("type"), "value": asset.get("value")} for asset in assets
        ]
    return ordered


EXPORTER = Exporter("application/json", write)
