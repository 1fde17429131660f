"""What an export format is: a name for files, a media type, and a function that writes a snapshot."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from reports.snapshots.snapshot import Snapshot


@dataclass(frozen=True)
class Exporter:
    """One format. `write` streams the snapshot into the open file, or raises ExportFailed with a sentence."""

    extension: str
    content_type: str
    write: Callable[[Snapshot, BinaryIO], None]
