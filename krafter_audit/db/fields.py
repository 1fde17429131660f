import json
from typing import Any

from django.db import models


class VerbatimJSONField(models.Field):
    """JSON in PostgreSQL's `json` type, which keeps the order of keys; `jsonb` sorts them."""

    def db_type(self, connection: Any) -> str:
        return "json"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return (
            json.loads(value) if isinstance(value, str | bytes) else value
        )  # psycopg has parsed `json` already

    def to_python(self, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def value_to_string(self, obj: models.Model) -> str:
        return json.dumps(self.value_from_object(obj), ensure_ascii=False)
