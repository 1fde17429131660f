from enum import StrEnum


class CreateApiKeyRequestScopesItem(StrEnum):
    AUDITREAD = "audit:read"
    AUDITWRITE = "audit:write"
    VALUE_2 = "*"

    def __str__(self) -> str:
        return str(self.value)
