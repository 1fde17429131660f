from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from reports.snapshots.snapshot import Snapshot


@dataclass(frozen=True)
class Exporter:
    """A format. `write` streams the snapshot into an open file. Raises ExportFailed."""

    extension: str
    content_type: str
    write: Callable[[Snapshot, BinaryIO], None]
