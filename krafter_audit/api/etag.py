"""ETags of single resources, and the precondition that a change may carry."""

from datetime import datetime
from typing import Any, Protocol

from krafter_audit.api.errors import PreconditionFailed


class Versioned(Protocol):
    """A row whose `updated_at` moves with every change."""

    pk: Any
    updated_at: datetime


def etag(row: Versioned) -> str:
    """Return the strong ETag of a row as it stands."""
    return etag_of(row.updated_at)


def etag_of(updated_at: datetime) -> str:
    """Return the strong ETag of a row that was changed last at that time; it is compared at the row's address alone."""
    return f'"{round(updated_at.timestamp() * 1_000_000):x}"'


def known(if_none_match: str | None, tag: str) -> bool:
    """Tell whether the client has the state of that tag. Weakly, for a proxy that compresses weakens the tag."""
    tags = _tags(if_none_match)
    return "*" in tags or tag in [one.removeprefix("W/") for one in tags]


def refuse_unless_current(if_match: str | None, row: Versioned) -> None:
    """Raise PreconditionFailed when the client's If-Match is of an older state. Call it with the row locked."""
    if if_match is not None and not {"*", etag(row)} & set(_tags(if_match)):
        raise PreconditionFailed(headers={"etag": etag(row)})


def _tags(header: str | None) -> list[str]:
    return [tag.strip() for tag in (header or "").split(",")]
