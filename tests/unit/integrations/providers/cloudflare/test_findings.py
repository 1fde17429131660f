"""Weak settings of a Cloudflare zone as findings."""

from typing import Any

import pytest

from integrations.providers.cloudflare import Cloudflare
from integrations.providers.cloudflare.zone_settings import SETTINGS
from integrations.providers.errors import ProviderUnavailable
from integrations.providers.types import RemoteFinding
from tests.fakes.cloudflare import SECURE, SIX_MONTHS, TOKEN, ZONE_ID, FakeZone, hsts
from tests.fakes.specs import load_spec, requires_spec
from tests.fakes.vendor_server import FakeServer


def findings(provider: Cloudflare) -> list[RemoteFinding]:
    return [finding for source in provider.finding_lists() for page in source.pages() for finding in page]


def test_weak_setting_is_a_finding(provider: Cloudflare, zone: FakeZone) -> None:
    zone.settings["min_tls_version"] = "1.0"

    [found] = findings(provider)

    assert found.title == "Deprecated TLS versions are accepted (Cloudflare min_tls_version, example.com)"
    assert (found.domain, found.severity) == ("security", "high")
    assert found.external_id == f"cloudflare/{ZONE_ID}/min_tls_version"
    assert found.url == "https://dash.cloudflare.com/a1/example.com"
    assert found.assets == (("domain", "example.com"),)
    assert found.fix is not None
    assert found.fix["summary"] == "Set the Minimum TLS Version to 1.2 or later."


def test_evidence_names_setting_value_and_check(provider: Cloudflare, zone: FakeZone) -> None:
    zone.settings["min_tls_version"] = "1.1"

    [found] = findings(provider)

    assert found.evidence == {
        "setting": "min_tls_version",
        "value": "1.1",
        "zone": "example.com",
        "checks": ["cloudflare_min_tls"],
    }


def test_secure_zone_has_no_findings(provider: Cloudflare, server: FakeServer) -> None:
    assert findings(provider) == []
    assert {request.path.rpartition("/")[2] for request in server.requests} == {ZONE_ID, *SECURE}
    assert {setting.name for setting in SETTINGS} == set(SECURE)
    assert {request.method for request in server.requests} == {"GET"}
    assert {request.headers["authorization"] for request in server.requests} == {f"Bearer {TOKEN}"}


WEAK = [
    ("ssl", "off", "security", "critical"),
    ("ssl", "flexible", "security", "high"),
    ("always_use_https", "off", "security", "medium"),
    ("min_tls_version", "1.0", "security", "high"),
    ("min_tls_version", "1.1", "security", "high"),
    ("tls_1_3", "off", "security", "low"),
    ("automatic_https_rewrites", "off", "security", "low"),
    ("security_header", hsts(enabled=False), "security", "medium"),
    ("security_header", hsts(max_age=SIX_MONTHS - 1), "security", "medium"),
    ("security_header", {}, "security", "medium"),
    ("security_header", {"strict_transport_security": None}, "security", "medium"),
    ("security_level", "off", "security", "medium"),
    ("security_level", "essentially_off", "security", "medium"),
    ("browser_check", "off", "security", "low"),
    ("development_mode", "on", "performance", "medium"),
    ("http3", "off", "performance", "low"),
    ("brotli", "off", "performance", "low"),
    ("early_hints", "off", "performance", "low"),
    ("dnssec", "disabled", "security", "medium"),
    ("dnssec", "pending", "security", "medium"),
    ("dnssec", "pending-disabled", "security", "medium"),
    ("dnssec", "error", "security", "high"),
]


@pytest.mark.parametrize(("name", "value", "domain", "severity"), WEAK)
def test_weak_value_is_found_with_domain_and_severity(
    provider: Cloudflare, zone: FakeZone, name: str, value: Any, domain: str, severity: str
) -> None:
    zone.settings[name] = value

    [found] = findings(provider)

    assert (found.evidence["setting"], found.domain, found.severity) == (name, domain, severity)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ssl", "full"),
        ("ssl", "origin_pull"),
        ("min_tls_version", "1.3"),
        ("min_tls_version", "2.0"),
        ("tls_1_3", "zrt"),
        ("security_level", "under_attack"),
        ("dnssec", "sleeping"),
        ("dnssec", None),
        ("http3", {"what": "else"}),
        ("brotli", ["off"]),
    ],
)
def test_secure_or_unknown_value_is_not_a_finding(
    provider: Cloudflare, zone: FakeZone, name: str, value: Any
) -> None:
    zone.settings[name] = value

    assert findings(provider) == []


@requires_spec("cloudflare.json")
@pytest.mark.parametrize("name", [name for name in SECURE if name not in ("dnssec", "security_header")])
def test_every_value_of_the_description_is_secure_or_found(
    provider: Cloudflare, zone: FakeZone, name: str
) -> None:
    weak = set()
    for value in load_spec("cloudflare.json").d["components"]["schemas"][f"zones_{name}_value"]["enum"]:
        zone.settings[name] = value
        weak |= {finding.evidence["value"] for finding in findings(provider)}

    assert weak == {value for setting, value, *_ in WEAK if setting == name}


@requires_spec("cloudflare.json")
def test_default_security_header_of_the_description_is_found(provider: Cloudflare, zone: FakeZone) -> None:
    schemas = load_spec("cloudflare.json").d["components"]["schemas"]
    zone.settings["security_header"] = schemas["zones_security_header_value"]["default"]

    assert [finding.evidence["value"] for finding in findings(provider)] == [zone.settings["security_header"]]


@requires_spec("cloudflare.json")
def test_every_dnssec_status_but_active_is_found(provider: Cloudflare, zone: FakeZone) -> None:
    statuses = load_spec("cloudflare.json").d["components"]["schemas"]["dnssec_status"]["enum"]
    weak = []
    for status in statuses:
        zone.settings["dnssec"] = status
        weak += [finding.evidence["value"] for finding in findings(provider)]

    assert weak == [status for status in statuses if status != "active"]


def test_title_does_not_depend_on_the_value(provider: Cloudflare, zone: FakeZone) -> None:
    titles = set()
    for value in ("off", "flexible"):
        zone.settings["ssl"] = value
        titles |= {finding.title for finding in findings(provider)}

    assert len(titles) == 1


def test_zone_without_account_has_a_url(provider: Cloudflare, zone: FakeZone, server: FakeServer) -> None:
    zone.settings["brotli"] = "off"
    body = {"success": True, "errors": [], "messages": [], "result": {"name": "example.com"}}
    server.next_answer(f"{ZONE_ID}$", 200, {}, body)

    assert [f.url for f in findings(provider)] == ["https://dash.cloudflare.com/?to=/:account/example.com"]


def enveloped(result: bytes) -> bytes:
    return b'{"success": true, "result": ' + result + b"}"


NO_JSON = [b"", b"<html>", b"\xff", b"[" * 100_000]
OTHER_FORMS = [b"null", b"[]", b"7", b"{}", *map(enveloped, (b"null", b"[]", b"7", b"{}"))]
SETTING_PATHS = {
    "dnssec": "/dnssec$",
    "ssl": "/settings/ssl$",
    "security_header": "/settings/security_header$",
}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        *((f"{ZONE_ID}$", body) for body in NO_JSON + OTHER_FORMS),
        *((path, body) for path in SETTING_PATHS.values() for body in NO_JSON),
    ],
)
def test_undocumented_response_is_unavailable(
    provider: Cloudflare, server: FakeServer, path: str, body: bytes
) -> None:
    for _ in range(3):
        server.next_answer(path, 200, {}, body)

    with pytest.raises(ProviderUnavailable, match="cannot read"):
        findings(provider)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        *((name, body) for name in SETTING_PATHS for body in OTHER_FORMS),
        *(
            ("security_header", enveloped(b'{"value": ' + value + b"}"))
            for value in (b'"on"', b"[]", b'{"strict_transport_security": {"enabled": true, "max_age": "x"}}')
        ),
    ],
)
def test_unreadable_setting_is_left_out(
    provider: Cloudflare, zone: FakeZone, server: FakeServer, name: str, body: bytes
) -> None:
    zone.settings |= {"brotli": "off"}
    server.next_answer(SETTING_PATHS[name], 200, {}, body)

    found = findings(provider)

    assert [finding.evidence["setting"] for finding in found] == ["brotli"]
    assert provider.unreadable == [name]
