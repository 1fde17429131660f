from enum import StrEnum


class GetTasksSort(StrEnum):
    CREATED_AT = "created_at"
    SLA_DUE_AT = "sla_due_at"
    UPDATED_AT = "updated_at"
    VALUE_0 = "-created_at"
    VALUE_1 = "-sla_due_at"
    VALUE_2 = "-updated_at"

    def __str__(self) -> str:
        return str(self.value)
