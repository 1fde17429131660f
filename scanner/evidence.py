"""Collect the evidence of a check, by which a person can judge its outcome later."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import krafter_audit
from krafter_audit.http.client import Response
from krafter_audit.http.timestamps import format_timestamp
from scanner.outcome import Outcome
from scanner.page.identity import Identity, page_identity
from scanner.preconditions import Inconclusive
from scanner.registry import Check

if TYPE_CHECKING:
    from scanner.page.context import PageContext

MAX_HEADER_LENGTH = 1000
MAX_TEXT_LENGTH = 2000
MAX_REQUESTS_SHOWN = 15  # in the evidence of a check
ALWAYS_SHOWN = ("content-type",)


def collect(check: Check, context: "PageContext") -> dict[str, Any]:
    """Return the evidence of the requests that were made for the check.

    `requests` counts all requests, and `fetched` lists them when there were several; the other fields describe the
    response that the check is about.
    """
    responses = _responses(check, context)
    evidence = {"url": context.url, "requests": len(responses), **_main(check, context, responses)}
    if check.may_use_browser:
        evidence |= context.rendered.as_evidence(throttled=check.kind == "lab")
        evidence |= _screenshots(check, context)
    if len(responses) > 1:
        evidence["fetched"] = [_request(response) for response in responses[:MAX_REQUESTS_SHOWN]]
    return evidence


def _screenshots(check: Check, context: "PageContext") -> dict[str, Any]:
    if not check.needs_browser:
        return {}
    saved = context.rendered.save_screenshots(check.needs)
    stored = {name: sha256 for name, sha256 in saved.items() if sha256}
    missing = [name for name, sha256 in saved.items() if not sha256]
    found: dict[str, Any] = {"screenshots": stored, "screenshots_not_stored": missing}
    return {name: value for name, value in found.items() if value}


def rule_info(check: Check, before: Outcome | None) -> dict[str, Any]:
    """Return the rule, its version and the build; `rule_changed_from` when the earlier version differs."""
    info: dict[str, Any] = {
        "rule_version": check.version,
        "rule": check.rule,
        "build": krafter_audit.__version__,
    }
    earlier = before.evidence.get("rule_version") if before else None
    if earlier is not None and earlier != check.version:
        info["rule_changed_from"] = earlier
    return info


def storable(value: Any) -> Any:
    """Return a JSON value that PostgreSQL accepts: no NUL, no lone surrogates, texts of bounded length."""
    if isinstance(value, str):
        text = value[:MAX_TEXT_LENGTH]
        if not text.isascii():  # most text is ASCII, and encoding is the slow part
            text = text.encode("utf-8", errors="replace").decode("utf-8")
        return text.replace("\x00", "\ufffd")
    if isinstance(value, Mapping):
        return {storable(key): storable(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [storable(element) for element in value]
    return value


def original_identity(before: Mapping[str, Outcome] | None) -> Identity | None:
    """Return the page's identity in earlier outcomes, preferably that of a rendered page."""
    stored = [Identity.from_evidence(outcome.evidence.get("identity")) for outcome in (before or {}).values()]
    identities = [identity for identity in stored if identity]
    rendered = [identity for identity in identities if identity.as_rendered()]
    return next(iter([*rendered, *identities]), None)


def _responses(check: Check, context: "PageContext") -> list[Response]:
    wanted = {"page", *check.needs}
    found = [
        response
        # Repetitions too: their outcomes are in the evidence.
        for attempt in context.attempts()
        for name, responses in list(attempt.log.items())
        if name in wanted
        for response in responses
    ]
    return list({id(response): response for response in found}.values())  # several facts may share one


def _main(check: Check, context: "PageContext", responses: list[Response]) -> dict[str, Any]:
    if not responses:
        return {"time": format_timestamp(datetime.now(UTC))}
    main = _main_response(check, context, responses)
    return {
        "final_url": main.url,
        "address": main.address,
        "status": main.status,
        "headers": _shown_headers(main, check.headers),
        "sha256": main.sha256,
        "time": format_timestamp(main.started_at),
        "duration_ms": round(main.duration_ms, 1),
        **_identity(context),
    }


def _main_response(check: Check, context: "PageContext", responses: list[Response]) -> Response:
    # A check of the markup may have read scripts too, but its evidence is about the page.
    if check.kind == "markup":
        return responses[0]
    for name in sorted(check.needs - {"page"}):
        if context.log.get(name):
            return context.log[name][0]
    return responses[0]


def _identity(context: "PageContext") -> dict[str, Any]:
    if "page" not in context.log:
        return {}
    try:
        # Computed once for all checks: a large page takes a while to be searched.
        identity = context.once("identity", lambda: page_identity(context.landing))
        return {"identity": identity.with_rendered(context.rendered.identity()).as_evidence()}
    except Inconclusive:
        return {}


def _request(response: Response) -> dict[str, Any]:
    return {
        "method": response.method,
        "url": response.url,
        "status": response.status,
        "duration_ms": round(response.duration_ms, 1),
    }


def _shown_headers(response: Response, wanted: tuple[str, ...]) -> dict[str, str]:
    shown = {}
    for name in (*ALWAYS_SHOWN, *wanted):
        lines = response.headers.get_all(name)
        if lines:
            safe = [_without_cookie_value(line) for line in lines] if name == "set-cookie" else lines
            shown[name] = ", ".join(safe)[:MAX_HEADER_LENGTH]
    return shown


# A cookie's value may be a session; only its attributes are evidence.
def _without_cookie_value(line: str) -> str:
    return re.sub(r"=[^;]*", "=…", line, count=1)
