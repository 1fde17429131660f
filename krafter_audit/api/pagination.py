"""Pages: by a cursor that carries the place and is bound to its filters, or by offset."""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol, cast

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.http import QueryDict

from krafter_audit.api.columns import Columns
from krafter_audit.api.envelope import Page
from krafter_audit.api.errors import InvalidParams

DEFAULT_LIMIT, MOST = 25, 100
NEWEST_FIRST = ("created_at", "id")
PAGING = frozenset({"cursor", "limit", "offset"})
MOST_OFFSET = 10_000_000


def whole(params: QueryDict, name: str, default: int, low: int, high: int) -> int:
    """Read a whole number between `low` and `high` from the query string, or refuse."""
    raw = once(params, name)
    if raw is None:
        return default
    if raw.isascii() and raw.isdigit() and len(raw) <= 9 and low <= int(raw) <= high:
        return int(raw)
    raise InvalidParams(details={name: [f"Use a whole number from {low} to {high}."]})


def once(params: QueryDict, name: str) -> str | None:
    """Return a parameter that may stand once, None where it is left out, or refuse: which of two was meant?"""
    values = params.getlist(name)
    if len(values) > 1:
        raise InvalidParams(details={name: ["Send this once."]})
    return str(values[0]) if values else None


def limit_of(params: QueryDict) -> int:
    """Return the page size asked for: 25 by default, 1 to 100."""
    return whole(params, "limit", DEFAULT_LIMIT, 1, MOST)


class Listing(Protocol):
    """Rows that are read page by page, in descending order of the columns named in `order`."""

    @property
    def order(self) -> Sequence[str]:
        """The columns that the rows are ordered by."""

    @property
    def model(self) -> type[Model]:
        """What the rows are of."""

    def fetch(self, place: Sequence[Any] | None, limit: int, offset: int) -> Sequence[Any]:
        """Return at most `limit` rows behind `place` (a value for each column of the order; None: from the first)."""


class Rows:
    """The listing of a query set. Where `shown` is given rows are tuples of its columns, else models."""

    def __init__(
        self, rows: QuerySet[Any], *, order: Sequence[str] = NEWEST_FIRST, shown: Columns | None = None
    ) -> None:
        self.order, self.model = order, rows.model
        self._rows = shown.of(rows, also=order) if shown else rows

    def fetch(self, place: Sequence[Any] | None, limit: int, offset: int) -> Sequence[Any]:
        """Return at most `limit` rows behind `place`."""
        behind = self._rows if place is None else self._rows.filter(_after(self.order, place))
        return list(behind.order_by(*(f"-{name}" for name in self.order))[offset : offset + limit])


def by_cursor(rows: Listing, params: QueryDict, *, bound_to: object, total: Callable[[], int]) -> Page:
    """Return the page after the cursor; an empty one is the beginning.

    `bound_to` names the list; a cursor is good for that list with the same filters alone.
    """
    limit, seal = limit_of(params), _seal(params, bound_to)
    raw = once(params, "cursor")
    place = _place(raw, seal, rows.model, rows.order) if raw else None
    found = rows.fetch(place, limit + 1, 0)
    cursor = _cursor(found[limit - 1], rows.order, seal) if len(found) > limit else None
    return Page(found[:limit], total(), cursor)


def by_offset(rows: Listing, params: QueryDict, *, total: Callable[[], int]) -> Page:
    """Return the page at the offset; `next_cursor` stays null, as its readers expect."""
    limit, offset = limit_of(params), whole(params, "offset", 0, 0, MOST_OFFSET)
    return Page(rows.fetch(None, limit, offset), total())


def _seal(params: QueryDict, bound_to: object) -> str:
    filters = sorted((name, sorted(params.getlist(name))) for name in params if name not in PAGING)
    return hashlib.sha256(json.dumps([str(bound_to), filters]).encode()).hexdigest()[:12]


def _cursor(row: Any, order: Sequence[str], seal: str) -> str:
    # A tuple ends with the columns that it is ordered by.
    values = row[-len(order) :] if isinstance(row, tuple) else [getattr(row, name) for name in order]
    place = [_write(value) for value in values]
    return base64.urlsafe_b64encode(json.dumps([seal, *place]).encode()).decode().rstrip("=")


def _write(value: Any) -> Any:
    return (
        value if isinstance(value, int) else value.isoformat() if hasattr(value, "isoformat") else str(value)
    )


def _place(raw: str, seal: str, model: type[Model], order: Sequence[str]) -> list[Any]:
    broken = InvalidParams(
        details={"cursor": ["This cursor is broken, or belongs to a list with other filters."]}
    )
    try:
        given, *place = json.loads(
            base64.b64decode(raw.encode() + b"=" * (-len(raw) % 4), b"-_", validate=True)
        )
        if given != seal or len(place) != len(order):
            raise broken
        return [_read(model, name, value) for name, value in zip(order, place, strict=True)]
    except (ValueError, TypeError, binascii.Error, RecursionError, OverflowError):
        raise broken from None


def _read(model: type[Model], name: str, value: Any) -> Any:
    try:
        field = cast("Field[Any, Any]", model._meta.get_field(name))
        parsed = field.to_python(value)
    except ValidationError as error:
        raise ValueError(name) from error
    if parsed is None or (isinstance(parsed, datetime) and parsed.tzinfo is None):
        raise ValueError(name)
    return parsed


def _after(order: Sequence[str], place: Sequence[Any]) -> Q:
    """Rows behind `place` in descending order. The first clause lets PostgreSQL walk the index to the spot."""
    condition, ties = Q(), Q()
    for name, value in zip(order, place, strict=True):
        condition |= ties & Q(**{f"{name}__lt": value})
        ties &= Q(**{name: value})
    return Q(**{f"{order[0]}__lte": place[0]}) & condition
