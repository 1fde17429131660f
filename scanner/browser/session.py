"""One running Chromium: its driver, its home directory, its pages, and its end."""

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Error, Page, Playwright, sync_playwright

from krafter_audit.http.client import USER_AGENT
from scanner.browser import chromium, trust_store
from scanner.browser.chromium import ChromiumOptions
from scanner.browser.errors import BrowserError
from scanner.browser.process_guard import is_running, process_parents
from scanner.browser.shared_context import SharedContext, delete_storage
from scanner.browser.visit import Visit

STEP_TIMEOUT = 30.0  # seconds for one command of Playwright
START_TIMEOUT = 60.0  # seconds until Chromium must have started
SHUTDOWN_TIMEOUT = 5.0  # seconds to wait for the guard, which kills Chromium, or for a context to close
HOME_PREFIX = "krafter-browser-"


class ChromiumSession:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.visits = 0
        self.broken = False
        self.shared: SharedContext | None = None
        self._timed_out = False
        self._playwright: Playwright | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @classmethod
    def start(cls, options: ChromiumOptions) -> Self:
        """Start Chromium. Raises BrowserError when it is not installed or does not start."""
        program = options.find()
        chromium.require_access(program)
        remove_stale_homes()
        session = cls(Path(tempfile.mkdtemp(prefix=f"{HOME_PREFIX}{os.getpid()}-")))
        with contextlib.ExitStack() as on_error:
            on_error.callback(session.end)
            try:
                session._launch(program, options)
            except Error as error:
                raise BrowserError(
                    "not_available", chromium.start_error(error.message), final=True
                ) from error
            on_error.pop_all()
        return session

    def _launch(self, program: str, options: ChromiumOptions) -> None:
        profile = chromium.create_profile(self.home)
        if options.ca_file:
            error = trust_store.install(profile, options.ca_file)
            if error:
                detail = f"Chromium cannot be made to trust KRAFTER_CA_FILE: {error}."
                raise BrowserError("not_available", detail, final=True)
        chromium.chown_profile(profile)
        self._playwright = self._start_driver()
        try:
            self.chromium: Chromium = self._playwright.chromium.launch(
                executable_path=str(chromium.guarded_launcher(program, self.home, profile)),
                args=options.flags(),
                env=chromium.environment(profile),
                chromium_sandbox=options.sandbox,
                timeout=START_TIMEOUT * 1000,
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
            self.version = self.chromium.version
        finally:
            # Playwright leaves its loop marked as running, and Django refuses the database in a running loop.
            self._loop = asyncio._get_running_loop()
            asyncio._set_running_loop(None)

    def _start_driver(self) -> Playwright:
        # The driver creates its directories in TMPDIR; there they are deleted with the home.
        before = os.environ.get("TMPDIR")
        os.environ["TMPDIR"] = str(self.home)
        try:
            return sync_playwright().start()
        finally:
            os.environ.pop("TMPDIR")
            if before is not None:
                os.environ["TMPDIR"] = before

    @contextlib.contextmanager
    def page(self, visit: Visit, options: dict[str, Any]) -> Iterator[Page]:
        self.visits += 1
        open_page = self._shared_page if visit.shared else self._fresh_page
        with self._running_loop(), open_page(visit, options) as page, limits_applied(visit, page):
            visit.page = page
            yield page

    @contextlib.contextmanager
    def _running_loop(self) -> Iterator[None]:
        # Playwright leaves its loop marked as running between its calls, which Django would take for a coroutine.
        asyncio._set_running_loop(self._loop)
        try:
            yield
        finally:
            asyncio._set_running_loop(None)

    @contextlib.contextmanager
    def _fresh_page(self, visit: Visit, options: dict[str, Any]) -> Iterator[Page]:
        context = self._new_context(visit, options)
        try:
            yield context.new_page()
        finally:
            self._close(context)

    @contextlib.contextmanager
    def _shared_page(self, visit: Visit, options: dict[str, Any]) -> Iterator[Page]:
        shared = visit.shared
        assert shared
        # A cached response may be the reason of a failure, so the next visit gets an empty cache.
        with contextlib.ExitStack() as on_error:
            on_error.callback(self.close_shared)
            shared.context = shared.context or self._new_context(visit, options)
            page = shared.context.new_page()
            delete_storage(page)
            yield page
            page.close()
            on_error.pop_all()

    def _new_context(self, visit: Visit, options: dict[str, Any]) -> BrowserContext:
        defaults = {"user_agent": self._user_agent()}
        return self.chromium.new_context(**{**defaults, **options, **enforced_options(visit)})

    def close_shared(self) -> None:
        shared, self.shared = self.shared, None
        if shared is None:
            return
        shared.proxy.close()
        # Between two runs nothing else ends a browser that hangs.
        with self._running_loop(), self.timeout(SHUTDOWN_TIMEOUT):
            self._close(shared.context)

    def _close(self, context: BrowserContext | None) -> None:
        try:
            if context:
                context.close()
        except Error:
            self.broken = True

    def _user_agent(self) -> str:
        major = self.version.partition(".")[0]
        engine = f"Chrome/{major}.0.0.0 Safari/537.36"
        return f"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) {engine} {USER_AGENT}"

    @contextlib.contextmanager
    def timeout(self, seconds: float) -> Iterator[None]:
        # Calls to a page in an endless loop never return, so Playwright's own timeouts do not end it.
        timer = threading.Timer(seconds, self._on_timeout)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _on_timeout(self) -> None:
        self._timed_out = True
        self.kill()

    def has_ended(self) -> bool:
        """Return whether Chromium was ended since the last visit, as when its pages used too much memory."""
        return self.broken or self.end_reason() is not None

    def end_reason(self) -> BrowserError | None:
        if self._timed_out:
            return BrowserError("timeout", "The visit timed out; the browser was killed.", final=True)
        note = self.home / "note"
        if note.exists():
            self.broken = True
            if self.visits > 1:
                # Earlier pages may have left the memory in use; a visit in a new Chromium measures only this page.
                return BrowserError("blocked", "Chromium takes over 1.5 GB of memory.")
            return BrowserError("truncated", "The page takes over 1.5 GB of memory.", final=True)
        if not self.chromium.is_connected():
            self.broken = True
            return BrowserError("blocked", "The browser crashed during the visit.")
        return None

    def kill(self) -> None:
        self.broken = True
        guard = self._guard_pid()
        if guard:
            with contextlib.suppress(ProcessLookupError):
                os.kill(guard, signal.SIGTERM)

    def terminate(self) -> None:
        """Kill Chromium and the driver and delete the home directory, from any thread while no page is open."""
        # Playwright's own calls belong to one thread; `end` still has to be called there.
        driver = self._driver_pid()
        self.kill()
        if driver:
            with contextlib.suppress(ProcessLookupError):
                os.kill(driver, signal.SIGKILL)
        self._delete_home()  # with the file of the guard's process id, which another process may have later

    def _driver_pid(self) -> int:
        above, pid = dict(process_parents()), self._guard_pid()
        # The driver is the child of this process that has started Chromium's guard.
        while above.get(pid, 0) not in (0, os.getpid()):
            pid = above[pid]
        return pid if above.get(pid) == os.getpid() else 0

    def _guard_pid(self) -> int:
        with contextlib.suppress(OSError, ValueError):
            return int((self.home / "pid").read_text())
        return 0

    def end(self) -> None:
        self.kill()
        if self.shared:
            self.shared.proxy.close()
        try:
            if self._playwright:
                with self._running_loop(), contextlib.suppress(Error):
                    self._playwright.stop()
        finally:
            self._delete_home()

    def _delete_home(self) -> None:
        self._wait_for_guard()
        shutil.rmtree(self.home, ignore_errors=True)

    def _wait_for_guard(self) -> None:
        deadline = time.monotonic() + SHUTDOWN_TIMEOUT
        guard = self._guard_pid()
        while guard and is_running(guard) and time.monotonic() < deadline:
            time.sleep(0.01)


def remove_stale_homes() -> None:
    for home in Path(tempfile.gettempdir()).glob(f"{HOME_PREFIX}*"):
        # After a power failure no guard has deleted the home.
        owner = home.name.removeprefix(HOME_PREFIX).partition("-")[0]
        if owner.isdigit() and not is_running(int(owner)):
            shutil.rmtree(home, ignore_errors=True)


def enforced_options(visit: Visit) -> dict[str, Any]:
    """Return the options of a context that callers cannot override."""
    return {
        # Chromium sends requests to loopback past the proxy unless `<-loopback>` is set.
        "proxy": {"server": f"http://127.0.0.1:{visit.proxy.port}", "bypass": "<-loopback>"},
        "accept_downloads": False,
        "service_workers": "block",  # service workers send requests that are not the page's, and may outlive it
        "ignore_https_errors": False,
    }


@contextlib.contextmanager
def limits_applied(visit: Visit, page: Page) -> Iterator[None]:
    """Close pop-ups, count requests, and set the timeout of each step."""
    context = page.context

    def close(popup: Page) -> None:
        if popup != page:
            with contextlib.suppress(Error):  # the pop-up may be closed already
                popup.close()

    context.set_default_timeout(STEP_TIMEOUT * 1000)
    context.on("page", close)
    context.on("request", visit.count)
    yield
    # A shared context outlives the visit, and the next one counts its own requests.
    context.remove_listener("page", close)
    context.remove_listener("request", visit.count)
