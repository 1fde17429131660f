from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from reports.snapshots.snapshot import Snapshot

type Write = Callable[[Snapshot, BinaryIO], None]


@dataclass(frozen=True)
class Exporter:
    """A format. `write` streams the snapshot into an open file. Raises ExportFailed.

    `further` writes the kinds of rows that have a file of their own.
    """

    extension: str
    content_type: str
    write: Write
    further: Mapping[str, Write] = field(default_factory=dict)
