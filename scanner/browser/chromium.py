"""The system's Chromium: where it is, and how it is started so that a page can do no harm with it."""

import os
import shlex
import shutil
import signal
import sys
from pathlib import Path

from django.conf import settings

from devtools.local_stack.process import LEASH
from scanner.browser import executables
from scanner.browser.errors import BrowserError

HOW_TO_GET_ONE = (
    "Install it (Debian: apt-get install chromium-headless-shell) or name it in KRAFTER_CHROMIUM."
)
NO_SANDBOX = (
    "Chromium finds no sandbox here. Allow user namespaces (in a container: the capability SYS_ADMIN, as in "
    "compose.yaml), or set KRAFTER_CHROMIUM_SANDBOX=0 where the worker is shut in by other means."
)
MOST_MEMORY = 1536 * 1024 * 1024  # bytes, of all processes of one Chromium together

# 127.0.0.1:9 is what stands outside of every visit: nobody listens there, each visit has its own proxy.
FLAGS = (
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--disable-quic",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--dns-prefetch-disable",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--no-pings",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-notifications",
    "--deny-permission-prompts",
    "--mute-audio",
)


def find() -> str:
    """The path of Chromium: KRAFTER_CHROMIUM or the first on the PATH. Raises BrowserError when there is none."""
    named = settings.KRAFTER_CHROMIUM
    found = executables.chromium(named)
    if found:
        return found
    lacking = (
        f"KRAFTER_CHROMIUM names {named}, which cannot be run." if named else "There is no Chromium here."
    )
    raise BrowserError("not_available", f"{lacking} {HOW_TO_GET_ONE}", final=True)


def is_sandboxed() -> bool:
    """Whether Chromium locks its pages up: as root it refuses to, and the operator may have to do without."""
    return os.geteuid() != 0 and settings.KRAFTER_CHROMIUM_SANDBOX


def why_not(message: str) -> str:
    """What keeps Chromium from starting, out of what Playwright says."""
    if "No usable sandbox" in message:
        return NO_SANDBOX
    return f"Chromium does not start: {message.strip().partition(chr(10))[0]}"


def flags() -> list[str]:
    """The arguments that it is started with."""
    return [*FLAGS, *([] if is_sandboxed() else ["--no-sandbox"])]


def on_leash(program: str, home: Path) -> Path:
    """Write the program that Playwright starts: Chromium on a leash that ends with this process.

    The leash's process id goes into `home/pid`; `home/note` says `memory` when Chromium took too much.
    Descriptors 3 and 4 are the pipe over which Chromium is told what to do.
    """
    leash = [sys.executable, "-I", "-S", str(LEASH), "--stop-signal", str(int(signal.SIGKILL))]
    leash += ["--owner", str(os.getpid()), "--memory", str(MOST_MEMORY), "--note", str(home / "note")]
    leash += ["--inherit", "3", "--inherit", "4", "--remove", str(home), "--", program]
    written = home / "chromium"
    inner = f'echo $$ > {shlex.quote(str(home / "pid"))}; exec {shlex.join(leash)} "$@"'
    # In a session of its own: Playwright's driver kills the group of what it has started before it ends, and
    # the leash is to live on until it has cleaned up.
    apart = "setsid --wait " if shutil.which("setsid") else ""
    written.write_text(f'#!/bin/sh\nexec {apart}sh -c {shlex.quote(inner)} sh "$@"\n')
    written.chmod(0o700)
    return written


def environment(home: Path) -> dict[str, str | float | bool]:
    """What Chromium is told: nothing of ours, neither keys nor proxies, and a home that goes with it."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TZ") if name in os.environ}
    return {**kept, "HOME": str(home), "TMPDIR": str(home), "XDG_RUNTIME_DIR": str(home)}
