"""`./krafter`: what each command installs, runs and says; system packages only after they were announced."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest

from devtools import launcher
from tests.unit.devtools.script import NO_SANDBOX, Script, is_root

pytestmark = pytest.mark.slow

SHOW = (
    "import json, os, sys; print(json.dumps([sys.argv[1:], os.environ.get('KRAFTER_CHROMIUM'), os.getcwd()]))"
)
APT_INSTALL = "apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=60"
as_root = pytest.mark.skipif(not is_root(), reason="only root installs system packages")


@pytest.fixture
def script(open_folder: Path) -> Script:
    made = Script(open_folder)
    for name in ("devtools.local_stack.up", "devtools.demo.walkthrough", "scanner.cli"):
        made.module(name, SHOW)
    return made


def printed_values(ended: "subprocess.CompletedProcess[str]") -> list[object]:
    return list(json.loads(ended.stdout.splitlines()[-1]))


def test_the_help_lists_every_command_and_no_other(script: Script) -> None:
    ended = script.run()

    listed = re.findall(r"^  \./krafter ([\w-]+)", ended.stdout, re.MULTILINE)
    assert ended.returncode == 0
    assert set(listed) == set(launcher.COMMANDS)
    assert not (script.root / ".krafter").exists()


def test_unknown_argument_of_doctor_is_rejected(script: Script) -> None:
    ended = script.run("doctor", "--dta", "/srv/krafter")

    assert (ended.returncode, ended.stdout) == (2, "")
    assert "doctor has no argument --dta" in ended.stderr


def test_tests_that_do_not_exist_are_named(script: Script) -> None:
    ended = script.run("test", "tests/unit/no_such_folder", "-n", "2")

    assert (ended.returncode, "There is no tests/unit/no_such_folder." in ended.stderr) == (1, True)


def test_unknown_command_is_rejected_with_the_help(script: Script) -> None:
    ended = script.run("upp")

    assert ended.returncode == 2
    assert ended.stderr.endswith("There is no command upp.\n")
    assert "./krafter up " in ended.stderr


@pytest.mark.parametrize("name", launcher.WITHOUT_PARSER)
def test_help_of_a_command_without_a_parser_starts_nothing(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(launcher.COMMANDS, name, Mock(side_effect=AssertionError))

    status = launcher.main([name, "--help"])

    shown = capsys.readouterr().out
    assert (status, re.findall(r"\./krafter ([\w-]+) ", shown)[:1]) == (0, [name])
    assert shown.count("./krafter ") == 1


@pytest.mark.parametrize("arguments", [["lint", "tests"], ["lint", "--fix"], ["screenshots"]])
def test_wrong_arguments_end_with_2_and_start_nothing(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(launcher, "setup", Mock())
    monkeypatch.setattr(launcher.lint, "lint", Mock(side_effect=AssertionError))

    assert (launcher.main([*arguments]), arguments[0] in capsys.readouterr().err) == (2, True)


@pytest.mark.parametrize("name", launcher.MODULES.values())
def test_every_module_that_a_command_runs_exists(name: str) -> None:
    assert importlib.util.find_spec(name)


@pytest.mark.parametrize("command", ["backup", "restore", "manage"])
def test_command_of_the_running_system_takes_its_data_directory_first(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run: list[list[str]] = []
    monkeypatch.setattr(launcher, "setup", Mock())
    monkeypatch.setattr(launcher, "become", lambda python, *words: run.append([*words[3:]]))

    launcher.COMMANDS[command](["--data", "/srv/data", "--to", "/srv/backups"])

    [directory, *arguments] = run[0]
    assert directory == "/srv/data"
    assert arguments == [*(["backup"] if command == "backup" else []), "--to", "/srv/backups"]


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        ([], ["-n", "2", "-m", "not (slow or needs_chromium)", "--dist", "worksteal"]),
        (["--all"], ["-n", "3", "--dist", "worksteal"]),
        (["--all", "-x"], ["-x"]),
        (["-n", "4", "tests/unit"], ["-n", "4", "tests/unit", "--dist", "worksteal"]),
        (["-n4"], ["-n4", "--dist", "worksteal"]),
        (["-n", "4", "--dist", "loadfile"], ["-n", "4", "--dist", "loadfile"]),
        (["-k", "csp"], ["-k", "csp"]),
        (["--changed=main"], ["--changed=main", "-n", "3", "--dist", "worksteal"]),
    ],
)
def test_tests_run_in_one_process_more_than_processors_and_steal_work(
    arguments: list[str], given: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher, "processors", lambda: 2)

    assert launcher.pytest_options(arguments) == given


def test_a_hundred_histories_run_on_all_processors_unless_arguments_say_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run: list[list[str]] = []
    monkeypatch.setattr(launcher, "processors", lambda: 2)
    monkeypatch.setattr(launcher, "test", run.append)

    launcher.COMMANDS["histories"](["--count", "7", "--seed", "3"])

    given = ["--count", "100", "--count", "7", "--seed", "3"]
    assert run == [["tests/histories", "-n", "2", "--show-capture=no", *given]]


def test_a_command_installs_its_locked_set_once_and_becomes_its_module(script: Script) -> None:
    script.program("chromium-headless-shell", "#!/bin/sh\necho '<html>'\n")

    first, second = script.run("check", "https://example.com", "--json"), script.run("check", "--json")

    assert printed_values(first) == [
        ["https://example.com", "--json"],
        f"{script.bin}/chromium-headless-shell",
        str(script.home),
    ]
    assert printed_values(second)[0] == ["--json"]
    assert re.search(r"^  Python packages \(base\) \.+ \d+\.\d s$", first.stderr, re.MULTILINE)
    assert second.stderr == ""
    assert len(script.calls("uv pip sync")) == 1
    assert script.calls("uv pip sync")[0].endswith("requirements/base.txt")


def test_a_larger_set_replaces_a_smaller_one_and_is_kept(script: Script) -> None:
    for command in ("check", "demo", "check"):
        assert script.run(command).returncode == 0

    assert [line.rpartition("/")[2] for line in script.calls("uv pip sync")] == ["base.txt", "local.txt"]


def test_bench_measures_the_api_and_bench_scan_the_scans(script: Script) -> None:
    for name in ("devtools.benchmark.__main__", "devtools.benchmark.scans.__main__"):
        script.module(name, f"print({name!r}); {SHOW}")

    api, scans = script.run("bench", "--quick"), script.run("bench", "scan", "--json", "--no-system-packages")

    assert "devtools.benchmark.__main__" in api.stdout
    assert printed_values(api)[0] == ["--quick"]
    assert scans.stdout.startswith("devtools.benchmark.scans.__main__\n")
    assert printed_values(scans)[0] == ["--json"]


def test_changed_lock_file_is_installed_again(script: Script) -> None:
    script.run("demo")
    with (script.root / "requirements" / "local.txt").open("a") as file:
        file.write("# changed\n")
    script.run("check")

    assert [line.rpartition("/")[2] for line in script.calls("uv pip sync")] == ["local.txt", "local.txt"]


def test_a_failed_installation_shows_the_end_of_its_log_and_what_to_do(script: Script) -> None:
    ended = script.run("check", SYNC_FAILS="error: the index does not answer")

    assert ended.returncode == 1
    assert "failed after" in ended.stderr
    assert "    error: the index does not answer\n" in ended.stderr
    assert "Check your network connection" in ended.stderr
    assert script.run("check").returncode == 0


def test_second_concurrent_set_up_waits_for_the_first(script: Script) -> None:
    both = [script.start("check", SYNC_SECONDS="1") for _ in range(2)]
    outputs = [process.communicate(timeout=60)[0] for process in both]

    assert [process.returncode for process in both] == [0, 0]
    assert sum("Another ./krafter is setting up this folder" in text for text in outputs) == 1
    assert len(script.calls("uv pip sync")) == 1


def test_nothing_is_written_outside_of_the_folder(script: Script) -> None:
    script.module(
        "devtools.demo.walkthrough",
        "import os; print(*(os.environ[n] for n in ('UV_CACHE_DIR', 'XDG_CACHE_HOME')))",
    )

    ended = script.run("demo")

    private = script.root / ".krafter"
    assert ended.stdout.splitlines()[-1] == f"{private}/cache/uv {private}/cache"
    assert list(script.home.iterdir()) == []
    assert [path for path in script.root.rglob("__pycache__") if private not in path.parents] == []


@as_root
@pytest.mark.needs_pango
def test_root_reads_which_system_packages_will_be_installed_and_why(script: Script) -> None:
    ended = script.run("up", "--port", "0")

    announced = ended.stdout.index("System packages to install (apt-get install --no-install-recommends;")
    installed = ended.stdout.index("Chromium, which runs the checks that need a browser ..")
    assert announced < ended.stdout.index("Chromium: runs the checks that need a browser") < installed
    assert script.calls("apt-get") == [f"{APT_INSTALL} chromium-headless-shell"]
    assert printed_values(ended)[:2] == [["--port", "0"], f"{script.bin}/chromium-headless-shell"]
    assert "Missing" not in ended.stdout


@pytest.mark.parametrize("way", ["option", "variable"])
def test_system_packages_are_left_out_on_demand_and_the_rest_works(script: Script, way: str) -> None:
    option = ["--no-system-packages"] if way == "option" else []
    ended = script.run("up", *option, **({} if option else {"KRAFTER_NO_SYSTEM_PACKAGES": "1"}))

    assert ended.returncode == 0
    assert script.calls("apt-get") == []
    assert (
        "Chromium     is not installed; without it checks that need a browser are inconclusive"
        in ended.stdout
    )
    assert re.search(r"apt-get install --no-install-recommends .*chromium-headless-shell\n", ended.stdout)
    assert "Everything else works without." in ended.stdout
    assert printed_values(ended)[0] == []


@as_root
@pytest.mark.needs_pango
def test_a_package_that_cannot_be_installed_is_named_and_the_rest_works(script: Script) -> None:
    ended = script.run("up", APT_FAILS="1")

    assert ended.returncode == 0
    assert script.calls("apt-get") == [
        f"{APT_INSTALL} chromium-headless-shell",
        "apt-get update",
        f"{APT_INSTALL} chromium-headless-shell",
        f"{APT_INSTALL} chromium",
    ]
    assert "Everything else works without." in ended.stdout


def test_missing_system_packages_fail_in_continuous_integration(script: Script) -> None:
    ended = script.run("test", "--no-system-packages", CI="true")

    assert ended.returncode == 1
    assert "Nothing may be skipped, since CI is set." in ended.stderr


def test_a_chromium_that_does_not_start_counts_as_missing(script: Script) -> None:
    script.program("chromium-headless-shell", NO_SANDBOX)

    ended = script.run("up")

    assert ended.returncode == 0
    assert script.calls("apt-get") == []
    assert "does not start: the kernel refuses its sandbox" in ended.stdout
    assert "KRAFTER_CHROMIUM_SANDBOX=0" in ended.stdout


def test_doctor_tries_the_index_and_chromium_and_installs_nothing(script: Script) -> None:
    script.program("chromium-headless-shell", NO_SANDBOX)

    ended = script.run("doctor")

    assert "the Python package index answers" in ended.stdout
    assert "KRAFTER_CHROMIUM_SANDBOX=0" in ended.stdout
    assert script.calls("uv pip install --dry-run")
    assert not (script.root / ".krafter" / "venv").exists()


def test_doctor_fails_where_up_would_fail(script: Script) -> None:
    script.program(
        "uv", "#!/bin/sh\n[ \"$1\" = --version ] || { echo 'error: no route to host' >&2; exit 2; }\n"
    )

    ended = script.run("doctor")

    assert ended.returncode == 1
    assert "the Python package index cannot be reached: error: no route to host" in ended.stdout
    assert "./krafter up would fail" in ended.stderr


def test_evidence_is_verified_without_an_installation_where_python_has_what_it_takes(script: Script) -> None:
    script.module("scanner.evidence_bundle", SHOW)

    ended = script.run("verify-evidence", "evidence.json", KRAFTER_PYTHON=sys.executable)

    assert printed_values(ended)[0] == ["evidence.json"]
    assert script.calls("uv pip sync") == []
