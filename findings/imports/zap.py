import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from findings.imports.json_access import nested, number, objects, text
from findings.imports.problem import Problem, checks_of, urls_in, without_markup
from scanner.parsing import set_cookie
from scanner.parsing.cross_origin_policies import OPENER_POLICIES
from scanner.parsing.registrable_domain import host_of, same_site

SEVERITIES = {3: "high", 2: "medium", 1: "low"}  # 0 is informational, and no problem
FALSE_POSITIVE = 0  # a confidence
ABOUT_ZAP = frozenset({"10116"})  # plugins whose alerts are not about the site: ZAP is out of date

# Alerts of ZAP by alertRef or pluginid → our check, beside those that checks name themselves.
CHECKS = {
    "10020": "security_header_frame_options",
    "10021": "security_header_x_content_type_options",
    "10035": "security_header_hsts",
    "10038": "security_header_csp",
    "10047": "https_redirect",
    "10055-5": "csp_script_src_safe",
    "10055-6": "csp_style_src_safe",
    "10055-10": "csp_no_unsafe_eval",
    "10106": "https_redirect",
    "40040-3": "cors_restricted",
    "90003": "sri_external_scripts",
    "90004-3": "security_header_coop",
}

UNCHECKED_ALERTS = frozenset({"10054-2"})  # SameSite=None, which our check of SameSite accepts with Secure


def _cookie(instance: dict[str, Any]) -> set_cookie.Cookie | None:
    return set_cookie.parse(text(instance, "param"))


def _is_session_cookie(instance: dict[str, Any]) -> bool:
    return bool((cookie := _cookie(instance)) and cookie.is_session)


def _is_csrf_cookie(instance: dict[str, Any]) -> bool:
    return bool((cookie := _cookie(instance)) and cookie.is_csrf_token)


def _is_third_party_script(instance: dict[str, Any]) -> bool:
    source = re.match(
        r"""<script\b[^>]{0,2000}?\ssrc\s*=\s*["']?([^"'\s>]+)""", text(instance, "evidence"), re.I
    )
    host = host_of(source[1]) if source else ""
    return bool(host) and not same_site(host, host_of(text(instance, "uri")))


# Our checks verify these alerts only if this is true for all instances; else they pass although ZAP's problem remains.
CHECKED_INSTANCES: dict[str, Callable[[dict[str, Any]], bool]] = {
    "10010": _is_session_cookie,
    "10054-1": _is_csrf_cookie,
    "40040-3": lambda instance: not text(instance, "evidence").lower().endswith("null"),
    "90003": _is_third_party_script,
    "90004-3": lambda instance: text(instance, "evidence").strip().lower() not in OPENER_POLICIES,
}


def problems(document: Any) -> Iterator[Problem]:
    """Yield the alerts of low risk or more that are no false positives. Raises ValueError."""
    if not isinstance(nested(document, "site"), list | dict):
        raise ValueError("This is not a report of ZAP: it has no list site.")
    tool = f"ZAP {text(document, '@version')}".strip()
    for site in objects(document, "site"):
        for alert in objects(site, "alerts"):
            severity = SEVERITIES.get(int(number(alert, "riskcode") or 0))
            is_problem = (
                number(alert, "confidence") != FALSE_POSITIVE and text(alert, "pluginid") not in ABOUT_ZAP
            )
            if severity and is_problem:
                yield _problem(tool, text(site, "@name"), alert, severity)


def check_of(reference: str, plugin: str, instances: Sequence[dict[str, Any]] = ()) -> str | None:
    """Return the key of the check that fails as long as the alert's problem exists, or None."""
    is_checked = CHECKED_INSTANCES.get(reference)
    if reference in UNCHECKED_ALERTS or (is_checked and not (instances and all(map(is_checked, instances)))):
        return None
    known = checks_of("zap") | CHECKS
    return known.get(reference) or known.get(plugin)


def _problem(tool: str, site: str, alert: dict[str, Any], severity: str) -> Problem:
    plugin = text(alert, "pluginid")
    reference = text(alert, "alertRef") or plugin
    instances = list(objects(alert, "instances"))
    urls = [text(instance, "uri") for instance in instances] or [site]
    details = [
        {name: text(instance, name)[:500] for name in ("uri", "method", "param", "evidence")}
        for instance in instances
    ]
    return Problem(
        tool=tool,
        rule=reference,
        title=without_markup(text(alert, "name") or text(alert, "alert")),
        severity=severity,
        description=without_markup(text(alert, "desc")),
        fix=without_markup(text(alert, "solution")),
        references=urls_in(text(alert, "reference")),
        assets=tuple(("url", url) for url in urls if url),
        details=tuple(details),
        check=check_of(reference, plugin, instances),
    )
