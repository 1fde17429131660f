"""Start the system's Chromium so that a page cannot reach the worker or its network."""

import os
import re
import shlex
import shutil
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from scanner.browser import executables, process_guard
from scanner.browser.errors import BrowserError

INSTALL_HINT = (
    "Install it (Debian: apt-get install chromium-headless-shell) or set its path in KRAFTER_CHROMIUM."
)
NO_SANDBOX_HINT = (
    "Chromium's sandbox is not available. Allow user namespaces (in a container: the capability SYS_ADMIN, as in "
    "compose.yaml), or set KRAFTER_CHROMIUM_SANDBOX=0 where the worker is isolated by other means."
)
MAX_MEMORY_BYTES = 1536 * 1024 * 1024  # of all processes of one Chromium together

# 127.0.0.1:9 is the proxy outside of a visit: nothing listens there, and each visit has its own proxy.
FLAGS = (
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",  # by default loopback addresses bypass the proxy
    "--disable-quic",  # QUIC, WebRTC and DNS prefetching do not use the proxy
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--dns-prefetch-disable",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--no-pings",
    "--disable-dev-shm-usage",  # /dev/shm has 64 MB in a container
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-notifications",
    "--deny-permission-prompts",
    "--mute-audio",
    # Only errors, such as those of the sandbox: console messages of pages would fill the driver's memory and ours.
    "--enable-logging=stderr",
    "--log-level=2",
    "--block-new-web-contents",  # pop-ups: pages could open them faster than we close them
)


@dataclass(frozen=True)
class ChromiumOptions:
    executable: str = ""  # a name or a path; empty for the first one on the PATH
    sandbox: bool = True
    ca_file: str = ""  # adds trusted roots

    def find(self) -> str:
        """Return the path of the executable. Raises BrowserError when there is none."""
        found = executables.chromium(self.executable)
        if found:
            return found
        missing = (
            f"KRAFTER_CHROMIUM is {self.executable}, which is not executable."
            if self.executable
            else "Chromium is not installed."
        )
        raise BrowserError("not_available", f"{missing} {INSTALL_HINT}", final=True)

    def flags(self) -> list[str]:
        return [*FLAGS, *([] if self.sandbox else ["--no-sandbox"])]


def require_access(program: str) -> None:
    """Raise BrowserError if the user of Chromium cannot use the program or the temporary directory."""
    problem = executables.access_problem(program)
    if problem:
        raise BrowserError("not_available", f"Chromium does not start: {problem}.", final=True)


def start_error(message: str) -> str:
    """Return why Chromium does not start, from Playwright's error message."""
    if "No usable sandbox" in message:
        return NO_SANDBOX_HINT
    # Chromium's own messages say more than Playwright's first line.
    printed = [line.strip() for line in re.findall(r"^\[pid=\d+\]\[err\] (.+)", message, re.MULTILINE)]
    reasons = [line for line in printed if "FATAL" in line or "error while loading" in line] or printed[-1:]
    return f"Chromium does not start: {(reasons or message.strip().splitlines())[0][:300]}"


def create_profile(home: Path) -> Path:
    """Create the only directory that Chromium may write to."""
    profile = home / "profile"
    profile.mkdir(mode=0o700)
    if executables.chromium_user():
        home.chmod(0o711)  # the user of Chromium can enter it, but not list its files
    return profile


def chown_profile(profile: Path) -> None:
    """Make the user of Chromium the owner of its profile."""
    if user := executables.chromium_user():
        for path in (profile, *profile.rglob("*")):
            os.chown(path, user, user)


def guarded_launcher(program: str, home: Path, profile: Path) -> Path:
    """Write the executable that Playwright starts: Chromium under a process guard.

    The guard's process id is in `home/pid`; `home/note` says `memory` after Chromium has exceeded its memory.
    """
    guard = [sys.executable, "-I", "-S", process_guard.__file__]
    guard += ["--stop-signal", str(int(signal.SIGKILL))]
    guard += ["--owner", str(os.getpid()), "--memory", str(MAX_MEMORY_BYTES), "--note", str(home / "note")]
    # The pipe of the DevTools protocol.
    guard += ["--inherit", "3", "--inherit", "4", "--remove", str(home)]
    guard += ["--user", f"{user}:{user}"] if (user := executables.chromium_user()) else []
    launcher = home / "chromium"
    # Chromium uses the last --user-data-dir: Playwright's own belongs to the user of the worker.
    own = shlex.quote(f"--user-data-dir={profile}")
    command = (
        f'echo $$ > {shlex.quote(str(home / "pid"))}; exec {shlex.join([*guard, "--", program])} "$@" {own}'
    )
    # In its own session: before Playwright's driver ends, it kills the process group that it started, and
    # the guard has to live until it has cleaned up.
    new_session = "setsid --wait " if shutil.which("setsid") else ""
    launcher.write_text(f'#!/bin/sh\nexec {new_session}sh -c {shlex.quote(command)} sh "$@"\n')
    launcher.chmod(0o700)
    return launcher


def environment(profile: Path) -> dict[str, str | float | bool]:
    """Return Chromium's environment, without the worker's keys and proxies."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TZ") if name in os.environ}
    return {**kept, "HOME": str(profile), "TMPDIR": str(profile), "XDG_RUNTIME_DIR": str(profile)}
