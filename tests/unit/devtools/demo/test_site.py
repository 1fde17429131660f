"""The demo website has the faults that it lists, and none of them once they are fixed."""

import json
import threading
import urllib.request
from collections.abc import Iterator

import pytest

from devtools.demo.faults import FAULTS, FaultState
from devtools.demo.site import DemoServer
from krafter_audit.http.addresses import AddressPolicy
from krafter_audit.http.client import Client
from scanner import registry
from scanner.browser.browser import Browser
from scanner.cli.run import AnyHost
from scanner.page.context import PageContext
from tests.fakes.page_checks import run_checks

SLOW_MS = 200  # slow enough for the check to fail


@pytest.fixture
def site(settings, tmp_path, monkeypatch) -> Iterator[DemoServer]:
    monkeypatch.setattr("devtools.demo.site.SLOW_SECONDS", SLOW_MS / 1000)
    settings.KRAFTER_ALLOWED_NETWORKS = "127.0.0.0/8"
    with DemoServer(0, FaultState(tmp_path / "state.json")) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()


def url(site: DemoServer, path: str = "/") -> str:
    return f"http://127.0.0.1:{site.server_port}{path}"


def post(site: DemoServer, path: str) -> list[dict[str, object]]:
    with urllib.request.urlopen(
        urllib.request.Request(url(site, path), method="POST"), timeout=10
    ) as response:
        return list(json.load(response))


def statuses(site: DemoServer, browser: Browser) -> dict[str, str]:
    client = Client(policy=AddressPolicy.from_setting("127.0.0.0/8"))
    with client:
        context = PageContext(url(site), client, owned_hosts=AnyHost(), browser=browser)
        outcomes = run_checks(url(site), FAULTS, thresholds={"ttfb": SLOW_MS / 2}, context=context)
        return {key: outcome.status for key, outcome in outcomes}


@pytest.mark.slow
@pytest.mark.usefixtures("short_quiet_time")
def test_every_fault_fails_its_check_and_passes_once_it_is_fixed(site, chrome):
    assert {registry.get(name).domain for name in FAULTS} == {
        "security",
        "performance",
        "accessibility",
        "seo",
    }

    broken = statuses(site, chrome)
    post(site, "/faults/fix-all")
    fixed = statuses(site, chrome)

    assert broken == dict.fromkeys(FAULTS, "failed")
    assert fixed == dict.fromkeys(FAULTS, "passed")


def test_fault_is_fixed_and_broken_by_one_request_each(site):
    fixed = post(site, "/faults/security_header_csp/fix")
    broken = post(site, "/faults/security_header_csp/break")

    assert [fault["name"] for fault in fixed if not fault["broken"]] == ["security_header_csp"]
    assert all(fault["broken"] for fault in broken)


def test_fixed_fault_stays_fixed_after_restart(tmp_path):
    before = FaultState(tmp_path / "state.json")
    was_broken = "ttfb" in before
    before.set({"ttfb"}, broken=False)

    assert (was_broken, "ttfb" in FaultState(tmp_path / "state.json")) == (True, False)


def test_fixing_an_unknown_fault_returns_404(site):
    with pytest.raises(urllib.error.HTTPError, match="404"):
        post(site, "/faults/unknown/fix")
