"""Reports of other tools become findings, with our checks where they verify the same rule."""

import time
from typing import Any

import pytest
from django.utils import timezone

from findings.imports import lighthouse, zap
from findings.imports.problem import checks_of, without_markup
from findings.models import Finding
from findings.services import transitions
from findings.services.identity import source_key_of_check
from findings.services.ingestion import FindingReport, ingest
from scanner import registry
from tests.factories import Scenario

pytestmark = pytest.mark.django_db

PAGE = "https://shop.example.com/"


def zap_report(*alerts: dict[str, Any]) -> dict[str, Any]:
    return {"@version": "2.16.1", "site": [{"@name": "https://shop.example.com", "alerts": list(alerts)}]}


def alert(plugin: str, name: str, **fields: Any) -> dict[str, Any]:
    instances = [{"uri": PAGE, "method": "GET", "param": "", "evidence": ""}]
    shown = {"pluginid": plugin, "alertRef": plugin, "name": name, "riskcode": "2", "confidence": "3"}
    return {**shown, "desc": "<p>Long.</p>", "instances": instances, **fields}


def lighthouse_report(**audits: dict[str, Any]) -> dict[str, Any]:
    return {
        "lighthouseVersion": "12.6.0",
        "finalDisplayedUrl": PAGE,
        "audits": {name.replace("_", "-"): audit for name, audit in audits.items()},
        "categories": {
            "performance": {"auditRefs": [{"id": "largest-contentful-paint", "weight": 25}]},
            "accessibility": {"auditRefs": [{"id": "image-alt", "weight": 10}]},
            "best-practices": {
                "auditRefs": [
                    {"id": "csp-xss", "weight": 0, "group": "best-practices-trust-safety"},
                    {"id": "errors-in-console", "weight": 1, "group": "best-practices-general"},
                ]
            },
        },
    }


def audit(score: float | None, mode: str = "binary") -> dict[str, Any]:
    return {
        "title": "A title",
        "description": "See [the docs](https://example.com/docs).",
        "score": score,
        "scoreDisplayMode": mode,
    }


def axe_results(*violations: dict[str, Any]) -> dict[str, Any]:
    return {"testEngine": {"name": "axe-core"}, "url": PAGE, "violations": list(violations), "passes": []}


def violation(rule: str, impact: str) -> dict[str, Any]:
    node = {"target": ["img"], "html": "<img>", "failureSummary": "Fix it"}
    return {"id": rule, "impact": impact, "help": f"Help of {rule}", "description": "D", "nodes": [node]}


def sarif(*results: dict[str, Any], tool: str = "Semgrep", rules: tuple[dict[str, Any], ...] = ()) -> dict:
    driver = {"name": tool, "rules": list(rules)}
    return {"version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": list(results)}]}


def result(rule: str, uri: str = "src/app.py", **fields: Any) -> dict[str, Any]:
    location = {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 7}}}
    return {"ruleId": rule, "message": {"text": "Bad."}, "locations": [location], **fields}


def imported(scenario: Scenario, format: str, document: Any) -> dict[str, tuple[Any, ...]]:
    """Import the document; return domain, severity, checks and assets of each finding by its title."""
    response = scenario.client.call("post", "findings/import", {"format": format, "document": document})
    assert response.status_code == 200, response.content
    return {
        row.title: (
            row.domain,
            row.severity,
            row.check_keys,
            [asset["value"] for asset in row.affected_assets],
        )
        for row in Finding.objects.filter(project=scenario.project)
    }


def test_zap_alerts_become_findings_with_our_checks(scenario: Scenario):
    report = zap_report(
        alert("10038", "Content Security Policy (CSP) Header Not Set"),
        alert("40018", "SQL Injection", riskcode="3"),
        alert("10096", "Timestamp Disclosure", riskcode="0"),
        alert("10202", "Absence of Anti-CSRF Tokens", confidence="0"),
    )

    assert imported(scenario, "zap", report) == {
        "Content-Security-Policy is missing or not enforced": (
            "security",
            "medium",
            ["security_header_csp"],
            [PAGE],
        ),
        "SQL Injection": ("security", "high", [], [PAGE]),
    }


def test_report_of_a_current_zap_becomes_findings(scenario: Scenario):
    """The shape of 2.16 and 2.17: insights, several sites, nodes, systemic alerts, and one about ZAP itself."""
    instance = {
        "id": "7",
        "uri": PAGE,
        "nodeName": PAGE,
        "method": "GET",
        "param": "",
        "attack": "https://evil.test",
    }
    full = {
        "instances": [{**instance, "evidence": "access-control-allow-origin: *", "otherinfo": ""}],
        "count": "1", "systemic": True, "otherinfo": "", "cweid": "942", "wascid": "14", "sourceid": "41",
        "riskdesc": "Medium (High)", "solution": "<p>Restrict it.</p>",
        "reference": "<p>https://example.com/cors</p><p>https://example.org/cors</p>",
    }  # fmt: skip
    report = zap_report(
        alert("40040", "CORS Misconfiguration", alertRef="40040-3", **full),
        alert("10116", "ZAP is Out of Date", riskcode="1", **{**full, "systemic": False}),
        alert("90027", "Cookie Slack Detector", riskcode="1", **full),
    )
    report |= {"@programName": "ZAP", "@generated": "Wed, 25 Feb 2026 11:09:49", "sequences": []}
    report |= {"created": "2026-02-25T11:09:49.007472780Z", "insights": [{"level": "Low", "statistic": "7"}]}
    report["site"].append({"@name": "https://cdn.example.com", "@port": "443", "@ssl": "true", "alerts": []})

    found = imported(scenario, "zap", report)

    assert sorted((title, severity, checks) for title, (_, severity, checks, _) in found.items()) == [
        ("CORS allows any origin to read the page with credentials", "medium", ["cors_restricted"]),
        ("Cookie Slack Detector", "low", []),
    ]


@pytest.mark.parametrize(
    ("reference", "instance", "check"),
    [
        ("10098", {"evidence": "access-control-allow-origin: *"}, None),
        ("90004-1", {"evidence": ""}, None),
        ("90004-3", {"evidence": ""}, "security_header_coop"),
        ("90004-3", {"evidence": "same-origin-allow-popups"}, None),
        ("10010", {"param": "PHPSESSID"}, "cookies_httponly"),
        ("10010", {"param": "cart"}, None),
        ("10054-1", {"param": "csrftoken"}, "cookies_samesite"),
        ("10054-1", {"param": "cart"}, None),
        ("10054-2", {"param": "cart"}, None),
        ("10054-3", {"param": "cart"}, "cookies_samesite"),
        ("10035-3", {}, "security_header_hsts"),
        ("40040-3", {"evidence": "access-control-allow-origin: null"}, None),
        ("90003", {"evidence": '<script src="https://cdn.test/a.js">'}, "sri_external_scripts"),
        ("90003", {"evidence": '<script src="https://cdn.example.com/a.js">'}, None),
        ("90003", {"evidence": '<link rel="stylesheet" href="https://cdn.test/a.css">'}, None),
    ],
)
def test_zap_alert_has_our_check_only_if_it_fails_as_long_as_the_problem_exists(
    reference: str, instance: dict[str, str], check: str | None
):
    assert zap.check_of(reference, reference.split("-")[0], [{"uri": PAGE, **instance}]) == check


def test_failed_audits_of_lighthouse_become_findings(scenario: Scenario):
    report = lighthouse_report(
        largest_contentful_paint=audit(0.4, "numeric"),
        image_alt=audit(0),
        csp_xss=audit(0.5),
        errors_in_console=audit(0),
    )

    found = imported(scenario, "lighthouse", report)

    assert sorted((domain, severity, checks) for domain, severity, checks, _ in found.values()) == [
        ("accessibility", "critical", ["a11y_image_alt"]),
        ("performance", "high", ["lcp"]),
        ("security", "low", []),
    ]


def test_passed_and_informative_audits_are_no_findings(scenario: Scenario):
    report = lighthouse_report(
        largest_contentful_paint=audit(0.9, "numeric"), image_alt=audit(1), csp_xss=audit(0, "informative")
    )

    assert imported(scenario, "lighthouse", report) == {}


@pytest.mark.parametrize("as_list", [False, True])
def test_violations_of_axe_become_findings(scenario: Scenario, as_list: bool):
    results = axe_results(violation("image-alt", "critical"), violation("bypass", "serious"))

    found = imported(scenario, "axe", [results] if as_list else results)

    assert sorted((severity, checks) for _, severity, checks, _ in found.values()) == [
        ("critical", ["a11y_image_alt"]),
        ("high", []),
    ]


def test_results_of_sarif_are_one_finding_for_each_rule(scenario: Scenario):
    rules = ({"id": "xss", "shortDescription": {"text": "Cross-site scripting"}},)
    document = sarif(result("xss"), result("xss", "src/b.py", level="error"), rules=rules)

    assert imported(scenario, "sarif", document) == {
        "Cross-site scripting": ("security", "high", [], ["src/app.py:7", "src/b.py:7"])
    }


@pytest.mark.parametrize(
    ("score", "severity"), [("9.8", "critical"), (7.0, "high"), ("4.0", "medium"), (0.1, "low")]
)
def test_sarif_security_severity_gives_the_severity(scenario: Scenario, score: Any, severity: str):
    rules = ({"id": "xss", "properties": {"security-severity": score}},)

    found = imported(scenario, "sarif", sarif(result("xss"), rules=rules))

    assert found["xss"][1] == severity


def test_suppressed_absent_and_passed_results_of_sarif_are_no_findings(scenario: Scenario):
    document = sarif(
        result("a", suppressions=[{"kind": "inSource"}]),
        result("b", baselineState="absent"),
        result("c", kind="pass"),
        result("d", level="none"),
        result("e", suppressions=[{"kind": "external", "status": "rejected"}]),
    )

    assert set(imported(scenario, "sarif", document)) == {"e"}


def test_rules_of_sarif_with_the_same_name_are_several_findings(scenario: Scenario):
    rules = (
        {"id": "B301", "name": "blacklist"},
        {"id": "B403", "name": "blacklist"},
        {"id": "S1", "name": "S1"},
    )
    document = sarif(result("B301"), result("B403"), result("S1"), tool="Bandit", rules=rules)

    assert set(imported(scenario, "sarif", document)) == {"blacklist (B301)", "blacklist (B403)", "S1"}


def test_sarif_with_our_keys_names_our_checks(scenario: Scenario):
    document = sarif(result("lcp", PAGE), tool="krafter-audit")

    assert [checks for _, _, checks, _ in imported(scenario, "sarif", document).values()] == [["lcp"]]


def test_second_import_updates_and_keeps_the_severity_that_a_person_has_set(scenario: Scenario):
    report = zap_report(alert("40018", "SQL Injection"))
    imported(scenario, "zap", report)
    finding = Finding.objects.get()
    scenario.client.call("patch", f"findings/{finding.pk}", {"severity": "low"})

    response = scenario.client.call("post", "findings/import", {"format": "zap", "document": report})

    data = response.json()["data"]
    assert (data["created"], data["updated"], data["invalid"]) == (0, 1, 0)
    assert data["items"] == [{"index": 0, "status": "updated", "id": str(finding.pk), "details": None}]
    finding.refresh_from_db()
    assert finding.severity == "low"


def test_import_updates_the_renamed_finding_of_a_scan_and_keeps_its_pages(scenario: Scenario):
    other, key = {"type": "url", "value": f"{PAGE}about"}, "security_header_csp"
    seen = {"pages": [{"url": other["value"], "key": key, "outcome": {"status": "failed"}}]}
    named = {"checks": [key], "source_key": source_key_of_check(key)}
    report = FindingReport("security", "No CSP", "medium", affected_assets=[other], evidence=seen, **named)
    [finding] = ingest(scenario.project, [report], by=scenario.actor).findings
    scenario.client.call("patch", f"findings/{finding.pk}", {"title": "Our name"})

    found = imported(scenario, "zap", zap_report(alert("10038", "CSP: Header Not Set")))

    finding.refresh_from_db()
    assert found == {"Our name": ("security", "medium", [key], [PAGE, other["value"]])}
    assert (finding.evidence["pages"], finding.evidence["source"]) == (seen["pages"], "ZAP 2.16.1")


def test_import_of_a_rule_without_our_check_keeps_the_checks_of_the_finding(scenario: Scenario):
    other = {"type": "url", "value": f"{PAGE}about"}
    body = {"domain": "security", "title": "SQL Injection", "checks": ["lcp"], "affected_assets": [other]}
    scenario.client.call("post", "findings", {**body, "severity": "high"})

    found = imported(scenario, "zap", zap_report(alert("40018", "SQL Injection")))

    assert found == {"SQL Injection": ("security", "high", ["lcp"], [PAGE, other["value"]])}
    assert Finding.objects.get().evidence["checks"] == ["lcp"]


def test_import_keeps_as_many_pages_as_a_report_may_have(scenario: Scenario):
    report = zap_report(alert("10038", "CSP: Header Not Set"))
    imported(scenario, "zap", report)
    pages = [{"type": "url", "value": f"{PAGE}{number}"} for number in range(1000)]
    Finding.objects.update(affected_assets=pages)

    found = imported(scenario, "zap", report)

    assert [assets for *_, assets in found.values()] == [[PAGE, *(page["value"] for page in pages[:999])]]


def test_import_after_the_fix_replaces_the_pages(scenario: Scenario):
    report = zap_report(alert("10038", "CSP: Header Not Set"))
    imported(scenario, "zap", report)
    finding = Finding.objects.get()
    finding.affected_assets = [{"type": "url", "value": f"{PAGE}about"}]
    finding.save()
    transitions.resolve(finding, fixed_at=timezone.now())

    found = imported(scenario, "zap", report)

    assert [assets for *_, assets in found.values()] == [[PAGE]]


@pytest.mark.parametrize("format", ["sarif", "lighthouse", "axe", "zap"])
@pytest.mark.parametrize("document", [{}, [], [1], {"runs": 1, "site": None, "audits": [], "violations": {}}])
def test_document_of_another_form_is_refused(scenario: Scenario, format: str, document: Any):
    response = scenario.client.call("post", "findings/import", {"format": format, "document": document})

    assert (response.status_code, list(response.json()["error"]["details"])) == (422, ["document"])
    assert Finding.objects.count() == 0


@pytest.mark.parametrize("version", ["2.0.0", "2.2", "2.1.0-rtm.5", 2.1, None])
def test_sarif_of_another_version_is_refused(scenario: Scenario, version: Any):
    document = {**sarif(result("rule")), "version": version}

    response = scenario.client.call("post", "findings/import", {"format": "sarif", "document": document})

    assert response.json()["error"]["details"] == {
        "document": ["This is not SARIF 2.1.0: it needs the version 2.1.0 and a list runs."]
    }
    assert Finding.objects.count() == 0


@pytest.mark.parametrize(
    ("format", "document"),
    [
        ("sarif", {"version": "2.1.0", "runs": [1, {"results": [{}, {"ruleIndex": -1, "message": 5}]}]}),
        ("sarif", sarif({"ruleId": 5, "ruleIndex": "nan", "locations": {"physicalLocation": []}})),
        ("lighthouse", {"audits": {"a": 5}, "categories": {"seo": {"auditRefs": [{"id": "a"}, 7]}}}),
        ("axe", {"violations": [5, {"nodes": 5, "id": 5, "impact": []}]}),
        ("zap", {"site": {"alerts": {"riskcode": 0}}}),
        ("zap", {"site": [{"alerts": [{"riskcode": "nan"}, {"riskcode": 3, "instances": "x"}]}]}),
    ],
)
def test_values_of_other_types_do_not_break_the_import(scenario: Scenario, format: str, document: Any):
    response = scenario.client.call("post", "findings/import", {"format": format, "document": document})

    assert response.status_code == 200, response.content


def test_lighthouse_report_of_a_page_that_did_not_load_is_refused(scenario: Scenario):
    report = lighthouse_report() | {"runtimeError": {"code": "NO_FCP", "message": "The page did not paint."}}

    response = scenario.client.call("post", "findings/import", {"format": "lighthouse", "document": report})

    assert response.json()["error"]["details"] == {
        "document": ["Lighthouse could not test the page: NO_FCP. Run it again."]
    }


def test_tags_and_links_become_plain_text() -> None:
    text = "<p>See [the docs](https://example.com/a_(b) and\n<b>1 < 2</b> [x]</p>"

    assert without_markup(text) == "See the docs and 1 < 2 [x]"


@pytest.mark.parametrize("text", ["[" * 400_000, "<" * 4_000_000, "[a](" * 200_000], ids=["[", "<", "[a]("])
def test_unfinished_markup_is_read_in_linear_time(text: str) -> None:
    started = time.process_time()

    assert without_markup(text) == text

    assert time.process_time() - started < 1.0


def test_more_than_1000_findings_are_refused(scenario: Scenario):
    document = sarif(*(result(f"rule-{number}") for number in range(1001)))

    response = scenario.client.call("post", "findings/import", {"format": "sarif", "document": document})

    assert "at most 1,000" in response.json()["error"]["details"]["document"][0]
    assert Finding.objects.count() == 0


def test_every_check_that_a_format_names_exists():
    assert [key for key in zap.CHECKS.values() if registry.get(key) is None] == []
    assert set(lighthouse.ALIASES.values()) - set(checks_of("lighthouse")) == set()
