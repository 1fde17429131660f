"""JSON: `{"report": {…}, "summary": {…}, "findings": [{…}, …], "tasks": [{…}, …]}`, one item a line."""

from collections.abc import Iterable
from typing import BinaryIO

import orjson

from reports.exporters.base import Exporter
from reports.snapshots.snapshot import FINDING_KEYS, TASK_KEYS, Item, Snapshot, in_order

FLUSH_AT = 256 * 1024


def write(snapshot: Snapshot, out: BinaryIO) -> None:
    """Stream the snapshot as one JSON object; memory stays flat, however long the lists are."""
    out.write(b'{"report":' + orjson.dumps(heading(snapshot)))
    out.write(b',\n"summary":' + orjson.dumps(snapshot.summary))
    out.write(b',\n"findings":[')
    write_items(snapshot.findings, FINDING_KEYS, out)
    out.write(b'],\n"tasks":[')
    write_items(snapshot.tasks, TASK_KEYS, out)
    out.write(b"]}\n")


def heading(snapshot: Snapshot) -> Item:
    """Say which report this is, in the API's words."""
    return {
        "id": snapshot.report_id,
        "org_id": snapshot.org_id,
        "organization": snapshot.organization,
        "project_id": snapshot.project_id,
        "project": snapshot.project,
        "site_url": snapshot.site_url,
        "period_start": snapshot.period_start,
        "period_end": snapshot.period_end,
        "created_at": f"{snapshot.taken_at:%Y-%m-%dT%H:%M:%SZ}",
    }


def write_items(items: Iterable[Item], keys: tuple[str, ...], out: BinaryIO) -> None:
    """Write the items between the brackets of a JSON list, a few hundred kilobytes at a time."""
    separator, waiting = b"\n", bytearray()
    for item in items:
        waiting += separator + orjson.dumps(in_order(item, keys))
        separator = b",\n"
        if len(waiting) > FLUSH_AT:
            out.write(waiting)
            waiting.clear()
    out.write(waiting)


EXPORTER = Exporter("json", "application/json", write)
