"""`./krafter doctor`: check what `./krafter up` needs, and examine the running system."""

# Standard library only: this runs before the virtual environment exists.
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from devtools import system_packages
from devtools.local_stack.data import READY, DataDirectory, is_ready, port_is_free
from devtools.setup_environment import DATA, PYTHON, ROOT, find_uv, installed_level, is_installed
from devtools.system_packages import CHROMIUM, PANGO, VENV_OF_PYTHON, SystemPackage, install_line
from scanner.browser import executables

GIGABYTE = 1024**3
NEEDED_BYTES = 1 * GIGABYTE
NETWORK_SECONDS = 60
PORT = 8000  # the port of `./krafter up` without --port


class DoctorReport:
    """The lines of the report; `works` is false once something is wrong."""

    def __init__(self, *, as_json: bool = False) -> None:
        self.works, self.as_json = True, as_json
        self.lines: list[dict[str, object]] = []

    def line(self, subject: str, text: str, level: str = "ok") -> None:
        self.lines.append({"subject": subject, "level": level, "text": text})
        if not self.as_json:
            print(f"  {subject:<12} {text}", flush=True)

    def problem(self, subject: str, text: str) -> None:
        """Add a line about what makes `./krafter up` or the running system fail."""
        self.works = False
        self.line(subject, text, "problem")

    def program(self, *command: str) -> None:
        """Run a program that prints its own lines, or with --json a list of them."""
        if not self.as_json:
            self.works &= subprocess.run(command, check=False, cwd=ROOT).returncode == 0
            return
        ended = subprocess.run([*command, "--json"], check=False, cwd=ROOT, capture_output=True, text=True)
        self.works &= ended.returncode == 0
        try:
            self.lines += json.loads(ended.stdout)
        except ValueError:
            self.problem("doctor", (ended.stderr.strip().splitlines() or ["no output"])[-1])


def doctor(modules: Mapping[str, str], data: Path = DATA, *, as_json: bool = False) -> bool:
    """Print the report; return whether `./krafter up` will start, or the running system is well."""
    report = DoctorReport(as_json=as_json)
    report.line("Python", f"{sys.version.split()[0]} ({sys.executable})")
    _packages(report)
    _pango(report)
    _chromium(report)
    _disk(report)
    if is_installed("local"):
        # In the virtual environment, since the servers are Python packages.
        report.program(str(PYTHON), "-P", "-m", modules["doctor"])
    directory = DataDirectory(data)
    _system(report, directory)
    if is_installed("local") and directory.running():
        report.program(str(PYTHON), "-P", "-m", modules["manage"], str(data), "doctor")
    if as_json:
        print(json.dumps({"works": report.works, "findings": report.lines}, indent=2))
    return report.works


def _packages(report: DoctorReport) -> None:
    level = installed_level()
    if is_installed("local"):
        report.line("packages", f"installed as locked ({level})")
        return
    report.line("packages", "not installed as locked; ./krafter up installs them")
    with tempfile.TemporaryDirectory(prefix="krafter-doctor-") as folder:
        installer = _installer(report, Path(folder))
        if installer:
            _network(report, installer)


def _installer(report: DoctorReport, folder: Path) -> list[str]:
    uv = find_uv()
    if uv:
        report.line("uv", uv)
        # A dry run with --refresh requests the index and installs nothing.
        return [uv, "pip", "install", "--dry-run", "--refresh", "--target", str(folder), "uv"]
    venv = folder / "venv"
    if subprocess.run([sys.executable, "-m", "venv", venv], capture_output=True, check=False).returncode:
        _missing(report, VENV_OF_PYTHON, needed=True)
        return []
    report.line("python3-venv", "works; ./krafter up installs uv into .krafter/uv")
    return [str(venv / "bin" / "python"), "-m", "pip", "install", "--dry-run", "--quiet", "uv"]


def _network(report: DoctorReport, installer: list[str]) -> None:
    try:
        ended = subprocess.run(
            installer, capture_output=True, text=True, cwd=ROOT, timeout=NETWORK_SECONDS, check=False
        )
        problem = "" if ended.returncode == 0 else (ended.stderr.strip().splitlines() or ["no answer"])[-1]
    except subprocess.TimeoutExpired:
        problem = f"no answer within {NETWORK_SECONDS} s"
    if problem:
        report.problem("network", f"the Python package index cannot be reached: {problem}")
    else:
        report.line("network", "the Python package index answers")


def _pango(report: DoctorReport) -> None:
    if system_packages.pango_is_missing():
        _missing(report, PANGO)
    else:
        report.line("Pango", "works")


def _chromium(report: DoctorReport) -> None:
    problem = system_packages.chromium_problem()
    path = system_packages.find_chromium()
    named = os.environ.get("KRAFTER_CHROMIUM", "")
    if named and not path:
        # The settings reject it, so nothing starts.
        report.problem("Chromium", f"KRAFTER_CHROMIUM: {named} is not an executable program")
    elif not problem:
        sandbox = "in its sandbox" if system_packages.sandbox_is_on() else "without its sandbox"
        as_user = f" as user {user}" if (user := executables.chromium_user()) else ""
        report.line("Chromium", f"starts{as_user} {sandbox} ({path})")
    elif not path:
        _missing(report, CHROMIUM)
    else:
        report.line("Chromium", f"{problem}; without it {CHROMIUM.without}")


def _missing(report: DoctorReport, package: SystemPackage, *, needed: bool = False) -> None:
    may_install = system_packages.may_install()
    how = "./krafter up installs it, as does" if may_install else "To install, run"
    text = f"{package.problem}; without it {package.without}. {how}: {install_line([package])}"
    (report.problem if needed and not may_install else report.line)(package.name, text)


def _system(report: DoctorReport, data: DataDirectory) -> None:
    # A running system uses the port itself.
    if data.running():
        url = str((data.read(READY) or {}).get("url", ""))
        if url and is_ready(url):
            report.line("system", f"{url} answers")
        else:
            report.problem(
                "system", f"{url or 'the web'} does not answer; see the logs in {data.path / 'logs'}"
            )
        return
    report.line("system", f"not running ({data.path}); ./krafter up starts it")
    if port_is_free(PORT):
        report.line(f"port {PORT}", "free")
    else:
        report.problem(f"port {PORT}", "in use; run ./krafter up --port 0")


def _disk(report: DoctorReport) -> None:
    free = shutil.disk_usage(ROOT).free
    text = f"{free / GIGABYTE:.1f} GB free (about {NEEDED_BYTES / GIGABYTE:.0f} GB is needed)"
    if free < NEEDED_BYTES and not is_installed("local"):
        report.problem("disk", text)
    else:
        report.line("disk", text)
