"""The virtual environment of `./krafter`: uv, the locked packages and the system packages."""

# Standard library only. Everything but system packages goes into `.krafter/`; the script `krafter` sets the
# environment variables that put the caches there.
import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from devtools import system_packages
from devtools.progress import Progress, SetupFailed
from devtools.system_packages import VENV_OF_PYTHON, SystemPackage

ROOT = Path(__file__).resolve().parents[1]
PRIVATE = ROOT / ".krafter"
VENV = PRIVATE / "venv"
PYTHON = VENV / "bin" / "python"
UV_VENV = PRIVATE / "uv"
CACHE = PRIVATE / "cache"
DATA = PRIVATE / "data"
LOG = PRIVATE / "setup.log"
STAMP = VENV / "krafter-stamp"
LEVELS = ("base", "local", "dev")  # each set of packages contains the one before it


def find_uv() -> str:
    """Return the path of a uv that runs, or ""."""
    for candidate in (shutil.which("uv"), str(UV_VENV / "bin" / "uv")):
        if candidate and _runs(candidate, "--version"):
            return candidate
    return ""


def _runs(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def checksum(level: str) -> str:
    return hashlib.sha256((ROOT / "requirements" / f"{level}.txt").read_bytes()).hexdigest()


def installed_level() -> str:
    """Return which locked set is installed as locked now, or ""."""
    level, _, kept = _stamp().partition(" ")
    return level if level in LEVELS and kept == checksum(level) and _venv_works() else ""


@cache
def _venv_works() -> bool:
    # The base Python may have been removed or replaced.
    return _runs(str(PYTHON), "-c", "import sys; sys.exit(sys.version_info < (3, 12))")


def is_installed(level: str) -> bool:
    """Return whether the locked set, or a larger one, is installed."""
    found = installed_level()
    return bool(found) and LEVELS.index(found) >= LEVELS.index(level)


def _stamp() -> str:
    try:
        return STAMP.read_text()
    except OSError:
        return ""


def base_python() -> str:
    # Not the Python of a virtual environment, which may be deleted.
    return str(getattr(sys, "_base_executable", "") or sys.executable)


def in_ci() -> bool:
    # In continuous integration nothing may be skipped.
    return os.environ.get("CI", "") in ("true", "1")


@dataclass
class Setup:
    progress: Progress

    def ensure(self, level: str, *, system: bool = False) -> None:
        """Install the locked set and, with `system`, system packages. Raises SetupFailed."""
        if is_installed(level) and not self._missing(level, system=system):
            return
        with self.lock():
            if not is_installed(level):
                self.progress.write_line(f"Python packages go into {PRIVATE}, up to 1.3 GB with their cache.")
            missing = self._missing(level, system=system)
            absent = [package for package in missing if package.is_absent]
            if absent and system_packages.may_install():
                system_packages.announce(absent, self.progress)
                for package in absent:
                    system_packages.install(package, self.progress)
                missing = self._missing(level, system=system)
            self._report(missing)
            self._install_locked_set(level)

    def _missing(self, level: str, *, system: bool) -> list[SystemPackage]:
        missing = system_packages.missing_packages() if system else []
        if not is_installed(level) and not find_uv() and system_packages.python_lacks_venv():
            missing.insert(0, VENV_OF_PYTHON)
        return missing

    def _report(self, missing: list[SystemPackage]) -> None:
        if not missing:
            return
        lines = ["Missing on this machine:"]
        lines += [
            f"  {package.name:<12} {package.problem}; without it {package.without}" for package in missing
        ]
        # All packages are reported together, so that one command installs them.
        absent = [package for package in missing if package.is_absent]
        if absent:
            lines.append(f"To install, run: {system_packages.install_line(absent)}")
        if VENV_OF_PYTHON in missing:
            raise SetupFailed("\n".join([*lines, "(Or install uv, then python3-venv is not needed.)"]))
        if in_ci():
            raise SetupFailed("\n".join([*lines, "Nothing may be skipped, since CI is set."]))
        self.progress.write_line("\n".join([*lines, "Everything else works without."]))

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        PRIVATE.mkdir(parents=True, exist_ok=True)
        with (PRIVATE / "setup.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.progress.write_line("  Another ./krafter is setting up this folder; waiting for it.")
                fcntl.flock(file, fcntl.LOCK_EX)
            # Another process may have set up the environment while this one waited.
            _venv_works.cache_clear()
            yield

    def uv(self) -> str:
        """Return the path of uv, installed if needed. Raises SetupFailed."""
        found = find_uv()
        if not found and self.progress.step("uv, into .krafter/uv", self._make_uv):
            found = find_uv()
        if not found:
            raise SetupFailed(f"uv could not be installed. {self._network_hint}")
        return found

    def _make_uv(self) -> None:
        shutil.rmtree(UV_VENV, ignore_errors=True)
        self.progress.run(base_python(), "-m", "venv", UV_VENV)
        self.progress.run(UV_VENV / "bin" / "python", "-m", "pip", "install", "--quiet", "uv")

    def _install_locked_set(self, level: str) -> None:
        if is_installed(level):
            return
        present = _stamp().partition(" ")[0]
        # Never fewer packages than are installed: `check` needs `base` and must not remove those of `test`.
        level = max(level, present if present in LEVELS else level, key=LEVELS.index)
        uv = self.uv()
        if not self.progress.step(f"Python packages ({level})", lambda: self._sync(uv, level)):
            raise SetupFailed(f"The Python packages could not be installed. {self._network_hint}")

    def _sync(self, uv: str, level: str) -> None:
        # Without the stamp, an interrupted installation is repeated.
        STAMP.unlink(missing_ok=True)
        if not _venv_works():
            shutil.rmtree(VENV, ignore_errors=True)
            self.progress.run(uv, "venv", "--quiet", "--no-project", "--python", base_python(), VENV)
            _venv_works.cache_clear()
        locked = f"requirements/{level}.txt"
        self.progress.run(
            uv, "pip", "sync", "--quiet", "--require-hashes", "--python", PYTHON, locked, cwd=ROOT
        )
        STAMP.write_text(f"{level} {checksum(level)}")

    @property
    def _network_hint(self) -> str:
        return f"Check your network connection (the error is above and in {LOG}), then run the command again."
