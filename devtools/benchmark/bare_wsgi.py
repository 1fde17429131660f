"""The lower bound: WSGI, psycopg and orjson over the same table, one connection per thread."""

import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

import orjson
import psycopg
from psycopg.rows import dict_row

COLUMNS = """id, project_id, domain, title, description, severity, status, confidence, impact, effort, risk, score,
    owner_id, affected_assets, evidence, recommended_fix, created_at, updated_at"""
# S608: the only interpolated text is the constant above.
LIST = f"""SELECT {COLUMNS} FROM findings_finding WHERE project_id = %s
    ORDER BY score DESC, created_at DESC, id DESC LIMIT 25"""  # noqa: S608
ONE = f"SELECT {COLUMNS} FROM findings_finding WHERE id = %s"  # noqa: S608
CHANGE = f"UPDATE findings_finding SET status = %s, updated_at = now() WHERE id = %s RETURNING {COLUMNS}"  # noqa: S608

local = threading.local()


def query(sql: str, *values: Any) -> list[dict[str, Any]]:
    if not hasattr(local, "connection"):
        local.connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, row_factory=dict_row)
    return list(local.connection.execute(sql, values, prepare=True).fetchall())


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    _, _, pk = environ["PATH_INFO"].strip("/").partition("/")
    if not pk:
        result: Any = query(LIST, os.environ["BENCH_PROJECT"])
    elif environ["REQUEST_METHOD"] == "PATCH":
        sent = orjson.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        result = query(CHANGE, sent["status"], pk)[0]
    else:
        result = query(ONE, pk)[0]
    start_response("200 OK", [("Content-Type", "application/json")])
    return [orjson.dumps(result)]
