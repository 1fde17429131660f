from enum import StrEnum


class EvidenceEntryKind(StrEnum):
    CHECK = "check"
    VERDICT = "verdict"

    def __str__(self) -> str:
        return str(self.value)
