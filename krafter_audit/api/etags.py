import hashlib
import re
from datetime import datetime
from typing import Any, Protocol

from django.utils.http import parse_etags, quote_etag

from krafter_audit.api.errors import PreconditionFailed
from krafter_audit.http.json_encoding import dump_json

_COMPRESSED_SUFFIX = re.compile(r'-(?:gzip|zstd)"\Z')


class Versioned(Protocol):
    """A row whose `updated_at` changes with every update."""

    pk: Any
    updated_at: datetime


def etag_for(row: Versioned) -> str:
    return etag_for_time(row.updated_at)


def etag_for_time(updated_at: datetime) -> str:
    # Microseconds: the resolution that PostgreSQL stores.
    return quote_etag(f"{round(updated_at.timestamp() * 1_000_000):x}")


def etag_for_content(data: Any) -> str:
    """Return the ETag of a representation of several rows, none of which has a version of all."""
    return quote_etag(hashlib.sha256(dump_json(data)).hexdigest()[:32])


def etag_for_coding(etag: str, coding: str) -> str:
    """Return the ETag of a response compressed with `gzip` or `zstd`, another representation."""
    return etag.removesuffix('"') + f'-{coding}"'


def _uncompressed(etag: str) -> str:
    return _COMPRESSED_SUFFIX.sub('"', etag)


def is_not_modified(if_none_match: str | None, etag: str) -> bool:
    # Compared weakly (RFC 9110, section 13.1.2): a proxy that compresses weakens the ETag.
    known = parse_etags(if_none_match or "")
    return "*" in known or etag in [_uncompressed(tag.removeprefix("W/")) for tag in known]


def require_match(if_match: str | None, row: Versioned | None) -> None:
    """Raise PreconditionFailed unless If-Match is absent or names the current version of a locked row."""
    if if_match is None:
        return
    # RFC 9110, section 13.1.1: an absent row has no version that could match.
    if row is None:
        raise PreconditionFailed
    if not {"*", etag_for(row)} & {_uncompressed(tag) for tag in parse_etags(if_match)}:
        raise PreconditionFailed(headers={"etag": etag_for(row)})
