from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from reports.snapshots.snapshot import Snapshot

type Write = Callable[[Snapshot, BinaryIO], None]


@dataclass(frozen=True)
class Exporter:
    content_type: str
    # Streams the snapshot into an open file. Raises ExportFailed.
    write: Write
    # For kinds of rows that have their own file.
    extra_files: Mapping[str, Write] = field(default_factory=dict)

    @property
    def media_type(self) -> str:
        """The content type without its parameters."""
        return self.content_type.partition(";")[0]
