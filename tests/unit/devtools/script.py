"""A copy of the script with fakes of uv, apt-get and Chromium on its PATH."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
COPIED = ("krafter", "requirements")
SCANNER = (
    "__init__.py", "browser/__init__.py", "browser/executables.py", "browser/process_guard.py", "closed_pipe.py",
)  # fmt: skip
# Notes what it was called with; its virtual environment is this Python under another path.
UV = f"""#!/bin/sh
echo "uv $*" >>"$CALLS"
case "$1 $2" in
  "venv "*) for path; do :; done; mkdir -p "$path/bin" && ln -s {sys.executable} "$path/bin/python" ;;
  "pip sync") sleep "${{SYNC_SECONDS:-0}}"; [ -z "$SYNC_FAILS" ] || {{ echo "$SYNC_FAILS"; exit 2; }} ;;
esac
"""
APT_GET = """#!/bin/sh
echo "apt-get $*" >>"$CALLS"
[ -z "$APT_FAILS" ] || exit 100
case "$*" in *chromium*) cp "$BIN/chromium.fake" "$BIN/chromium-headless-shell" ;; esac
"""
CHROMIUM = "#!/bin/sh\necho '<html></html>'\n"
NO_SANDBOX = "#!/bin/sh\necho '[1:1:FATAL:zygote_host_impl_linux.cc(1)] No usable sandbox!' >&2\nexit 133\n"


class Script:
    """The copy; `run` runs a command of it."""

    def __init__(self, folder: Path) -> None:
        self.root, self.bin, self.home = folder / "clone", folder / "bin", folder / "home"
        self.calls_file = folder / "calls"
        for path in (self.root, self.bin, self.home):
            path.mkdir()
        self.calls_file.touch()
        for name in COPIED:
            source = ROOT / name
            (shutil.copytree if source.is_dir() else shutil.copy2)(source, self.root / name)
        shutil.copytree(
            ROOT / "devtools", self.root / "devtools", ignore=shutil.ignore_patterns("__pycache__")
        )
        (self.root / "scanner" / "browser").mkdir(parents=True)
        for name in SCANNER:
            shutil.copy2(ROOT / "scanner" / name, self.root / "scanner" / name)
        self.program("uv", UV)
        self.program("apt-get", APT_GET)
        self.program("chromium.fake", CHROMIUM)

    def program(self, name: str, text: str) -> Path:
        """Put a program on the PATH."""
        path = self.bin / name
        path.write_text(text)
        path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
        return path

    def environment(self, **more: str) -> dict[str, str]:
        """Return what a user's shell has, and no more."""
        shell = Path(shutil.which("bash") or "/bin/bash").parent
        path = f"{self.bin}:{shell}:/usr/bin:/bin"
        fakes = {"CALLS": str(self.calls_file), "BIN": str(self.bin), "SYNC_FAILS": "", "APT_FAILS": ""}
        # The machine's own Chromium, which may be there, is not found by a name.
        own = {
            "KRAFTER_PYTHON": sys.executable,
            "KRAFTER_CHROMIUM": str(self.bin / "chromium-headless-shell"),
        }
        return {"HOME": str(self.home), "PATH": path, **fakes, **own, **more}

    def run(self, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
        """Run the script to its end."""
        if arguments:  # its help needs no Python
            self.share_compiled_modules()
        return subprocess.run(
            [self.root / "krafter", *arguments],
            env=self.environment(**more),
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def start(self, *arguments: str, **more: str) -> "subprocess.Popen[str]":
        """Run the script beside the test."""
        self.share_compiled_modules()
        return subprocess.Popen(
            [self.root / "krafter", *arguments],
            env=self.environment(**more),
            cwd=self.home,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def share_compiled_modules(self) -> None:
        """Use those of these tests: each copy would compile the standard library again, into its own cache."""
        shared = self.root / ".krafter" / "cache" / "python"
        if sys.pycache_prefix and not shared.exists():
            shared.parent.mkdir(parents=True)
            shared.symlink_to(Path(sys.pycache_prefix).resolve())

    def calls(self, beginning: str) -> list[str]:
        """Return the calls of the fakes that begin so."""
        return [line for line in self.calls_file.read_text().splitlines() if line.startswith(beginning)]

    def module(self, name: str, text: str) -> None:
        """Replace a module that a command runs."""
        path = self.root.joinpath(*name.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def is_root() -> bool:
    """Return whether the tests run as root, whose script may install system packages."""
    return os.geteuid() == 0
