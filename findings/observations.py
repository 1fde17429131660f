"""Observations of checks, read from free-form evidence for a page. A value of an unexpected type is left out."""

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from scanner import registry
from scanner.outcome import faults_in

SOFTWARE = {
    "nginx": "nginx", "apache": "Apache", "caddy": "Caddy", "django": "Django", "express": "Express",
    "cloudflare": "Cloudflare", "iis": "IIS", "php": "PHP", "asp.net": "ASP.NET", "haproxy": "HAProxy", "html": "HTML",
    "xml": "XML", "javascript": "JavaScript", "robots.txt": "robots.txt", "security.txt": "security.txt",
    "certbot": "Certbot", "openssl": "OpenSSL", "shell": "Shell", "policy": "Content-Security-Policy",
}  # fmt: skip
SNIPPET = re.compile(f"({'|'.join(map(re.escape, SOFTWARE))}): (.+)", re.DOTALL)
MAX_ELEMENTS = 10  # of a finding that are listed
MAX_URLS = 10  # URLs of a finding that are shown
MAX_OBSERVATIONS = 3  # of a finding that are shown
# Limits of texts in a report: the PDF of texts that are as long as the API accepts would take many minutes.
MAX_DESCRIPTION_LENGTH, MAX_TEXT_LENGTH, MAX_MARKUP_LENGTH = 4000, 1000, 500
MAX_STEPS, MAX_REFERENCES = 10, 10


@dataclass(frozen=True)
class Observation:
    """The outcome of one check on one page."""

    key: str
    url: str
    status: str = ""
    reason: str = ""
    detail: str = ""
    rule: str = ""
    time: str = ""
    response: str = ""
    measurement: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    markup: list[str] = field(default_factory=list)
    screenshots: dict[str, str] = field(default_factory=dict)  # the SHA-256 of screenshots by name
    missing_screenshots: list[str] = field(
        default_factory=list
    )  # the names of those that could not be stored


@dataclass(frozen=True)
class RecommendedFix:
    """How to fix a finding: steps, and configuration by software."""

    summary: str
    steps: list[str]
    snippets: list[tuple[str, str]]
    references: list[str]


@dataclass(frozen=True)
class FindingDetails:
    """A finding's URLs, observations and fix, shortened for a report."""

    urls: list[str]
    more_urls: int
    observations: list[Observation]
    fix: RecommendedFix


def details_of(affected_assets: Any, evidence: Any, recommended_fix: Any) -> FindingDetails:
    """Return the details of a finding from its free-form fields."""
    urls = asset_urls(affected_assets)
    different: dict[tuple[str, ...], Observation] = {}  # several pages often show the same
    for seen in observations_in(evidence):
        if seen.detail or seen.measurement or seen.markup:
            different.setdefault((seen.detail, seen.measurement, *seen.markup), seen)
    return FindingDetails(
        [shortened(url, MAX_MARKUP_LENGTH) for url in urls[:MAX_URLS]],
        max(len(urls) - MAX_URLS, 0),
        [_shortened_observation(seen) for seen in list(different.values())[:MAX_OBSERVATIONS]],
        _shortened_fix(fix_of(recommended_fix)),
    )


def shortened(text: str, length: int = MAX_TEXT_LENGTH) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _shortened_observation(seen: Observation) -> Observation:
    return replace(
        seen,
        url=shortened(seen.url, MAX_MARKUP_LENGTH),
        detail=shortened(seen.detail),
        measurement=shortened(seen.measurement),
        markup=[shortened(element, MAX_MARKUP_LENGTH) for element in seen.markup],
    )


def _shortened_fix(fix: RecommendedFix) -> RecommendedFix:
    return RecommendedFix(
        shortened(fix.summary),
        [shortened(step) for step in fix.steps[:MAX_STEPS]],
        [(software, shortened(text)) for software, text in fix.snippets[:MAX_STEPS]],
        [url for url in fix.references if len(url) <= MAX_TEXT_LENGTH][:MAX_REFERENCES],
    )


def observations_in(evidence: Any) -> list[Observation]:
    pages = _mapping(evidence).get("pages")
    return [
        observation(_text(page.get("key")), _text(page.get("url")), _mapping(page.get("outcome")))
        for page in mappings(pages)
    ]


def observation(key: str, url: str, outcome: dict[str, Any]) -> Observation:
    """Return an outcome `{status, reason, value, samples, evidence}` as it is shown."""
    seen = _mapping(outcome.get("evidence"))
    return Observation(
        key=key,
        url=url,
        status=_text(outcome.get("status")),
        reason=_text(outcome.get("reason")).replace("_", " "),
        detail=_text(seen.get("detail")),
        rule=_text(seen.get("rule")),
        time=_text(seen.get("time")),
        response=_response(seen),
        measurement=_measurement(outcome, seen),
        headers={
            str(name): _text(value)
            for name, value in _mapping(seen.get("headers")).items()
            if isinstance(value, str)
        },
        markup=list(_markup(seen)),
        screenshots=_screenshots(seen),
        missing_screenshots=_texts(seen.get("screenshots_not_stored")),
    )


def _screenshots(seen: dict[str, Any]) -> dict[str, str]:
    named = _mapping(seen.get("screenshots")).items()
    # The element first, then the page around it.
    return {
        str(name): sha256
        for name, sha256 in sorted(named, key=lambda item: item[0] == "screen")
        if isinstance(sha256, str) and re.fullmatch(r"[0-9a-f]{64}", sha256)
    }


def _response(seen: dict[str, Any]) -> str:
    status, address = seen.get("status"), seen.get("address")
    if not isinstance(status, int) or not isinstance(address, str):
        return ""
    return f"Status {status} from {address}"


def _measurement(outcome: dict[str, Any], seen: dict[str, Any]) -> str:
    value, unit = outcome.get("value"), _text(seen.get("unit"))
    if not isinstance(value, int | float) or isinstance(value, bool):
        return ""
    threshold = seen.get("threshold")
    limit = f"; threshold: {format_number(threshold)} {unit}" if isinstance(threshold, int | float) else ""
    return f"{format_number(value)} {unit}".strip() + limit.rstrip()


def format_number(value: float) -> str:
    """Return a number with at most three decimals: `1,250` or `0.125`."""
    if isinstance(value, int):
        return f"{value:,}"  # also one beyond all doubles
    return f"{value:,.3f}".rstrip("0").rstrip(".")


def _markup(seen: dict[str, Any]) -> Iterable[str]:
    elements = [_text(element.get("html")) for element in mappings(seen.get("elements"))]
    return [text for text in elements or faults_in(seen) if text][:MAX_ELEMENTS]


def fix_of(recommended: Any) -> RecommendedFix:
    """Return a recommended fix with the steps that are configuration set apart."""
    known = _mapping(recommended)
    steps, snippets = [], []
    for step in _texts(known.get("steps")):
        found = SNIPPET.fullmatch(step)
        if found:
            snippets.append((SOFTWARE[found[1]], found[2]))
        else:
            steps.append(step)
    return RecommendedFix(_text(known.get("summary")), steps, snippets, _texts(known.get("references")))


def commands(check_keys: list[str], urls: list[str]) -> list[str]:
    """Return the shell commands that reproduce a finding on its first page."""
    url = next((url for url in urls if url.startswith(("https://", "http://"))), None)
    if url is None:
        return []
    checks = [check for check in map(registry.get, check_keys) if check is not None]
    found = [f"curl -sSI {shlex.quote(url)}"] if any(check.headers for check in checks) else []
    if checks:
        keys = ",".join(check.key for check in checks)
        found.append(f"./krafter check {shlex.quote(url)} --only {keys}")
    return found


def asset_urls(assets: Any) -> list[str]:
    return [text for text in (_text(asset.get("value")) for asset in mappings(assets)) if text]


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def mappings(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _texts(value: Any) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
