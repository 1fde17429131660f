import json
from typing import Any

from django.core.checks import CheckMessage
from django.db import models


class VerbatimJSONField(models.Field):
    """JSON in PostgreSQL's `json` type, which keeps the order of keys; `jsonb` sorts them."""

    def db_type(self, connection: Any) -> str:
        return "json"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        # psycopg has parsed `json` already, unless the value was cast to text.
        return json.loads(value) if isinstance(value, str | bytes) else value

    def to_python(self, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def value_to_string(self, obj: models.Model) -> str:
        return json.dumps(self.value_from_object(obj), ensure_ascii=False)


class StoredGeneratedField(models.GeneratedField):
    """A generated column, whose system check does not connect to the database."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "db_persist": True})

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        # Django's own check queries the version of PostgreSQL: no command would run without a database.
        return super(models.GeneratedField, self).check(**kwargs)
