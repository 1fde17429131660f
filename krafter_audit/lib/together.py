"""Several small changes by one statement: each costs the way to the database and back, and that is half of it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import DatabaseError

from krafter_audit.db.statements import Text


@dataclass
class Done:
    """How many rows something touched; nothing yet, where it waits for the end of `in_one_statement`."""

    text: Text
    values: Mapping[str, Any]
    moves: str = ""
    rows: int = 0

    def check(self) -> None:
        """Raise where a row that was to be moved is gone."""
        if self.moves and not self.rows:
            raise DatabaseError(f"{self.moves} is gone.")


_waiting: ContextVar[list[Done] | None] = ContextVar("_waiting", default=None)


@contextmanager
def in_one_statement() -> Iterator[None]:
    """Do at its end and by one statement what the block gives to `do`, the moves of a lifecycle among it.

    All of it sees the database as it was when the statement began. Each changes another row; none is read meanwhile.
    """
    waiting: list[Done] = []
    token = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(token)
    if waiting:
        for done, rows in zip(waiting, _run(waiting), strict=True):
            done.rows = rows
            done.check()


def do(text: Text, *, moves: str = "", **values: Any) -> Done:
    """Run a text, which returns its rows, now or at the end of `in_one_statement`. `moves` names a row that must be."""
    done, waiting = Done(text, values, moves), _waiting.get()
    if waiting is not None:
        waiting.append(done)
        return done
    done.rows = text.write(**values)
    done.check()
    return done


def _run(parts: Sequence[Done]) -> tuple[int, ...]:
    given = {
        f"w{place}_{name}": value for place, part in enumerate(parts) for name, value in part.values.items()
    }
    [counts] = _all(tuple(part.text for part in parts)).rows(**given)
    return counts


@lru_cache(maxsize=128)
def _all(texts: tuple[Text, ...]) -> Text:
    parts = ", ".join(f"w{place} AS ({text.sql(f'w{place}_')})" for place, text in enumerate(texts))
    counts = ", ".join(f"(SELECT count(*) FROM w{place})" for place in range(len(texts)))  # noqa: S608 - our own
    return Text(f"WITH {parts} SELECT {counts}", texts[0].model)
