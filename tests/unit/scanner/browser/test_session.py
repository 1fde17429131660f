"""A hostile page affects only its own visit, and no process or file of the browser outlives the worker."""

import os
import re
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme
from django.db import connection

from devtools.local_stack.process import REPOSITORY
from krafter_audit.http.client import AddressPolicy
from scanner.browser import browser as browsing
from scanner.browser import chromium, executables
from scanner.browser.browser import Browser
from scanner.browser.errors import BrowserError
from scanner.browser.process_guard import descendants, is_running
from scans.worker.browser import chromium_options
from tests.fakes.raw_servers import Server, answer, sends
from tests.processes import survivors
from tests.waiting import eventually

pytestmark = pytest.mark.needs_chromium
LOOPBACK = AddressPolicy.from_setting("127.0.0.0/8")
GOOD = "<!doctype html><title>good</title>"
PAGE_THAT_FILLS_MEMORY = (
    f"{GOOD}<script>let all = []; setInterval(() => all.push(new Uint8Array(1e8).fill(1)), 1)</script>"
)
WORKER = """
import django, sys; django.setup()
from scanner.browser.browser import Browser
from krafter_audit.http.addresses import AddressPolicy
from scans.worker.browser import chromium_options
policy = AddressPolicy.from_setting("127.0.0.0/8")
with Browser(policy=policy, options=chromium_options()) as browser, browser.page(sys.argv[1]) as page:
    print("ready", flush=True)
    page.evaluate("while (true) {}")
"""


class Site(Server):
    """Serves one page at every path."""

    page = GOOD

    def serve(self, page: str) -> str:
        self.page = page
        return self.url


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    def respond(sock: Any, request: bytes) -> None:
        sends(answer(site.page.encode(), headers=["Content-Type: text/html"]))(sock, request)

    with Site(respond) as site:
        yield site


def guard_of(browser: Browser) -> int:
    """Return the process id of the guard of the browser's Chromium."""
    return int((browser._session.home / "pid").read_text())


def page_text(browser: Browser, url: str) -> str:
    """Return the title of the page, or the reason why it was not loaded."""
    try:
        with browser.page(url) as page:
            return page.title()
    except BrowserError as error:
        return error.reason


@pytest.mark.parametrize(
    "script",
    [
        "alert(1); confirm(2); prompt(3); onbeforeunload = () => 'stay'; print()",
        "for (let i = 0; i < 9; i++) window.open('/popup' + i)",
        "let a = document.createElement('a'); a.href = 'data:application/zip,x'; a.download = 'x'; a.click()",
        "navigator.serviceWorker.register('/sw.js'); Notification.requestPermission();"
        "navigator.geolocation.getCurrentPosition(() => 0)",
    ],
    ids=["dialogs", "popups", "downloads", "permissions"],
)
def test_dialogs_popups_downloads_and_permissions_are_suppressed(site: Site, chrome: Browser, script: str):
    with chrome.page(site.serve(f"{GOOD}<script>{script}</script>")) as page:
        page.wait_for_timeout(200)
        state = (page.title(), len(page.context.pages), len(page.context.service_workers))

    assert state == ("good", 1, 0)
    assert not any(b"sw.js" in request or b"/popup" in request for request in site.requests)


def test_endless_page_times_out_and_the_next_one_loads(site: Site, chrome: Browser):
    endless = site.serve(f"{GOOD}<script>while (true) {{}}</script>")

    with pytest.raises(BrowserError) as error, chrome.page(endless, seconds=1):
        pass

    assert (error.value.reason, page_text(chrome, site.serve(GOOD))) == ("timeout", "good")


def test_page_over_the_memory_limit_is_killed(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(chromium, "MAX_MEMORY_BYTES", 600 * 1024 * 1024)
    seen = []

    with Browser(policy=LOOPBACK, options=chromium_options()) as browser:
        page_text(browser, site.serve(GOOD))
        # The second visit is in a new Chromium, where no earlier page can be the reason.
        for _ in range(2):
            with (
                pytest.raises(BrowserError) as error,
                browser.page(site.serve(PAGE_THAT_FILLS_MEMORY)) as page,
            ):
                page.wait_for_timeout(20_000)
            seen.append((error.value.reason, error.value.final, "memory" in error.value.detail))

    assert seen == [("blocked", False, True), ("truncated", True, True)]


def test_page_after_one_that_has_left_the_memory_full_is_loaded(site: Site) -> None:
    with Browser(policy=LOOPBACK, options=chromium_options()) as browser:
        page_text(browser, site.serve(GOOD))
        (browser._session.home / "note").write_text("memory")
        os.kill(guard_of(browser), signal.SIGTERM)
        assert eventually(lambda: not is_running(guard_of(browser)))

        assert page_text(browser, site.serve(GOOD)) == "good"


def test_console_of_a_page_is_in_no_error(site: Site, chrome: Browser) -> None:
    script = "setInterval(() => { console.log('needle'); console.error('needle') }, 10)"

    with (
        pytest.raises(BrowserError) as error,
        chrome.page(site.serve(f"{GOOD}<script>{script}</script>"), seconds=1) as page,
    ):
        page.evaluate("new Promise(() => 0)")

    assert error.value.__cause__ is not None
    assert "needle" not in str(error.value.__cause__)


@pytest.mark.parametrize(
    ("limit", "script", "padding"),
    [
        ("over 300 requests", "for (let i = 0; i < 400; i++) fetch('/' + i)", 0),
        ("over 50 MB", "for (let i = 0; i < 3; i++) fetch('/' + i).then(r => r.text())", 18_000_000),
    ],
)
def test_page_over_a_limit_is_truncated(site: Site, chrome: Browser, limit: str, script: str, padding: int):
    url = site.serve(f"{GOOD}<script>{script}</script>{' ' * padding}")

    with pytest.raises(BrowserError) as error, chrome.page(url) as page:
        page.wait_for_timeout(20_000)

    assert (error.value.reason, limit in error.value.detail) == ("truncated", True)


def test_chromium_is_restarted_after_many_visits_without_leftovers(
    site: Site, chrome: Browser, monkeypatch: pytest.MonkeyPatch
):
    with chrome.page(site.serve(GOOD)):
        home, processes = chrome._session.home, descendants(guard_of(chrome))
    monkeypatch.setattr(browsing, "MAX_VISITS_PER_CHROMIUM", 1)
    with chrome.page(site.serve(GOOD)):
        left = (home.exists(), survivors(processes))

    assert (len(processes) > 5, left) == (True, (False, []))


def test_database_is_usable_between_two_pages(site: Site, chrome: Browser, db: None):
    titles = []
    for _ in range(2):
        titles.append(page_text(chrome, site.serve(GOOD)))
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    assert titles == ["good", "good"]


def test_killed_worker_leaves_no_process_and_no_directory(site: Site):
    environment = os.environ | {"KRAFTER_ALLOWED_NETWORKS": "127.0.0.0/8", "PYTHONPATH": str(REPOSITORY)}
    arguments = [sys.executable, "-c", WORKER, site.serve(GOOD)]
    with subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE) as worker:
        assert worker.stdout.readline() == b"ready\n"
        below = descendants(worker.pid)
        worker.send_signal(signal.SIGKILL)

    assert len(below) > 5
    assert eventually(lambda: survivors(below) == [], seconds=30)
    assert eventually(lambda: not list(Path("/tmp").glob(f"krafter-browser-{worker.pid}-*")), seconds=30)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a process as another user")
def test_chromium_of_root_runs_as_another_user_in_its_sandbox(site: Site, chrome: Browser):
    with chrome.page(site.serve(GOOD)):
        home = chrome._session.home
        processes = {pid: process_status(pid) for pid in descendants(guard_of(chrome))}
        renderers = [status for status in processes.values() if status["Type"] == "renderer"]

    user, ids = executables.CHROMIUM_USER, {status["Uid"] for status in processes.values()}
    assert ids == {f"{user} {user} {user} {user}"}
    assert {status["Groups"] for status in processes.values()} == {""}
    # A filter of system calls, and a separate namespace of process ids.
    assert {(status["Seccomp"], len(status["NSpid"].split()) > 1) for status in renderers} == {("2", True)}
    # What Chromium may write holds nothing that the worker reads.
    assert [(home / name).stat().st_uid for name in (".", "pid", "chromium", "profile")] == [0, 0, 0, user]


def process_status(pid: int) -> dict[str, str]:
    """Return /proc/PID/status, and the type of a process of Chromium."""
    lines = [line.partition(":") for line in Path(f"/proc/{pid}/status").read_text().splitlines()]
    kind = re.search(r"--type=([a-z-]+)", Path(f"/proc/{pid}/cmdline").read_text())
    return {name: " ".join(text.split()) for name, _, text in lines} | {"Type": kind[1] if kind else ""}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a process as another user")
def test_folder_that_the_user_of_chromium_cannot_enter_is_named(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
):
    tmp_path.chmod(0o700)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    with (
        Browser(policy=LOOPBACK, options=chromium_options()) as browser,
        pytest.raises(BrowserError) as error,
        browser.page(site.serve(GOOD)),
    ):
        pass

    assert (error.value.reason, "TMPDIR" in error.value.detail) == ("not_available", True)
    assert "cannot enter" in error.value.detail


def test_additional_authority_is_trusted_and_names_are_verified(tmp_path: Path, chrome: Browser):
    authority = trustme.CA()
    with served_by(authority, "127.0.0.1") as mine, served_by(authority, "other.example") as other:
        with pytest.raises(BrowserError, match="KRAFTER_CA_FILE"), chrome.page(mine.url):
            pass
        found = [page_text(chrome, mine.url)]
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        options = replace(chromium_options(), ca_file=str(tmp_path / "ca.pem"))
        with Browser(policy=LOOPBACK, options=options) as browser:
            found += [page_text(browser, mine.url), page_text(browser, other.url)]

    assert found == ["blocked", "good", "blocked"]


def served_by(authority: trustme.CA, name: str) -> Server:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return Server(sends(answer(GOOD.encode(), headers=["Content-Type: text/html"])), tls=context)
