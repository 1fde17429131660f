"""The commands of `./krafter`, which finds a Python and runs this module."""

# Standard library only: this runs before the virtual environment exists.
import os
import re
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NoReturn, TextIO

from devtools import lint, system_packages
from devtools.doctor import doctor
from devtools.progress import Progress, SetupFailed, UsageError
from devtools.setup_environment import DATA, LOG, PYTHON, ROOT, Setup, is_installed
from scanner.closed_pipe import exit_on_closed_pipe

HELP = (ROOT / "devtools" / "help.txt").read_text(encoding="utf-8")

# The modules that the commands run, in the virtual environment.
MODULES = {
    "up": "devtools.local_stack.up",
    "doctor": "devtools.local_stack.doctor",
    "manage": "devtools.local_stack.manage",
    "restore": "devtools.local_stack.restore",
    "sbom": "devtools.sbom",
    "demo": "devtools.demo.walkthrough",
    "bench": "devtools.benchmark",
    "bench-forecast": "devtools.benchmark.forecast",
    "bench-scan": "devtools.benchmark.scans",
    "bench-hostile": "devtools.benchmark.hostile_clients",
    "soak": "devtools.soak",
    "check": "scanner.cli",
    "verify-evidence": "scanner.evidence_bundle",
    "fuzz-api": "devtools.api_fuzz",
    "generate-client": "devtools.client_generator",
    "api-changelog": "devtools.api_changelog",
}
CHAOS = "tests/chaos"
BROWSER = "tests/browser"
HISTORIES = "tests/histories"
# Commands whose --help is their part of help.txt: they parse no options themselves.
WITHOUT_PARSER = ("test", "chaos", "histories", "screenshots", "rehearse-upgrade", "lint", "doctor", "lock")
MAX_TEST_PROCESSES = 8
EXIT_USAGE = 2
SLOW = "slow or needs_chromium"  # the markers of tests that `--all` adds

type Arguments = Sequence[str]


def run_module(
    name: str,
    arguments: Arguments,
    *,
    level: str = "local",
    system: bool = False,
    chromium: bool = False,
    for_results: bool = False,
) -> NoReturn:
    """Install a module's requirements, and become it; `for_results`: standard output is only for its results."""
    # --help must not install system packages.
    setup(sys.stderr if for_results else None).ensure(level, system=system and not wants_help(arguments))
    if chromium:
        use_found_chromium()
    become(PYTHON, "-P", "-m", MODULES[name], *arguments)


def run_on_data(name: str, arguments: Arguments, *words: str) -> NoReturn:
    """Run a module whose first arguments are the data directory and `words`."""
    data, arguments = data_directory(arguments)
    run_module(name, [data, *words, *arguments], for_results=True)


def become(program: object, *arguments: str) -> NoReturn:
    sys.stdout.flush()
    # Replaces this process, so that a signal to it reaches the command.
    os.execv(str(program), [str(program), *arguments])  # noqa: S606


def bench(arguments: Arguments) -> NoReturn:
    match arguments:
        case ["scan", *rest]:
            run_module("bench-scan", rest, system=True, chromium=True, for_results=True)
        case ["hostile", *rest]:
            run_module("bench-hostile", rest)
        case ["forecast", *rest]:
            run_module("bench-forecast", rest, for_results=True)
        case _:
            run_module("bench", arguments)


def verify_evidence(arguments: Arguments) -> NoReturn:
    # Python and two packages are enough: a machine that has them installs nothing.
    if not is_installed("base") and has_module("cryptography") and has_module("rfc8785"):
        become(sys.executable, "-P", "-m", MODULES["verify-evidence"], *arguments)
    run_module("verify-evidence", arguments, level="base", for_results=True)


def test(arguments: Arguments) -> NoReturn:
    """Run the tests. Those that need Pango or Chromium are skipped without it; in CI they fail."""
    # The processes of pytest-xdist would only report that no tests ran.
    paths = (word.partition("::")[0] for word in arguments if word.startswith("tests/"))
    if missing := [path for path in paths if not (ROOT / path).exists()]:
        raise SetupFailed(f"There is no {missing[0]}.")
    setup().ensure("dev", system=True)
    use_found_chromium()
    os.chdir(ROOT)
    become(PYTHON, "-m", "pytest", *pytest_options(arguments))


def pytest_options(arguments: Arguments) -> list[str]:
    """Return the options of pytest: without arguments those of a run without slow tests, in several processes."""
    given = [word for word in arguments if word != "--all"]
    if not arguments:
        # Fast tests do not wait, and each process imports all tests again.
        given += ["-n", str(min(MAX_TEST_PROCESSES, processors())), "-m", f"not ({SLOW})"]
    elif not [word for word in given if not word.startswith("--changed")]:
        given += ["-n", str(test_processes())]
    # Work stealing: the slowest files would otherwise keep one process busy at the end.
    runs_in_parallel = any(word == "-n" or word.startswith(("-n", "--numprocesses")) for word in given)
    chosen = any(word.startswith("--dist") for word in given)
    return given if chosen or not runs_in_parallel else [*given, "--dist", "worksteal"]


def test_processes() -> int:
    # One process more than processors: slow tests wait for servers, browsers and time-outs.
    return min(MAX_TEST_PROCESSES, processors() + 1)


def processors() -> int:
    # The processors that this process may use, which can be fewer than there are.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def chaos(arguments: Arguments) -> NoReturn:
    chosen = any(word.startswith(CHAOS) for word in arguments)
    test([*([] if chosen else [CHAOS]), "-m", "chaos", *arguments])


def histories(arguments: Arguments) -> NoReturn:
    # A failure prints a history; the application's logs are longer and less useful.
    test([HISTORIES, "-n", str(processors()), "--show-capture=no", "--count", "100", *arguments])


def screenshots(arguments: Arguments) -> NoReturn:
    if not arguments or arguments[0].startswith("-"):
        raise UsageError("Name the folder for the screenshots: ./krafter screenshots FOLDER")
    folder = Path(arguments[0]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["SCREENSHOTS_FOLDER"] = str(folder)
    test([BROWSER, "-n", str(test_processes()), *arguments[1:]])


def rehearse_upgrade(arguments: Arguments) -> NoReturn:
    # -s: the test prints the versions, and the responses of each phase.
    rehearsal = f"{CHAOS}/test_upgrade.py::test_no_call_fails_during_an_upgrade"
    test([rehearsal, "-m", "chaos", "-s", *arguments])


def run_lint(arguments: Arguments) -> None:
    if arguments:
        raise UsageError(f"lint has no argument {arguments[0]}: it takes none.")
    setup().ensure("dev")
    lint.lint(Progress(LOG))


def run_doctor(arguments: Arguments) -> None:
    as_json = "--json" in arguments
    data, unknown = data_directory([word for word in arguments if word != "--json"])
    if unknown:
        raise UsageError(f"doctor has no argument {unknown[0]}: ./krafter doctor --data DIR --json")
    if not doctor(MODULES, Path(data), as_json=as_json):
        raise SetupFailed("./krafter up would fail, or something is wrong; the lines above say what to do.")


def data_directory(arguments: Arguments) -> tuple[str, Arguments]:
    """Take `--data DIR` off the front of the arguments."""
    if not arguments or arguments[0] != "--data":
        return str(DATA), arguments
    if len(arguments) < 2:
        raise UsageError("--data DIR needs the directory.")
    return arguments[1], arguments[2:]


def lock(arguments: Arguments) -> None:
    with setup().lock():
        uv = setup().uv()
    progress = Progress(LOG)
    command = [uv, "pip", "compile", "--universal", "--python-version", "3.12", "--generate-hashes"]
    command += [
        "--no-emit-index-url",
        "--no-annotate",
        "--custom-compile-command",
        "./krafter lock",
        "--quiet",
    ]
    # base, local and dev: each contains the one before it, so that one virtual environment can grow.
    image = ("s3", "sso", "telemetry")
    extras = {"base": (), "image": image, "local": ("local",), "dev": (*image, "local", "dev")}
    for level, names in extras.items():
        path = f"requirements/{level}.txt"
        extra = [word for name in names for word in ("--extra", name)]
        words = [*command, *arguments, *extra, "pyproject.toml", "-o", path]
        if not progress.step(path, partial(progress.run, *words, cwd=ROOT)):
            raise SetupFailed(f"{path} could not be written.")


COMMANDS: dict[str, Callable[[Arguments], object]] = {
    "up": partial(run_module, "up", system=True, chromium=True),
    "demo": partial(run_module, "demo"),
    "check": partial(run_module, "check", level="base", chromium=True, for_results=True),
    "verify-evidence": verify_evidence,
    "test": test,
    "bench": bench,
    "chaos": chaos,
    "histories": histories,
    "soak": partial(run_module, "soak", system=True, chromium=True),
    "screenshots": screenshots,
    "fuzz-api": partial(run_module, "fuzz-api", level="dev"),
    "rehearse-upgrade": rehearse_upgrade,
    "lint": run_lint,
    "doctor": run_doctor,
    "manage": partial(run_on_data, "manage"),
    "backup": lambda arguments: run_on_data("manage", arguments, "backup"),
    "restore": partial(run_on_data, "restore"),
    "sbom": partial(run_module, "sbom", level="dev", for_results=True),
    "lock": lock,
    "generate-client": partial(run_module, "generate-client", level="dev"),
    "api-changelog": partial(run_module, "api-changelog", level="dev", for_results=True),
}


def wants_help(arguments: Arguments) -> bool:
    return not {"-h", "--help"}.isdisjoint(arguments)


def usage_of(name: str) -> str:
    """Return the lines of the help about a command."""
    found = re.search(rf"^  \./krafter {name} .*\n(?:   .*\n)*", HELP, re.MULTILINE)
    return found[0] if found else HELP


def setup(stream: TextIO | None = None) -> Setup:
    return Setup(Progress(LOG, stream or sys.stdout))


def use_found_chromium() -> None:
    # The set-up searches for Chromium in more places than the system.
    path = system_packages.find_chromium()
    if path:
        os.environ["KRAFTER_CHROMIUM"] = path


def has_module(name: str) -> bool:
    try:
        __import__(name)
    except ImportError:
        return False
    return True


def main(arguments: list[str]) -> int:
    # Every command accepts this option, at any position.
    if "--no-system-packages" in arguments:
        arguments.remove("--no-system-packages")
        os.environ["KRAFTER_NO_SYSTEM_PACKAGES"] = "1"
    name = arguments.pop(0) if arguments else "help"
    if name in ("help", "-h", "--help"):
        print(HELP, end="")
        return 0
    if name not in COMMANDS:
        print(f"{HELP}\nThere is no command {name}.", file=sys.stderr)
        return EXIT_USAGE
    if name in WITHOUT_PARSER and wants_help(arguments):
        print(usage_of(name), end="")
        return 0
    try:
        COMMANDS[name](arguments)
    except UsageError as error:
        print(error, file=sys.stderr)
        return EXIT_USAGE
    except SetupFailed as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    with exit_on_closed_pipe():
        sys.exit(main(sys.argv[1:]))
