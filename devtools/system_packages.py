"""Pango and Chromium, which come from the packages of the operating system."""

# Standard library only: this runs before the virtual environment exists.
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from devtools.progress import Progress, StepFailed
from scanner.browser import executables

PANGO_LIBRARIES = ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset")
CHROME_OF_MACOS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
START_SECONDS = 30

NO_SANDBOX = (
    "the kernel refuses its sandbox. Allow user namespaces, or set KRAFTER_CHROMIUM_SANDBOX=0 where Chromium is"
    " isolated by other means"
)


@dataclass(frozen=True)
class SystemPackage:
    """A system package, its purpose, and what does not work `without` it."""

    name: str
    purpose: str
    without: str
    apt: tuple[str, ...]
    brew: str = ""
    apt_instead: tuple[str, ...] = ()  # where a distribution has no package of the first name
    problem: str = "is not installed"

    @property
    def is_absent(self) -> bool:
        return self.problem == "is not installed"  # Chromium may be installed and not start


PANGO = SystemPackage(
    name="Pango",
    purpose="renders PDF reports",
    without="PDF exports fail",
    apt=("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"),
    brew="install pango",
)
CHROMIUM = SystemPackage(
    name="Chromium",
    purpose="runs the checks that need a browser",
    without="checks that need a browser are inconclusive",
    apt=("chromium-headless-shell",),
    apt_instead=("chromium",),
    brew="install --cask google-chrome",
)
VENV_OF_PYTHON = SystemPackage(
    name="python3-venv",
    purpose="creates virtual environments",
    without="./krafter cannot install Python packages",
    apt=(f"python3.{sys.version_info.minor}-venv",),
)


def pango_is_missing() -> bool:
    ending = "dylib" if sys.platform == "darwin" else "so.0"
    names = [f"lib{name}.{ending}" for name in PANGO_LIBRARIES]
    load = f"import ctypes\nfor name in {names!r}: ctypes.CDLL(name)"
    # Another process, since the loader of this process would not find a library that was installed since.
    return subprocess.run([sys.executable, "-c", load], capture_output=True, check=False).returncode != 0


def find_chromium() -> str:
    """Return the path of the Chromium that the system will use, or ""."""
    named = os.environ.get("KRAFTER_CHROMIUM", "")
    names = [named] if named else [*executables.CHROMIUM, CHROME_OF_MACOS]
    return next((path for name in names if (path := shutil.which(name))), "")


@cache
def chromium_problem() -> str:
    """Start Chromium as the scanner does; return why it cannot be used, or ""."""
    path = find_chromium()
    if not path:
        return "is not installed"
    denied = executables.access_problem(path)
    if denied:
        return f"({path}) does not start: {denied}"
    user = executables.chromium_user()
    with tempfile.TemporaryDirectory(prefix="krafter-chromium-") as home:
        if user:
            os.chown(home, user, user)
        command = [path, "--headless", "--disable-gpu", "--no-first-run", f"--user-data-dir={home}"]
        command += [*sandbox_arguments(), "--dump-dom", "about:blank"]
        # Without the user's profile and settings, as the scanner starts it.
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
        try:
            ended = subprocess.run(
                command,
                env={**kept, "HOME": home, "TMPDIR": home},
                user=user,
                group=user,
                extra_groups=[] if user else None,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=START_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"({path}) does not start within {START_SECONDS} s"
        except OSError as error:
            return f"({path}) does not start: {error.strerror}"
    return "" if "<html>" in ended.stdout else f"({path}) does not start: {_reason(ended.stderr)}"


def sandbox_arguments() -> list[str]:
    return [] if sandbox_is_on() else ["--no-sandbox"]


def sandbox_is_on() -> bool:
    return is_true(os.environ.get("KRAFTER_CHROMIUM_SANDBOX", "") or "true")


def _reason(output: str) -> str:
    if "No usable sandbox" in output or "sandbox_host_linux" in output:
        return NO_SANDBOX
    lines = [line for line in output.splitlines() if line.strip()]
    fatal = [line for line in lines if "FATAL" in line or "error while loading" in line]
    return (fatal or lines or ["it printed nothing"])[-1][:300]


def missing_packages() -> list[SystemPackage]:
    missing = [PANGO] if pango_is_missing() else []
    problem = chromium_problem()
    if problem:
        missing.append(replace(CHROMIUM, problem=problem))
    return missing


def may_install() -> bool:
    """Return whether this process may install packages: as root with apt, or with Homebrew."""
    return not _forbidden() and (_is_root_with_apt() or _has_homebrew())


def _forbidden() -> bool:
    return is_true(os.environ.get("KRAFTER_NO_SYSTEM_PACKAGES", ""))


def is_true(text: str) -> bool:
    return text.strip().lower() not in ("", "0", "false", "no", "off", "n")


def _is_root_with_apt() -> bool:
    return os.geteuid() == 0 and bool(shutil.which("apt-get"))


def _has_homebrew() -> bool:
    return sys.platform == "darwin" and bool(shutil.which("brew"))


def install_line(packages: Sequence[SystemPackage]) -> str:
    """Return the command line that installs the packages, or their names without a known package manager."""
    if _has_homebrew():
        return " && ".join(f"brew {package.brew}" for package in packages if package.brew)
    names = " ".join(name for package in packages for name in package.apt)
    if shutil.which("apt-get"):
        return f"{'' if os.geteuid() == 0 else 'sudo '}apt-get install --no-install-recommends {names}"
    return f"the package manager of this system; on Debian the packages are {names}"


def announce(packages: Sequence[SystemPackage], progress: Progress) -> None:
    tool = "apt-get install --no-install-recommends" if _is_root_with_apt() else "brew install"
    progress.write_line(f"System packages to install ({tool}; --no-system-packages leaves them out):")
    for package in packages:
        names = " ".join(package.apt) if _is_root_with_apt() else package.brew.split()[-1]
        progress.write_line(f"  {names:<52} {package.name}: {package.purpose}")


def install(package: SystemPackage, progress: Progress) -> bool:
    # The result may differ after the installation.
    chromium_problem.cache_clear()
    importlib.invalidate_caches()
    return progress.step(f"{package.name}, which {package.purpose}", lambda: _install(package, progress))


def _install(package: SystemPackage, progress: Progress) -> None:
    if not _is_root_with_apt():
        progress.run("brew", *package.brew.split())
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # Another process may hold the lock, such as the daily upgrade.
    command = ("apt-get", "install", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=60")
    # The index is fetched only if the installation needs it.
    attempts: list[tuple[str, ...]] = [
        (*command, *package.apt),
        ("apt-get", "update"),
        (*command, *package.apt),
    ]
    attempts += [(*command, *package.apt_instead)] if package.apt_instead else []
    # The first installation that succeeds ends the attempts.
    for attempt in attempts:
        try:
            progress.run(*attempt, env=environment)
        except StepFailed:
            continue
        if attempt[1] == "install":
            return
    raise StepFailed(package.name)


def python_lacks_venv() -> bool:
    # Debian has pip and venv in a separate package, python3-venv.
    found = importlib.util.find_spec("ensurepip")
    return found is None or found.origin is None or not importlib.util.find_spec("venv")
