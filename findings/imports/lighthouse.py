from collections.abc import Iterator, Mapping
from typing import Any

from findings.imports.json_access import nested, number, objects, text
from findings.imports.problem import Problem, checks_of, urls_in, without_markup

PASSING_SCORE = 0.9  # Lighthouse shows an audit as passed from there
SCORED_DISPLAY_MODES = ("binary", "numeric", "metricSavings")
# Audits of Best Practices that no check of ours names belong to security, if Lighthouse groups them there.
SECURITY_GROUP = "best-practices-trust-safety"
CATEGORIES = ("performance", "accessibility", "seo")
# Former and other names of audits that our checks name by their newest.
ALIASES = {
    "render-blocking-resources": "render-blocking-insight",
    "uses-text-compression": "document-latency-insight",
    "uses-long-cache-ttl": "cache-insight",
    "viewport": "viewport-insight",
    "dom-size-insight": "dom-size",
    "prioritize-lcp-image": "lcp-lazy-loaded",
}


def problems(document: Any) -> Iterator[Problem]:
    """Yield the audits that Lighthouse shows as not passed. Raises ValueError."""
    audits, categories = nested(document, "audits"), nested(document, "categories")
    if not isinstance(audits, dict) or not isinstance(categories, dict):
        raise ValueError("This is not a report of Lighthouse: it has no audits and categories.")
    failure = text(document, "runtimeError", "code")
    if failure not in ("", "NO_ERROR"):  # no audit has a score then, as if all had passed
        raise ValueError(f"Lighthouse could not test the page: {failure[:100]}. Run it again.")
    seen: set[str] = set()
    for category, details in categories.items():
        for reference in objects(details, "auditRefs"):
            name = text(reference, "id")
            if name not in seen and _failed(audits.get(name)):
                problem = _problem(document, name, category, reference)
                if problem:
                    seen.add(name)
                    yield problem


def _failed(audit: Any) -> bool:
    score = number(audit, "score")
    return (
        text(audit, "scoreDisplayMode") in SCORED_DISPLAY_MODES
        and score is not None
        and score < PASSING_SCORE
    )


def _problem(
    document: Mapping[str, Any], name: str, category: str, reference: dict[str, Any]
) -> Problem | None:
    audit = document["audits"][name]
    check = _check(name, category)
    domain = category if category in CATEGORIES else "security"
    if category not in CATEGORIES and not check and text(reference, "group") != SECURITY_GROUP:
        return None
    url = text(document, "finalDisplayedUrl") or text(document, "finalUrl") or text(document, "requestedUrl")
    description = text(audit, "description")
    return Problem(
        tool=f"Lighthouse {text(document, 'lighthouseVersion')}".strip(),
        rule=name,
        title=without_markup(text(audit, "title")),
        domain=domain,
        severity="" if check else _severity(audit, reference),
        description=without_markup(description),
        references=urls_in(description),
        assets=(("url", url),) if url else (),
        details=({"url": url, "score": number(audit, "score"), "value": text(audit, "displayValue")[:500]},),
        check=check,
    )


def _check(name: str, category: str) -> str | None:
    # The accessibility audits are rules of axe-core, and have their names.
    if category == "accessibility":
        return checks_of("axe").get(name)
    return checks_of("lighthouse").get(ALIASES.get(name, name))


def _severity(audit: dict[str, Any], reference: dict[str, Any]) -> str:
    weight = number(reference, "weight") or 0
    if weight >= 7 and not number(audit, "score"):
        return "high"
    return "medium" if weight > 0 else "low"
