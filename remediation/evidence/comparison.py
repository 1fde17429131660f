"""Before and after of a verification: what the scan and the verification observed."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from findings import observations
from findings.observations import Observation
from remediation.evidence.chain import is_intact
from remediation.models import Evidence, Verification
from scanner import registry


@dataclass(frozen=True)
class HeaderRow:
    """A response header before and after; None: it was not sent."""

    name: str
    before: str | None
    after: str | None

    @property
    def changed(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True)
class PageComparison:
    url: str
    before: Observation | None
    after: Observation | None

    @property
    def headers(self) -> list[HeaderRow]:
        """The headers of both responses, those that differ first; none unless both were observed."""
        if self.before is None or self.after is None:
            return []
        before, after = self.before.headers, self.after.headers
        rows = [HeaderRow(name, before.get(name), after.get(name)) for name in sorted({*before, *after})]
        return sorted(rows, key=lambda row: not row.changed)


@dataclass(frozen=True)
class CheckComparison:
    key: str
    title: str
    rule: str
    version: int | None
    before: Any
    after: Any
    status: str
    pages: list[PageComparison]


@dataclass(frozen=True)
class Integrity:
    tone: str
    text: str


def compare(verification: Verification, links: Iterable[Evidence]) -> list[CheckComparison]:
    seen = {
        (observation.key, observation.url): observation
        for observation in observations.observations_in(verification.task.finding.evidence)
        if observation.url
    }
    found = {link.key: json.loads(link.body) for link in links if link.kind == Evidence.Kind.CHECK}
    return [_check(check, seen, found.get(check["key"], {})) for check in verification.checks]


def _check(
    check: dict[str, Any], seen: dict[tuple[str, str], Observation], body: dict[str, Any]
) -> CheckComparison:
    key = check["key"]
    known = registry.get(key)
    after = {
        page["url"]: observations.observation(key, page["url"], page)
        for page in observations.mappings(body.get("pages"))
        if isinstance(page.get("url"), str)
    }
    before = {url: observation for (of, url), observation in seen.items() if of == key}
    # The pages that failed before come first: they are what the fix is about.
    urls = dict.fromkeys([*(url for url in before if url in after), *before, *after])
    return CheckComparison(
        key=key,
        title=known.title if known else key.replace("_", " ").capitalize(),
        rule=known.rule if known else "",
        version=known.version if known else None,
        before=check["before"],
        after=check["after"],
        status=check["status"],
        pages=[PageComparison(url, before.get(url), after.get(url)) for url in urls],
    )


def integrity(chained: list[Evidence]) -> Integrity:
    if not chained:
        return Integrity("", "No evidence yet.")
    changed = [link.sequence for link in chained if not is_intact(link)]
    if changed:
        return Integrity(
            "danger", f"Changed after it was written: chain link {', '.join(map(str, changed))}."
        )
    number = f"{len(chained)} chain link{'s' if len(chained) > 1 else ''}"
    if all(link.signature for link in chained):
        return Integrity("success", f"Signed, chain intact ({number}).")
    return Integrity("warning", f"Chain intact, not signed ({number}).")
