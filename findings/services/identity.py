"""Match reports to findings: by the source's key, else by title."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Protocol
from uuid import UUID

from findings.models import Finding

MAX_TITLE_LENGTH = 300
MAX_NAME_LENGTH = 200  # of a provider's finding; a longer one is replaced by its digest
type Identity = tuple[str, str]  # the domain, and the key of the source or of the title


class Identified(Protocol):
    """A report; `source_key` is `check:KEY`, `id:EXTERNAL_ID` or `provider:SERVER ID`, or None: by its title."""

    @property
    def domain(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def source_key(self) -> str | None: ...


def source_key_of_check(key: str) -> str:
    """Return the source key of a scan's finding: one for each check, with all routes on which it failed."""
    return f"check:{key}"


def external_key(external_id: str) -> str:
    return f"id:{external_id}"


def provider_key(server: str, external_id: str) -> str:
    """Return the source key of a provider's finding."""
    # The same id at another server is another finding.
    name = f"{server} {external_id}".lower()
    return f"provider:{name if len(name) <= MAX_NAME_LENGTH else hashlib.sha256(name.encode()).hexdigest()}"


def title_key(title: str) -> str:
    return f"title:{title}"


def identity_of(report: Identified) -> Identity:
    return (report.domain, report.source_key or title_key(report.title))


def qualified_title(report: Identified) -> str:
    """Return the title with the source's key, for a report whose title another finding has."""
    suffix = f" ({(report.source_key or '').partition(':')[2]})"
    return report.title[: MAX_TITLE_LENGTH - len(suffix)] + suffix


def match(reports: Iterable[Identified], findings: Iterable[Finding]) -> dict[Identity, Finding]:
    findings = list(findings)
    by_title = {(row.domain, row.title): row for row in findings}
    # A renamed finding comes before one that got its first title since, one without a key of its source before others.
    renamed = sorted((row for row in findings if row.first_title), key=lambda row: row.identity is None)
    by_key = {(row.domain, title_key(row.first_title or "")): row for row in renamed}
    by_key |= {(row.domain, row.identity): row for row in findings if row.identity}
    found: dict[Identity, Finding] = {}
    source_keys = {row.pk: row.identity for row in findings}
    for report in reports:
        identity = identity_of(report)
        finding = by_key.get(identity) or _by_title(report, by_title, source_keys)
        finding = finding or _by_first_title(report, by_key, source_keys)
        if finding is not None:
            found[identity] = finding
            if report.source_key:
                source_keys[finding.pk] = report.source_key
    return found


def _by_title(
    report: Identified, by_title: Mapping[tuple[str, str], Finding], source_keys: Mapping[UUID, str | None]
) -> Finding | None:
    finding = by_title.get((report.domain, report.title))
    if (
        finding is None
        or report.source_key is None
        or source_keys.get(finding.pk) in (None, report.source_key)
    ):
        return finding
    # A person gave another finding this title.
    return by_title.get((report.domain, qualified_title(report)))


def _by_first_title(
    report: Identified, by_key: Mapping[Identity, Finding], source_keys: Mapping[UUID, str | None]
) -> Finding | None:
    finding = by_key.get((report.domain, title_key(report.title)))
    # A finding with a key is of another source.
    return finding if finding is not None and source_keys[finding.pk] is None else None
