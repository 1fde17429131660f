"""What is kept of a look, so that somebody can judge it later without looking again."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import krafter_audit
from krafter_audit.http.timestamps import format_timestamp
from scanner.outcome import Outcome
from scanner.page_identity import Identity, page_identity
from scanner.preconditions import CannotLook
from scanner.registry import Check

if TYPE_CHECKING:
    from krafter_audit.http.client import Response
    from scanner.page_context import Facts

LONGEST_HEADER = 1000
LONGEST_TEXT = 2000
MOST_REQUESTS_SHOWN = 15
ALWAYS_SHOWN = ("content-type",)


def gathered(known: Check, facts: "Facts") -> dict[str, Any]:
    """Return the evidence of the requests that were made for the check's facts.

    `url, final_url, address, status, headers, sha256, time, duration_ms` are those of the response that the
    check is about; `requests` counts all, and `fetched` lists them where there was more than one.
    """
    responses = _responses(known, facts)
    described = {"url": facts.url, "requests": len(responses), **_about(known, facts, responses)}
    if known.kind == "browser":
        described |= facts.browsing.as_evidence(timed="vitals" in known.needs)
        pictures = facts.browsing.pictures(known.needs)
        described |= {"pictures": pictures} if pictures else {}
    if len(responses) > 1:
        described["fetched"] = [_line(response) for response in responses[:MOST_REQUESTS_SHOWN]]
    return described


def of_the_rule(known: Check, before: Outcome | None) -> dict[str, Any]:
    """Return which rule in which build answered, and whether the earlier answer was another version's."""
    said: dict[str, Any] = {
        "rule_version": known.version,
        "rule": known.rule,
        "build": getattr(krafter_audit, "__version__", "unknown"),
    }
    earlier = before.evidence.get("rule_version") if before else None
    if earlier is not None and earlier != known.version:
        said["rule_changed_from"] = earlier
    return said


def storable(value: Any) -> Any:
    """Return a JSON value that any database takes: no NUL, no half of a surrogate pair, no endless text."""
    if isinstance(value, str):
        readable = value[:LONGEST_TEXT]
        if not readable.isascii():  # nearly all of it is, and there is much of it
            readable = readable.encode("utf-8", errors="replace").decode("utf-8")
        return readable.replace("\x00", "\ufffd")
    if isinstance(value, Mapping):
        return {storable(key): storable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [storable(one) for one in value]
    return value


def identity_before(before: Mapping[str, Outcome] | None) -> Identity | None:
    """Return the page's identity as the earlier outcomes kept it; the first one that has it, a browser's first."""
    kept = [Identity.from_evidence(one.evidence.get("identity")) for one in (before or {}).values()]
    known = [identity for identity in kept if identity]
    rendered = [identity for identity in known if identity.as_rendered()]
    return next(iter([*rendered, *known]), None)


def _responses(known: Check, facts: "Facts") -> list["Response"]:
    """The responses of the check's own facts in the order of fetching, the page's first."""
    wanted = {"page", *known.needs}
    return [
        response
        for one in facts.looks()
        for name, answers in list(one.log.items())
        if name in wanted
        for response in answers
    ]


def _about(known: Check, facts: "Facts", responses: list["Response"]) -> dict[str, Any]:
    if not responses:
        return {"time": format_timestamp(datetime.now(UTC))}
    main = _main_response(known, facts, responses)
    return {
        "final_url": main.url,
        "address": main.address,
        "status": main.status,
        "headers": _shown_headers(main, known.headers),
        "sha256": main.sha256,
        "time": format_timestamp(main.started_at),
        "duration_ms": round(main.duration_ms, 1),
        **_identity(facts),
    }


def _main_response(known: Check, facts: "Facts", responses: list["Response"]) -> "Response":
    """The response that the check is about: its own fact's first one, else the page."""
    for name in sorted(known.needs - {"page"}):
        if facts.log.get(name):
            return facts.log[name][0]
    return responses[0]


def _identity(facts: "Facts") -> dict[str, Any]:
    if "page" not in facts.log:
        return {}
    try:
        # Every check's evidence asks, and a large page takes a while to be searched: it is read once.
        identity = facts.once("identity", lambda: page_identity(facts.landing))
        return {"identity": identity.with_rendered(facts.browsing.identity()).as_evidence()}
    except CannotLook:
        return {}


def _line(response: "Response") -> dict[str, Any]:
    return {
        "method": response.method,
        "url": response.url,
        "status": response.status,
        "duration_ms": round(response.duration_ms, 1),
    }


def _shown_headers(response: "Response", wanted: tuple[str, ...]) -> dict[str, str]:
    shown = {}
    for name in (*ALWAYS_SHOWN, *wanted):
        lines = response.headers.get_all(name)
        if lines:
            hidden = [_without_cookie_value(line) for line in lines] if name == "set-cookie" else lines
            shown[name] = ", ".join(hidden)[:LONGEST_HEADER]
    return shown


def _without_cookie_value(line: str) -> str:
    """Hide a cookie's value: a session of the site is a secret, its attributes are the evidence."""
    return re.sub(r"=[^;]*", "=…", line, count=1)
