from enum import StrEnum


class GetCampaignsSort(StrEnum):
    CREATED_AT = "created_at"
    DUE_DATE = "due_date"
    UPDATED_AT = "updated_at"
    VALUE_0 = "-created_at"
    VALUE_1 = "-due_date"
    VALUE_2 = "-updated_at"

    def __str__(self) -> str:
        return str(self.value)
