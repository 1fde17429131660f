import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol, cast

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.http import QueryDict

from krafter_audit.api.envelope import ResultPage
from krafter_audit.api.errors import InvalidParams
from krafter_audit.api.lists.row_columns import RowColumns

DEFAULT_LIMIT, MAX_LIMIT = 25, 100
# Beyond this offset a list is read by cursor: PostgreSQL scans all rows before an offset.
MAX_OFFSET = 10_000_000
NEWEST_FIRST = ("created_at", "id")
NULLABLE = frozenset({"sla_due_at"})  # columns of an order that may be NULL
PAGINATION_PARAMETERS = frozenset({"cursor", "limit", "offset"})


def integer_parameter(params: QueryDict, name: str, default: int, low: int, high: int) -> int:
    """Return a query parameter from `low` to `high`. Raises InvalidParams."""
    raw = single_parameter(params, name)
    if raw is None:
        return default
    number = whole_number(raw, low, high)
    if number is None:
        raise InvalidParams(details={name: [f"Use a whole number from {low} to {high}."]})
    return number


def whole_number(text: str, low: int, high: int) -> int | None:
    """Return the number that is written in decimal digits; None for another text or a number out of range."""
    # The length first: int() raises for more than 4,300 digits.
    is_number = text.isascii() and text.isdigit() and len(text) <= 9
    return int(text) if is_number and low <= int(text) <= high else None


def single_parameter(params: QueryDict, name: str) -> str | None:
    """Return a query parameter, None if it is absent. Raises InvalidParams if it is repeated."""
    values = params.getlist(name)
    if len(values) > 1:
        raise InvalidParams(details={name: ["Send this once."]})
    return str(values[0]) if values else None


def page_limit(params: QueryDict) -> int:
    return integer_parameter(params, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT)


# Not DRF's CursorPagination: its cursor has the first column of the order and an offset within equal values, so that
# new rows hide or repeat others. This cursor has every column and is bound to its filters, and it also pages
# hand-written SQL.
class Listing(Protocol):
    """Rows in the order of the columns `order`, together unique; descending unless the class says otherwise."""

    @property
    def order(self) -> Sequence[str]: ...

    @property
    def model(self) -> type[Model]: ...

    def fetch(self, position: Sequence[Any] | None, limit: int, offset: int) -> Sequence[Any]:
        """Return at most `limit` rows after `position`, values of the order's columns (None: the start)."""


class QuerySetListing:
    """The rows of a query set: models, or tuples of `columns` and the columns of the order.

    `count_few` counts the rows, or returns None if they are too many: few are all read and sorted. PostgreSQL assumes
    that matching rows are everywhere in the order of a list, and would read it to its end for few that are last.
    """

    def __init__(
        self,
        rows: QuerySet[Any],
        *,
        order: Sequence[str] = NEWEST_FIRST,
        descending: bool = True,
        columns: RowColumns | None = None,
        count_few: "Count" = None,
    ) -> None:
        self.order, self.model, self._descending = order, rows.model, descending
        self._matching, self._count_few = rows, count_few
        self._rows = columns.select(rows, extra=order) if columns else rows

    def fetch(self, position: Sequence[Any] | None, limit: int, offset: int) -> Sequence[Any]:
        rows, sign = self._rows, "-" if self._descending else ""
        if position is not None:
            rows = rows.filter(_after(self.order, position, "lt" if self._descending else "gt"))
        if self._count_few and self._count_few() is not None:
            rows, offset = rows.filter(pk__in=self._ids_of_few(position, limit, offset)), 0
        return list(rows.order_by(*(f"{sign}{name}" for name in self.order))[offset : offset + limit])

    def _ids_of_few(self, position: Sequence[Any] | None, limit: int, offset: int) -> list[Any]:
        rows = self._matching.order_by().values_list(*self.order)
        found = sorted(map(_sortable, rows), reverse=self._descending)
        if position is not None:
            place = _sortable(position)
            found = [row for row in found if (row < place if self._descending else row > place)]
        return [row[-1][1] for row in found[offset : offset + limit]]  # the order ends with the id


def _sortable(values: Sequence[Any]) -> list[tuple[bool, Any]]:
    # PostgreSQL sorts NULL after every value.
    return [(value is None, value) for value in values]


# Counts the rows of a list: None if there are too many. A list without one has no total.
type Count = Callable[[], int | None] | None


def paginate_by_cursor(
    listing: Listing, params: QueryDict, *, bound_to: object, total: Count = None
) -> ResultPage:
    """Return the page after the parameter `cursor`; an empty cursor is the start.

    A cursor is valid only for the list that `bound_to` names, with the same filters.
    """
    if "offset" in params:
        raise InvalidParams(details={"offset": ["Send either cursor or offset."]})
    limit, signature = page_limit(params), _signature(params, bound_to)
    raw = single_parameter(params, "cursor")
    position = _decode(raw, signature, listing.model, listing.order) if raw else None
    # One row more than the page has: its presence means that there is a next page.
    rows = listing.fetch(position, limit + 1, 0)
    next_cursor = _encode(rows[limit - 1], listing.order, signature) if len(rows) > limit else None
    return ResultPage(rows[:limit], _total(rows, limit, total, is_first=position is None), next_cursor)


def paginate_feed(listing: Listing, params: QueryDict, *, bound_to: object) -> ResultPage:
    """Return the page after the parameter `cursor`; its next cursor also finds rows added later.

    The listing is ascending: new rows come last.
    """
    limit, signature = page_limit(params), _signature(params, bound_to)
    raw = single_parameter(params, "cursor")
    position = _decode(raw, signature, listing.model, listing.order) if raw else None
    rows = listing.fetch(position, limit, 0)
    return ResultPage(rows, None, _encode(rows[-1], listing.order, signature) if rows else raw or None)


def paginate_by_offset(listing: Listing, params: QueryDict, *, total: Count) -> ResultPage:
    """Return the page at the parameter `offset`, without a next cursor."""
    limit, offset = page_limit(params), integer_parameter(params, "offset", 0, 0, MAX_OFFSET)
    rows, following = listing.fetch(None, limit + 1, offset), offset + limit
    has_more = len(rows) > limit and following <= MAX_OFFSET
    all_rows = _total(rows, limit, total, is_first=offset == 0)
    return ResultPage(rows[:limit], all_rows, next_offset=following if has_more else None)


def _total(rows: Sequence[Any], limit: int, total: Count, *, is_first: bool) -> int | None:
    # A first page without a next one is the whole list: counting would repeat a search for words.
    if total is None:
        return None
    return len(rows) if is_first and len(rows) <= limit else total()


def _signature(params: QueryDict, bound_to: object) -> str:
    filters = sorted(
        (name, sorted(params.getlist(name))) for name in params if name not in PAGINATION_PARAMETERS
    )
    return hashlib.sha256(json.dumps([str(bound_to), filters]).encode()).hexdigest()[:12]


def _encode(row: Any, order: Sequence[str], signature: str) -> str:
    # A tuple ends with the columns of the order.
    values = row[-len(order) :] if isinstance(row, tuple) else [getattr(row, name) for name in order]
    token = json.dumps([signature, *(_to_json(value) for value in values)])
    return base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")


def _to_json(value: Any) -> Any:
    if value is None or isinstance(value, int):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _decode(raw: str, signature: str, model: type[Model], order: Sequence[str]) -> list[Any]:
    invalid = InvalidParams(
        details={"cursor": ["This cursor is invalid, or belongs to a list with other filters."]}
    )
    try:
        padded = raw.encode() + b"=" * (-len(raw) % 4)
        given, *values = json.loads(base64.b64decode(padded, b"-_", validate=True))
        if given != signature or len(values) != len(order):
            raise invalid
        return [_to_python(model, name, value) for name, value in zip(order, values, strict=True)]
    # A cursor from a client may have any bytes, deep nesting, or times after the year 9999.
    except (ValueError, TypeError, binascii.Error, RecursionError, OverflowError):
        raise invalid from None


def _to_python(model: type[Model], name: str, value: Any) -> Any:
    field = cast("Field[Any, Any]", model._meta.get_field(name))
    if value is None and field.null:
        return None
    try:
        parsed = field.to_python(value)
    except ValidationError as error:
        raise ValueError(name) from error
    if isinstance(parsed, datetime):
        if parsed.tzinfo is None:
            raise ValueError(name)
        # An instant past the year 9999 in UTC is an OverflowError here, not in the database.
        parsed.astimezone(UTC)
    if parsed is None:
        raise ValueError(name)
    return parsed


def _after(order: Sequence[str], position: Sequence[Any], comparison: str) -> Q:
    condition, equal_before = Q(), Q()
    for name, value in zip(order, position, strict=True):
        condition |= equal_before & _beyond(name, value, comparison)
        equal_before &= Q(**{f"{name}__isnull": True}) if value is None else Q(**{name: value})
    if order[0] in NULLABLE:
        return condition
    # Redundant, but PostgreSQL needs a bound on the first column to use the index.
    return Q(**{f"{order[0]}__{comparison}e": position[0]}) & condition


def _beyond(name: str, value: Any, comparison: str) -> Q:
    # PostgreSQL sorts NULL after every value, and before every value in descending order.
    if value is None:
        return Q(**{f"{name}__isnull": False}) if comparison == "lt" else Q(pk__in=[])
    beyond = Q(**{f"{name}__{comparison}": value})
    return beyond | Q(**{f"{name}__isnull": True}) if comparison == "gt" and name in NULLABLE else beyond
