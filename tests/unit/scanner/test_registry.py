"""The registry: metadata of every check, the facts it reads, and the evidence it stores."""

import json
import re
import threading
from collections import Counter
from pathlib import Path

import pytest
import trustme

from scanner import evidence, registry
from scanner.evidence import storable
from scanner.outcome import FAILED, INCONCLUSIVE, Outcome
from scanner.page.context import PageContext
from scanner.page.page import Page
from scanner.page.rendered import AXE_RULE_PREFIX
from scanner.registry import LOW, REGISTRY, Check, Fix, get, keys
from tests.fakes.page_checks import run_checks
from tests.fakes.website import Answer, Site, loopback_client, served, tls_context
from tests.unit.scanner.checks.base_page import good_site, page
from tests.unit.scanner.checks.check_kinds import WITHOUT_BROWSER

WANTED = {
    "security_header_csp",
    "security_header_x_content_type_options",
    "cookies_secure",
    "tls_certificate_valid",
    "ttfb",
    "text_compression",
    "title_present",
    "meta_description",
    "robots_txt_valid",
    "a11y_image_alt",
    "a11y_label",
    "a11y_html_has_lang",
}
FACTS = {
    "page",
    "http_chain",
    "robots",
    "sitemap",
    "missing",
    "cors",
    "encoded",
    "assets",
    "links",
    "timings",
    "visit",
    "media",
    "vitals",
    "scripts",
    "tls",
    "tls_old",
}
OF_ANY_NAME = ("probe:/", AXE_RULE_PREFIX)


def test_checks_cover_the_four_domains() -> None:
    assert set(keys()) >= WANTED
    assert {check.domain for check in REGISTRY.values()} == {
        "security",
        "performance",
        "accessibility",
        "seo",
    }


def missing_descriptions(check: Check) -> list[str]:
    """Return what a check does not describe as it must."""
    fix = check.fix.as_recommended_fix()
    described = {
        "rule": check.rule.endswith("."),
        "title": 10 < len(check.title) <= 120 and not check.title.endswith("."),
        "why": check.why.endswith((".", "…")),
        "severity": check.severity in ("critical", "high", "medium", "low"),
        "fix": set(fix) == {"summary", "steps", "references"},
        "steps": bool(fix["steps"]),
        "references": all(url.startswith("https://") for url in fix["references"]),
        "oracle": bool(check.oracle),
    }
    return [name for name, is_described in described.items() if not is_described]


def test_every_check_has_title_reason_fix_and_references() -> None:
    missing = {key: missing_descriptions(REGISTRY[key]) for key in keys()}

    assert missing == dict.fromkeys(keys(), [])


SENT_BY_THE_SERVER = [
    key
    for key in keys()
    if key.startswith(("security_header_", "csp_", "hsts_", "cookies_", "exposed_"))
    or key
    in ("https_redirect", "redirect_permanent", "redirect_chain", "password_over_http", "mixed_content")
    or key in ("cors_restricted", "server_version_disclosure", "powered_by_disclosure", "directory_listing")
    or key in ("text_compression", "cache_policy", "ttfb")
]
COMMON_SOFTWARE = {"nginx", "apache", "caddy", "django", "express", "cloudflare"}


def test_server_side_fix_has_snippets_for_common_software() -> None:
    missing = {key: COMMON_SOFTWARE - set(REGISTRY[key].fix.snippets) for key in SENT_BY_THE_SERVER}

    assert {key: software for key, software in missing.items() if software} == {}


def test_titles_are_unique_within_a_domain() -> None:
    titles = Counter((check.domain, check.title) for check in REGISTRY.values())

    assert [title for title, count in titles.items() if count > 1] == []


def test_every_check_needs_known_facts_only() -> None:
    needs = {
        key: {need for need in REGISTRY[key].needs if not need.startswith(OF_ANY_NAME)} for key in keys()
    }

    assert {key: unknown for key in keys() if (unknown := needs[key] - FACTS)} == {}


@pytest.mark.parametrize("key", WITHOUT_BROWSER)
def test_check_fetches_only_the_facts_it_needs(key: str, authority: trustme.CA, ca_file: str) -> None:
    site = good_site()
    with served(site, tls_context(authority)), loopback_client(ca_file) as client:
        context = PageContext(site.url, client, retry_delays=())
        REGISTRY[key].run(context)

    assert set(context.log) <= REGISTRY[key].needs | {"page", "robots"}
    assert ("robots" in context.log) <= bool(REGISTRY[key].needs & {"robots", "sitemap"})


def test_malformed_or_duplicate_key_is_rejected() -> None:
    for key in ("title_present", "Bad-Key", ""):
        with pytest.raises(ValueError, match="malformed or taken"):
            registry.check(key, severity=LOW, title="", why="", fix=Fix("", (), ()))


def test_alias_returns_the_renamed_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.ALIASES, "has_title", "title_present")

    assert get("has_title") is get("title_present")
    assert get("nothing") is None


def test_every_module_with_checks_is_listed() -> None:
    folder = Path(registry.__file__).with_name("checks")
    with_checks = {
        ".".join(path.relative_to(folder).with_suffix("").parts)
        for path in folder.rglob("*.py")
        if re.search(r"^(@check|axe_rule)\(", path.read_text(), re.MULTILINE)
    }

    assert with_checks == set(registry.CHECK_MODULES)


def test_evidence_describes_the_response_and_the_rule() -> None:
    site = good_site(**{"/": page(headers={"Content-Security-Policy": None})})
    with served(site), loopback_client() as client:
        outcome = dict(run_checks(site.url, ["security_header_csp"], client=client, retry_delays=()))[
            "security_header_csp"
        ]

    evidence = outcome.evidence
    assert Outcome.from_json(json.loads(json.dumps(outcome.to_json()))) == outcome
    named = ("url", "final_url", "address", "status", "requests", "rule_version", "runs", "detail")
    assert {key: evidence[key] for key in named} == {
        "url": site.url,
        "final_url": site.url,
        "address": "127.0.0.1",
        "status": 200,
        "requests": 2,
        "rule_version": REGISTRY["security_header_csp"].version,
        "runs": [FAILED, FAILED],
        "detail": "No Content-Security-Policy is sent.",
    }
    assert len(evidence["sha256"]) == 64
    assert evidence["time"].endswith("Z")
    assert evidence["duration_ms"] > 0


def test_page_identity_is_computed_once_for_all_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Page] = []
    identity = evidence.page_identity
    monkeypatch.setattr(evidence, "page_identity", lambda page: read.append(page) or identity(page))
    with served(good_site()) as site, loopback_client() as client:
        outcomes = dict(run_checks(site.url, WITHOUT_BROWSER, client=client, retry_delays=()))

    assert len(read) == 1
    assert {outcome.evidence["identity"]["title"] for outcome in outcomes.values()} == {
        "Delivery and returns – Example Shop"
    }


def test_cookie_values_are_not_stored(authority: trustme.CA, ca_file: str) -> None:
    site = good_site()
    with served(site, tls_context(authority)), loopback_client(ca_file) as client:
        outcomes = dict(run_checks(site.url, keys(), client=client, retry_delays=()))

    assert "sessionid=…; Secure" in outcomes["cookies_secure"].evidence["headers"]["set-cookie"]
    assert "secret-value" not in json.dumps([outcome.to_json() for outcome in outcomes.values()])


def test_evidence_is_storable_whatever_the_page_contains() -> None:
    assert storable({"a\x00": ["\x00", "\ud800", ("x" * 9000,), 1.5, None, True]}) == {
        "a\ufffd": ["\ufffd", "?", ["x" * 2000], 1.5, None, True]
    }
    site = Site({"/robots.txt": Answer(b"\x00bad\x00 line\xff"), "/": page()})
    with served(site), loopback_client() as client:
        outcomes = dict(run_checks(site.url, ["robots_txt_valid"], client=client, retry_delays=()))

    assert outcomes["robots_txt_valid"].status == FAILED
    assert "\\u0000" not in json.dumps(outcomes["robots_txt_valid"].to_json())


@pytest.mark.parametrize(
    "url", ["", "nonsense", "ftp://example.com/", "https://[::1", "http://a:99999/", "http://a b/"]
)
def test_invalid_url_is_inconclusive(url: str) -> None:
    with loopback_client() as client:
        outcomes = dict(run_checks(url, keys(), client=client, retry_delays=()))

    assert {outcome.status for outcome in outcomes.values()} == {INCONCLUSIVE}


def test_evidence_names_the_earlier_rule_version() -> None:
    site = good_site()
    before = {"title_present": Outcome(FAILED, evidence={"rule_version": 0})}
    with served(site), loopback_client() as client:
        outcomes = dict(
            run_checks(site.url, ["title_present"], client=client, before=before, retry_delays=())
        )

    assert outcomes["title_present"].evidence["rule_changed_from"] == 0


def test_threads_share_fetched_facts() -> None:
    site = good_site()
    seen: dict[str, Outcome] = {}
    with served(site), loopback_client() as client:
        context = PageContext(site.url, client, retry_delays=())

        def check_domain(domain: registry.Domain) -> None:
            seen.update(run_checks(site.url, [key for key in keys(domain) if key != "ttfb"], context=context))

        domains: tuple[registry.Domain, ...] = ("security", "performance", "accessibility", "seo")
        threads = [threading.Thread(target=check_domain, args=(domain,)) for domain in domains]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)

    assert len(seen) == len(keys()) - 1
    assert site.paths().count("/robots.txt") == 1
