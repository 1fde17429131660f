from enum import StrEnum


class ConflictResolution(StrEnum):
    OURS = "ours"
    SETTLED = "settled"
    THEIRS = "theirs"
    VALUE_0 = ""

    def __str__(self) -> str:
        return str(self.value)
