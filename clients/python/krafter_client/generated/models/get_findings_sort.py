from enum import StrEnum


class GetFindingsSort(StrEnum):
    CREATED_AT = "created_at"
    SCORE = "score"
    UPDATED_AT = "updated_at"
    VALUE_0 = "-created_at"
    VALUE_1 = "-score"
    VALUE_2 = "-updated_at"

    def __str__(self) -> str:
        return str(self.value)
