from enum import StrEnum


class ConflictField(StrEnum):
    LOOP = "loop"
    STATE = "state"
    TITLE = "title"

    def __str__(self) -> str:
        return str(self.value)
