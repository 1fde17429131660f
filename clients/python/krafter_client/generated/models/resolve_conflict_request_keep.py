from enum import StrEnum


class ResolveConflictRequestKeep(StrEnum):
    OURS = "ours"
    THEIRS = "theirs"

    def __str__(self) -> str:
        return str(self.value)
