"""Whole syncs with Cloudflare."""

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from findings.models import Finding
from integrations import services
from integrations.models import Integration, SyncRun
from integrations.providers.cloudflare.zone_settings import SETTINGS
from tests.fakes.cloudflare import TOKEN, ZONE_ID, FakeZone, failure
from tests.fakes.vendor_server import FakeServer
from tests.unit.integrations.conftest import run_sync


def synced(integration: Integration) -> SyncRun:
    """Run a sync; return its log."""
    run_sync(integration)
    return SyncRun.objects.order_by("-started_at", "-id")[0]


@pytest.mark.slow
def test_weak_settings_are_imported_once_and_updated(integration: Integration, zone: FakeZone) -> None:
    zone.settings |= {"ssl": "flexible", "http3": "off"}

    first, second = synced(integration), synced(integration)
    zone.settings["ssl"] = "off"
    third = synced(integration)

    assert (integration.status, first.pulled, second.pulled, third.pulled) == ("connected", 2, 0, 1)
    assert sorted(Finding.objects.values_list("domain", "severity")) == [
        ("performance", "low"),
        ("security", "critical"),
    ]


def test_unavailable_setting_is_noted_and_the_others_are_imported(
    integration: Integration, zone: FakeZone
) -> None:
    zone.settings["http3"] = "off"
    del zone.settings["brotli"]

    run = synced(integration)

    assert (integration.status, run.pulled) == ("connected", 1)
    assert [note.partition(":")[0] for note in run.notes] == ["The findings of brotli are not available"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ssl", "brotli"])
def test_unreadable_setting_is_named_and_the_others_are_imported(
    integration: Integration, zone: FakeZone, server: FakeServer, name: str
) -> None:
    zone.settings |= {"ssl": "off", "brotli": "off"}
    synced(integration)
    zone.settings["http3"] = "off"
    # Of the first setting, the test of the connection reads the value as well.
    for _ in range(2 if name == "ssl" else 1):
        server.next_answer(f"/settings/{name}$", 200, {}, {"success": True, "result": {"id": name}})

    run = synced(integration)

    assert (integration.status, run.pulled) == ("connected", 1)
    assert run.notes == [f"Left out of the findings of {name}, since this version cannot read them: {name}."]
    assert set(Finding.objects.values_list("status", flat=True)) == {"new"}


def test_zone_without_a_readable_setting_is_an_error(
    integration: Integration, zone: FakeZone, server: FakeServer
) -> None:
    for _ in SETTINGS:
        server.next_answer("/(settings/.*|dnssec)$", 200, {}, {"success": True, "result": None})

    synced(integration)

    assert integration.status == "error"
    assert integration.last_error.endswith("answered in a format that this version cannot read.")


def test_missing_finding_does_not_resolve_the_existing_one(integration: Integration, zone: FakeZone) -> None:
    zone.settings |= {"brotli": "off", "http3": "off"}
    synced(integration)
    zone.settings["http3"] = "on"
    del zone.settings["brotli"]

    synced(integration)

    assert set(Finding.objects.values_list("status", flat=True)) == {"new"}


def test_echoed_token_is_redacted(integration: Integration, server: FakeServer) -> None:
    server.next_answer(f"{ZONE_ID}$", 400, {}, failure(1000, f"Bad token {TOKEN}"))

    synced(integration)

    assert integration.last_error.endswith("(status 400: Bad token [hidden] (1000)).")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ssl", "brotli", "dnssec"])
def test_setting_that_the_token_may_not_read_is_noted(
    integration: Integration, zone: FakeZone, server: FakeServer, name: str
) -> None:
    zone.settings |= {"http3": "off", "brotli": "off"}
    zone.denied = {name}

    run = synced(integration)

    assert (integration.status, integration.last_error) == ("connected", "")
    assert run.pulled == (1 if name == "brotli" else 2)
    path = name if name == "dnssec" else f"settings/{name}"
    assert run.notes == [
        f"The findings of {name} are not available: Cloudflare denies access to {path}: "
        "the token lacks a permission or access to the zone."
    ]
    assert server.received("/user/tokens/verify$")


def test_setting_is_noted_for_a_token_of_the_account(
    integration: Integration, zone: FakeZone, server: FakeServer
) -> None:
    server.spec = None  # the description at hand omits the tokens of accounts
    zone.is_account_token, zone.denied = True, {"brotli"}

    run = synced(integration)

    assert (integration.status, len(run.notes)) == ("connected", 1)


@pytest.mark.parametrize(
    ("status", "denial", "name"),
    [
        ("disabled", "Invalid access token", "ssl"),
        ("expired", "Unauthorized to access requested resource", "brotli"),
        ("revoked", "Invalid access token", "brotli"),
        ("revoked", "Unauthorized to access requested resource", "ssl"),
    ],
)
def test_invalid_token_is_an_error(
    integration: Integration, zone: FakeZone, server: FakeServer, status: str, denial: str, name: str
) -> None:
    server.spec = None  # the description at hand omits the tokens of accounts
    zone.token_status, zone.denial, zone.denied = status, denial, {name}

    synced(integration)

    assert (integration.status, integration.last_error) == (
        "error",
        "Cloudflare does not accept the token: connect again.",
    )


def test_token_that_cannot_be_verified_now_is_no_invalid_token(
    integration: Integration, zone: FakeZone, server: FakeServer
) -> None:
    zone.denied = {"brotli"}
    for _ in range(3):
        server.next_answer("/tokens/verify$", 503, {}, failure(1101, "Worker threw"))

    synced(integration)

    assert (integration.status, integration.last_error) == ("error", "Cloudflare answered with status 503.")


def test_token_without_access_to_any_setting_is_an_error(integration: Integration, zone: FakeZone) -> None:
    zone.denied = {setting.name for setting in SETTINGS}

    synced(integration)

    assert integration.status == "error"
    assert integration.last_error.endswith("the token lacks a permission or access to the zone.")


def test_sign_in_without_a_permission_is_noted(project: Project, zone: FakeZone, server: FakeServer) -> None:
    # /user/tokens/verify is for API tokens: it rejects the token of a sign-in, with which the zone is read.
    server.spec = None  # the description at hand omits the tokens of accounts
    signed_in = {"token": TOKEN, "zone_id": ZONE_ID}
    row = services.connect(project, "cloudflare", credentials=signed_in, by=SYSTEM)
    zone.token_status, zone.denied = "revoked", {"brotli"}

    run = synced(row)

    assert (row.status, len(run.notes)) == ("connected", 1)
