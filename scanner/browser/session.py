"""One Chromium: its driver, its folder, its pages, and its end."""

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

from django.conf import settings
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Error, Page, Playwright, sync_playwright

from devtools.local_stack.data import alive
from krafter_audit.http.client import USER_AGENT
from scanner.browser import chromium, trust_store
from scanner.browser.errors import BrowserError
from scanner.browser.visit import Visit

SECONDS_OF_A_STEP = 30.0
SECONDS_TO_END = 5.0
WHERE = "krafter-browser-"


class Session:
    """One Chromium with its driver and its folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.visits = 0
        self.broken = False
        self._late = False
        self._play: Playwright | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @classmethod
    def started(cls) -> Self:
        """Start Chromium. Raises BrowserError when there is none or it does not come up."""
        program = chromium.find()
        remove_what_is_left()
        session = cls(Path(tempfile.mkdtemp(prefix=f"{WHERE}{os.getpid()}-")))
        with contextlib.ExitStack() as undone:
            undone.callback(session.end)
            try:
                session._start(program)
            except Error as error:
                raise BrowserError("not_available", chromium.why_not(error.message), final=True) from error
            undone.pop_all()
        return session

    def _start(self, program: str) -> None:
        if settings.KRAFTER_CA_FILE:
            lacking = trust_store.install(self.home, settings.KRAFTER_CA_FILE)
            if lacking:
                detail = f"Chromium can't be made to trust KRAFTER_CA_FILE: {lacking}."
                raise BrowserError("not_available", detail, final=True)
        self._play = self._driver()
        try:
            self.chromium: Chromium = self._play.chromium.launch(
                executable_path=str(chromium.on_leash(program, self.home)),
                args=chromium.flags(),
                env=chromium.environment(self.home),
                chromium_sandbox=chromium.is_sandboxed(),
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
            self.version = self.chromium.version
        finally:
            self._loop = asyncio._get_running_loop()
            asyncio._set_running_loop(None)

    def _driver(self) -> Playwright:
        """Playwright's own process; it makes its folders where TMPDIR says."""
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
        """A page in a context of its own, behind the visit's proxy."""
        self.visits += 1
        # Playwright leaves its loop marked as running between its calls, which Django would take for a coroutine.
        asyncio._set_running_loop(self._loop)
        context: BrowserContext | None = None
        try:
            own = {"user_agent": self._user_agent()}
            context = self.chromium.new_context(**{**own, **options, **fenced(visit)})
            page = visit.page = context.new_page()
            attended(context, visit, page)
            yield page
        finally:
            self._close(context)
            asyncio._set_running_loop(None)

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
    def watched(self, seconds: float) -> Iterator[None]:
        """Kill Chromium when the block takes longer: a page in an endless loop answers nobody."""
        timer = threading.Timer(seconds, self._too_late)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _too_late(self) -> None:
        self._late = True
        self.kill()

    def why(self) -> BrowserError | None:
        """Why Chromium is not there any more, if it is not."""
        if self._late:
            return BrowserError("timeout", "The visit took too long; the browser was ended.", final=True)
        note = self.home / "note"
        if note.exists():
            self.broken = True
            return BrowserError("truncated", "The page takes over 1.5 GB of memory.", final=True)
        if not self.chromium.is_connected():
            self.broken = True
            return BrowserError("blocked", "The browser ended while it looked at the page.")
        return None

    def kill(self) -> None:
        """Kill Chromium with all its processes."""
        self.broken = True
        leash = self._leash()
        if leash:
            with contextlib.suppress(ProcessLookupError):
                os.kill(leash, signal.SIGTERM)

    def _leash(self) -> int:
        with contextlib.suppress(OSError, ValueError):
            return int((self.home / "pid").read_text())
        return 0

    def end(self) -> None:
        """Kill Chromium, stop the driver, remove the folder."""
        self.kill()
        asyncio._set_running_loop(self._loop)
        try:
            if self._play:
                with contextlib.suppress(Error):
                    self._play.stop()
        finally:
            asyncio._set_running_loop(None)
            self._wait_for_the_end()
            shutil.rmtree(self.home, ignore_errors=True)

    def _wait_for_the_end(self) -> None:
        deadline = time.monotonic() + SECONDS_TO_END
        leash = self._leash()
        while leash and alive(leash) and time.monotonic() < deadline:
            time.sleep(0.01)


def remove_what_is_left() -> None:
    """Remove the folders of workers that are gone: where the machine itself went down, no leash could."""
    for folder in Path(tempfile.gettempdir()).glob(f"{WHERE}*"):
        owner = folder.name.removeprefix(WHERE).partition("-")[0]
        if owner.isdigit() and not alive(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def fenced(visit: Visit) -> dict[str, Any]:
    """The options of a context that nobody may change."""
    return {
        "proxy": {"server": f"http://127.0.0.1:{visit.proxy.port}", "bypass": "<-loopback>"},
        "accept_downloads": False,
        "service_workers": "block",
        "ignore_https_errors": False,
    }


def attended(context: BrowserContext, visit: Visit, page: Page) -> None:
    """Close what the page opens, count what it asks for, and wait for nothing too long."""

    def close(popup: Page) -> None:
        if popup != page:
            with contextlib.suppress(Error):  # it may be gone already
                popup.close()

    context.set_default_timeout(SECONDS_OF_A_STEP * 1000)
    context.on("page", close)
    context.on("request", visit.count)
