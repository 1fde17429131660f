"""Whole syncs with Cloudflare."""

from findings.models import Finding
from integrations.models import Integration, SyncRun
from tests.fakes.cloudflare import TOKEN, ZONE_ID, FakeZone, failure
from tests.fakes.vendor_server import FakeServer
from tests.unit.integrations.conftest import run_sync


def synced(integration: Integration) -> SyncRun:
    """Run a sync; return its log."""
    run_sync(integration)
    return SyncRun.objects.order_by("-started_at", "-id")[0]


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
