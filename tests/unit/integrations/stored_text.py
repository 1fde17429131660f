"""What the database stores, as text."""

import io
from typing import Any

from django.db import connection


def everything_stored() -> str:
    """Return all text of all tables; binary columns as they are, so that clear text in them would show."""
    out = io.StringIO()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                out.write(" ".join(_shown(value) for value in row) + "\n")
    return out.getvalue()


def _shown(value: Any) -> str:
    return bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
