"""Cloudflare: what is asked, which settings are weak, and what is a refusal and what an outage."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from accounts.actors import SYSTEM
from accounts.services import create_organization, create_project
from findings.models import Finding
from integrations import services
from integrations.models import Integration, SyncRun
from integrations.providers.base import Refused, RemoteFinding, Unavailable
from integrations.providers.cloudflare.findings import SETTINGS, Cloudflare
from integrations.sync import engine
from krafter_audit.http.client import Client, Limits
from tests.fakes.dialects.github import Answer, Request
from tests.fakes.server import FarEnd, description, serve

TOKEN = "cfut_Zm9yLXRlc3RzLW9ubHk0NzEx"
ZONE = "023e105f4ecef8ad9ca31a8372d0c353"
CREDENTIALS = {"api_token": TOKEN, "zone_id": ZONE}
HALF_A_YEAR = 15_552_000
DESCRIPTION = description("cloudflare.json")
described = pytest.mark.skipif(
    DESCRIPTION is None,
    reason="Cloudflare's description (provider-specs/cloudflare.json) does not lie beside this checkout",
)


def hsts(enabled: bool = True, max_age: float = HALF_A_YEAR) -> dict[str, Any]:
    return {"strict_transport_security": {"enabled": enabled, "max_age": max_age, "preload": False}}


SOUND: dict[str, Any] = {
    "ssl": "strict",
    "always_use_https": "on",
    "min_tls_version": "1.2",
    "tls_1_3": "on",
    "automatic_https_rewrites": "on",
    "security_header": hsts(),
    "security_level": "medium",
    "browser_check": "on",
    "development_mode": "off",
    "http3": "on",
    "brotli": "on",
    "early_hints": "on",
    "dnssec": "active",
}


def failure(code: int, message: str) -> dict[str, Any]:
    return {"success": False, "errors": [{"code": code, "message": message}], "messages": [], "result": None}


class Zone:
    """A small Cloudflare: one zone and its settings."""

    def __init__(self) -> None:
        self.settings = dict(SOUND)

    def __call__(self, request: Request) -> Answer:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return 403, {}, failure(9109, "Invalid access token")
        start = f"/zones/{ZONE}"
        if request.path == start:
            return 200, {}, self._good({"id": ZONE, "name": "example.com", "account": {"id": "a1"}})
        if request.path == f"{start}/dnssec":
            return 200, {}, self._good({"status": self.settings["dnssec"]})
        name = request.path.removeprefix(f"{start}/settings/")
        if name in self.settings:
            return 200, {}, self._good({"id": name, "value": self.settings[name], "editable": True})
        return 404, {}, failure(7003, "No route for the URI")

    def _good(self, result: Any) -> dict[str, Any]:
        return {"success": True, "errors": [], "messages": [], "result": result}


@pytest.fixture
def zone() -> Zone:
    return Zone()


@pytest.fixture
def cloudflare(zone: Zone, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FarEnd]:
    """The far end; afterwards nothing that it was asked may break Cloudflare's description."""
    settings.KRAFTER_ALLOWED_NETWORKS = "127.0.0.0/8"
    with serve(zone, DESCRIPTION) as far_end:
        monkeypatch.setenv("KRAFTER_CLOUDFLARE_URL", far_end.url)
        yield far_end


def made(far_end: FarEnd, client: Client | None = None, **credentials: Any) -> Cloudflare:
    given = {**CREDENTIALS, **credentials}
    return Cloudflare(client or Client(), given, far_end.url, sleep=lambda seconds: None)


@pytest.fixture
def adapter(cloudflare: FarEnd) -> Cloudflare:
    return made(cloudflare)


def findings(adapter: Cloudflare) -> list[RemoteFinding]:
    return [finding for source in adapter.sources() for page in source.pages() for finding in page]


def test_a_weak_setting_is_a_finding(adapter: Cloudflare, zone: Zone) -> None:
    zone.settings["min_tls_version"] = "1.0"

    [found] = findings(adapter)

    assert (
        found.title
        == "TLS versions are accepted that are out of use (Cloudflare min_tls_version, example.com)"
    )
    assert (found.domain, found.severity) == ("security", "high")
    assert found.external_id == f"cloudflare/{ZONE}/min_tls_version"
    assert found.url == "https://dash.cloudflare.com/a1/example.com"
    assert found.assets == (("domain", "example.com"),)
    assert found.fix is not None
    assert found.fix["summary"] == "Set the Minimum TLS Version to 1.2 or later."


def test_the_evidence_has_the_setting_its_value_and_the_check_that_reads_it_again(
    adapter: Cloudflare, zone: Zone
) -> None:
    zone.settings["min_tls_version"] = "1.1"

    [found] = findings(adapter)

    assert found.evidence == {
        "setting": "min_tls_version",
        "value": "1.1",
        "zone": "example.com",
        "checks": ["cloudflare_min_tls"],
    }


def test_a_sound_zone_has_no_findings_and_every_setting_is_asked_for(
    adapter: Cloudflare, cloudflare: FarEnd
) -> None:
    assert findings(adapter) == []
    assert {request.path.rpartition("/")[2] for request in cloudflare.requests} == {ZONE, *SOUND}
    assert {setting.name for setting in SETTINGS} == set(SOUND)
    assert {request.method for request in cloudflare.requests} == {"GET"}
    assert {request.headers["authorization"] for request in cloudflare.requests} == {f"Bearer {TOKEN}"}


WEAK = [
    ("ssl", "off", "security", "critical"),
    ("ssl", "flexible", "security", "high"),
    ("always_use_https", "off", "security", "medium"),
    ("min_tls_version", "1.0", "security", "high"),
    ("min_tls_version", "1.1", "security", "high"),
    ("tls_1_3", "off", "security", "low"),
    ("automatic_https_rewrites", "off", "security", "low"),
    ("security_header", hsts(enabled=False), "security", "medium"),
    ("security_header", hsts(max_age=HALF_A_YEAR - 1), "security", "medium"),
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
def test_what_weakens_security_or_speed_is_found(
    adapter: Cloudflare, zone: Zone, name: str, value: Any, domain: str, severity: str
) -> None:
    zone.settings[name] = value

    [found] = findings(adapter)

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
def test_a_value_that_is_sound_or_not_known_is_no_finding(
    adapter: Cloudflare, zone: Zone, name: str, value: Any
) -> None:
    zone.settings[name] = value

    assert findings(adapter) == []


@described
@pytest.mark.parametrize("name", [name for name in SOUND if name not in ("dnssec", "security_header")])
def test_every_value_that_the_description_names_is_sound_or_found(
    adapter: Cloudflare, zone: Zone, name: str
) -> None:
    weak = set()
    for value in DESCRIPTION.d["components"]["schemas"][f"zones_{name}_value"]["enum"]:
        zone.settings[name] = value
        weak |= {found.evidence["value"] for found in findings(adapter)}

    assert weak == {value for setting, value, *_ in WEAK if setting == name}


@described
def test_the_security_header_of_the_description_is_too_short(adapter: Cloudflare, zone: Zone) -> None:
    zone.settings["security_header"] = DESCRIPTION.d["components"]["schemas"]["zones_security_header_value"][
        "default"
    ]

    assert [found.evidence["value"] for found in findings(adapter)] == [zone.settings["security_header"]]


@described
def test_every_status_of_dnssec_that_the_description_names_but_active_is_found(
    adapter: Cloudflare, zone: Zone
) -> None:
    statuses = DESCRIPTION.d["components"]["schemas"]["dnssec_status"]["enum"]
    weak = []
    for status in statuses:
        zone.settings["dnssec"] = status
        weak += [found.evidence["value"] for found in findings(adapter)]

    assert weak == [status for status in statuses if status != "active"]


def test_the_title_stays_when_a_weak_value_becomes_another(adapter: Cloudflare, zone: Zone) -> None:
    titles = set()
    for value in ("off", "flexible"):
        zone.settings["ssl"] = value
        titles |= {finding.title for finding in findings(adapter)}

    assert len(titles) == 1


def test_a_zone_without_an_account_still_has_an_address(
    adapter: Cloudflare, zone: Zone, cloudflare: FarEnd
) -> None:
    zone.settings["brotli"] = "off"
    told = {"success": True, "errors": [], "messages": [], "result": {"name": "example.com"}}
    cloudflare.next_answer(f"{ZONE}$", 200, {}, told)

    assert [f.url for f in findings(adapter)] == ["https://dash.cloudflare.com/?to=/:account/example.com"]


def test_a_token_from_a_sign_in_opens_the_zone_too(cloudflare: FarEnd) -> None:
    signed_in = {"token": TOKEN, "zone_id": ZONE}

    Cloudflare(Client(), signed_in, cloudflare.url).check()

    assert [request.path for request in cloudflare.requests] == [
        f"/zones/{ZONE}",
        f"/zones/{ZONE}/settings/ssl",
    ]


def test_what_is_no_secret_is_kept_and_the_token_is_hidden(adapter: Cloudflare) -> None:
    assert adapter.secrets == {"api_token": TOKEN}


@pytest.mark.parametrize(
    ("status", "told", "sentence"),
    [
        (401, failure(10000, "Authentication error"), "does not accept the token"),
        (403, failure(9109, "Invalid access token"), "does not accept the token"),
        (400, failure(6003, "Invalid request headers"), "does not accept the token"),
        (403, failure(9109, "Unauthorized"), r"denies access to the zone: .*: Unauthorized \(9109\)"),
        (404, failure(7003, "No route for the URI"), r"does not show the zone to this token: No route"),
        (400, failure(1001, "Invalid zone"), r"status 400\): Invalid zone \(1001\)"),
        (301, {}, "status 301"),
        (200, failure(1001, "Invalid zone"), r"status 200\): Invalid zone \(1001\)"),
        (200, {"success": False}, r"refused the request for the zone \(status 200\)\.$"),
        (200, {"success": "true", "result": {"name": "x.example"}}, "status 200"),
        (200, {"success": False, "errors": [7]}, "status 200"),
        (400, b"[" * 100_000, "status 400"),
        (400, b"\xff", "status 400"),
        (400, b'["x"]', "status 400"),
    ],
)
def test_a_refusal_is_a_sentence_and_is_not_tried_again(
    adapter: Cloudflare, cloudflare: FarEnd, status: int, told: Any, sentence: str
) -> None:
    cloudflare.next_answer(f"{ZONE}$", status, {}, told)

    with pytest.raises(Refused, match=sentence) as caught:
        adapter.check()

    assert TOKEN not in str(caught.value)
    assert len(cloudflare.requests) == 1


def test_a_token_that_may_not_read_settings_is_refused_at_once(
    adapter: Cloudflare, cloudflare: FarEnd
) -> None:
    cloudflare.next_answer("settings/ssl$", 403, {}, failure(10000, "Authentication error"))

    with pytest.raises(Refused, match="denies access to settings/ssl: the token lacks the permission"):
        adapter.check()


@pytest.mark.parametrize("status", [500, 502, 522])
def test_an_outage_is_tried_three_times(adapter: Cloudflare, cloudflare: FarEnd, status: int) -> None:
    for _ in range(3):
        cloudflare.next_answer(f"{ZONE}$", status, {}, failure(1101, "Worker threw"))

    with pytest.raises(Unavailable, match=f"status {status}"):
        adapter.check()
    assert len(cloudflare.requests) == 3


def test_a_web_page_in_the_place_of_a_refusal_is_an_outage(adapter: Cloudflare, cloudflare: FarEnd) -> None:
    for _ in range(3):
        cloudflare.next_answer(f"{ZONE}$", 403, {"Content-Type": "text/html"}, b"<html>Just a moment</html>")

    with pytest.raises(Unavailable, match="a web page and no data"):
        adapter.check()


def good(result: bytes) -> bytes:
    return b'{"success": true, "result": ' + result + b"}"


@pytest.mark.parametrize(
    "rubbish",
    [
        b"",
        b"<html>",
        b"null",
        b"[]",
        b"7",
        b"\xff",
        b"[" * 100_000,
        b"{}",
        *map(good, (b"null", b"[]", b"7", b"{}")),
    ],
)
@pytest.mark.parametrize("place", ["/dnssec$", f"{ZONE}$", "/settings/ssl$", "/settings/security_header$"])
def test_an_answer_of_another_form_is_an_outage(
    adapter: Cloudflare, cloudflare: FarEnd, place: str, rubbish: bytes
) -> None:
    cloudflare.next_answer(place, 200, {}, rubbish)

    with pytest.raises(Unavailable, match="cannot read"):
        findings(adapter)


@pytest.mark.parametrize(
    "value", [b'"on"', b"[]", b'{"strict_transport_security": {"enabled": true, "max_age": "x"}}']
)
def test_a_security_header_of_another_form_is_an_outage(
    adapter: Cloudflare, cloudflare: FarEnd, value: bytes
) -> None:
    cloudflare.next_answer("/settings/security_header$", 200, {}, good(b'{"value": ' + value + b"}"))

    with pytest.raises(Unavailable, match="cannot read"):
        findings(adapter)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "40"}, 40),
        ({"retry-after": "40", "Ratelimit": '"default";r=0;t=90'}, 40),
        ({"Ratelimit": '"default";r=0;t=90'}, 90),
        ({"Ratelimit": "nonsense", "retry-after": "soon"}, 300),
        ({}, 300),
    ],
)
def test_a_rate_limit_says_when_to_come_back_and_is_not_tried_again_at_once(
    adapter: Cloudflare, cloudflare: FarEnd, headers: dict[str, str], seconds: int
) -> None:
    cloudflare.next_answer(f"{ZONE}$", 429, headers, failure(10429, "Too many requests"))

    with pytest.raises(Unavailable) as caught:
        adapter.check()

    assert caught.value.retry_at is not None
    wait = caught.value.retry_at - datetime.now(UTC)
    assert timedelta(seconds=seconds - 5) < wait <= timedelta(seconds=seconds)
    assert len(cloudflare.requests) == 1


@pytest.mark.parametrize(
    ("credentials", "sentence"),
    [
        ({"api_token": ""}, "need a 'api_token'"),
        ({"api_token": ["x"]}, "need a 'api_token'"),
        ({"api_token": "a\r\nX-Evil: 1"}, "need a 'api_token'"),
        ({"zone_id": ""}, "need a 'zone_id'"),
        ({"zone_id": "example.com"}, "zone_id must be the 32 digits"),
        ({"zone_id": f"../{ZONE}"}, "zone_id must be the 32 digits"),
        ({"zone_id": f"{ZONE}?x="}, "zone_id must be the 32 digits"),
    ],
)
def test_unusable_credentials_are_refused_before_anything_is_sent(
    cloudflare: FarEnd, credentials: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        made(cloudflare, **credentials).check()
    assert cloudflare.requests == []


def test_a_far_end_that_cannot_be_reached_is_an_outage(cloudflare: FarEnd) -> None:
    cloudflare.url = "http://127.0.0.1:9"

    with pytest.raises(Unavailable, match="could not be reached"):
        made(cloudflare).check()


def test_a_far_end_that_is_silent_is_an_outage(cloudflare: FarEnd) -> None:
    cloudflare.delay = 0.5

    client = Client(limits=Limits(connect=0.2, read=0.05, total=0.2))

    with pytest.raises(Unavailable, match=r"could not be reached \(timeout\)"):
        made(cloudflare, client).check()


# ---- The whole way, with the engine and the database


@pytest.fixture
def integration(db: None, cloudflare: FarEnd) -> Integration:
    organization = create_organization("Acme")
    project = create_project(organization, slug="production-website", site_url="https://example.com")
    return services.connect(project, "cloudflare", credentials=CREDENTIALS, by=SYSTEM)


def synced(integration: Integration) -> SyncRun:
    services.request_sync(integration.project, "cloudflare", by=SYSTEM)
    engine.sync(integration.pk)
    integration.refresh_from_db()
    return SyncRun.objects.order_by("-started_at", "-id")[0]


def test_weak_settings_come_in_once_and_a_worse_value_is_the_same_finding(
    integration: Integration, zone: Zone
) -> None:
    zone.settings |= {"ssl": "flexible", "http3": "off"}

    first, second = synced(integration), synced(integration)
    zone.settings["ssl"] = "off"
    third = synced(integration)

    assert (integration.status, first.pulled, second.pulled, third.pulled) == ("connected", 2, 0, 1)
    assert sorted(Finding.objects.values_list("domain", "severity")) == [
        ("performance", "low"),
        ("security", "critical"),
    ]


def test_one_setting_that_does_not_open_is_noted_and_the_others_come_in(
    integration: Integration, zone: Zone
) -> None:
    zone.settings["http3"] = "off"
    del zone.settings["brotli"]

    run = synced(integration)

    assert (integration.status, run.pulled) == ("connected", 1)
    assert [note.partition(":")[0] for note in run.notes] == ["The findings of brotli are not available"]


def test_a_setting_that_is_sound_again_or_does_not_open_is_not_taken_for_fixed(
    integration: Integration, zone: Zone
) -> None:
    zone.settings |= {"brotli": "off", "http3": "off"}
    synced(integration)
    zone.settings["http3"] = "on"
    del zone.settings["brotli"]

    synced(integration)

    assert set(Finding.objects.values_list("status", flat=True)) == {"new"}


def test_what_cloudflare_echoes_of_the_token_is_hidden(integration: Integration, cloudflare: FarEnd) -> None:
    cloudflare.next_answer(f"{ZONE}$", 400, {}, failure(1000, f"Bad token {TOKEN}"))

    synced(integration)

    assert integration.last_error.endswith("(status 400): Bad token [hidden] (1000).")
