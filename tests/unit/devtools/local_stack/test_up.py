"""The notices that `./krafter up` prints."""

import json
import socket
from pathlib import Path
from unittest.mock import Mock

import pytest

from devtools.local_stack import up
from devtools.local_stack.data import DataDirectory
from devtools.local_stack.process import Command, StartFailed
from devtools.local_stack.supervisor import StopRequested


@pytest.mark.parametrize(
    ("user", "setting", "chromium", "notice"),
    [
        (0, "", "/usr/bin/chromium", "as user 60800 and in its sandbox"),
        (0, "0", "/usr/bin/chromium", "KRAFTER_CHROMIUM_SANDBOX is off"),
        (1000, "0", "/usr/bin/chromium", "KRAFTER_CHROMIUM_SANDBOX is off"),
        (1000, "", "/usr/bin/chromium", ""),
        (0, "", None, ""),
    ],
)
def test_notice_names_the_user_and_the_sandbox_of_chromium(
    user: int, setting: str, chromium: str | None, notice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: user)
    monkeypatch.setenv("KRAFTER_CHROMIUM_SANDBOX", setting)
    monkeypatch.setattr("scanner.browser.executables.chromium", lambda configured: chromium)

    assert notice in up.sandbox_notice()
    assert bool(notice) == bool(up.sandbox_notice())


@pytest.mark.parametrize("port", ["65536", "-1", "web", "\u00b2"])
def test_invalid_port_is_rejected(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        up.parse_arguments(["--port", port])

    assert "0 to 65535" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("host", "port", "message"),
    [
        ("999.1.1.1", 0, "--host 999.1.1.1 --port 0: .+"),
        ("192.0.2.1", 8000, "--host 192.0.2.1 --port 8000: Cannot assign requested address"),
    ],
)
def test_host_without_an_address_of_this_machine_is_named(host: str, port: int, message: str) -> None:
    with pytest.raises(StartFailed, match=message):
        up.web_port(host, port)


def test_used_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(StartFailed, match="is in use"):
        up.web_port("127.0.0.1", server.getsockname()[1])


@pytest.mark.parametrize("name", ["", "absent/ready.json"], ids=["a folder", "in no folder"])
def test_ready_file_that_cannot_be_written_stops_the_start_at_once(name: str, tmp_path: Path) -> None:
    options = up.parse_arguments(["--ready", str(tmp_path / name)])

    with pytest.raises(StartFailed, match=r"--ready, .*, cannot be written"):
        up.delete_ready_file(options.ready)


def test_ready_file_is_deleted_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = up.parse_arguments(["--ready", str(tmp_path / "ready")])
    monkeypatch.setattr(up, "start", lambda options, data, supervisor: options.ready.touch())
    supervisor = Mock(**{"run_forever.side_effect": StopRequested})

    status = up.serve(options, DataDirectory(tmp_path), supervisor)

    assert (status, options.ready.exists()) == (0, False)


def test_notice_names_the_rights_of_the_database_role() -> None:
    assert up.role_notice("") == ""
    assert "krafter owns 163 tables" in up.role_notice("krafter owns 163 tables")


def test_commands_of_another_shell_have_the_settings_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRAFTER_S3_BUCKET", "krafter-files")
    monkeypatch.setenv("KRAFTER_GITHUB_URL", "https://github.acme.example/api/v3")
    monkeypatch.setenv("KRAFTER_PASSWORD", "of one command only")
    monkeypatch.setenv("UNRELATED", "1")

    given = up.settings_of_environment()

    assert given["KRAFTER_S3_BUCKET"] == "krafter-files"
    assert given["KRAFTER_GITHUB_URL"] == "https://github.acme.example/api/v3"
    assert {"KRAFTER_PASSWORD", "UNRELATED"}.isdisjoint(given)


class RecordingSupervisor:
    """Runs nothing: remembers the environment of the installation."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.env: dict[str, str] = {}

    def run(self, command: Command) -> None:
        self.env = dict(command.env)
        (self.logs / "install.log").write_text("{}")


def test_migrations_have_no_time_limit_of_a_statement(tmp_path: Path) -> None:
    supervisor = RecordingSupervisor(tmp_path)
    options = up.parse_arguments(["--port", "0", "--no-demo"])

    up.System(options, DataDirectory(tmp_path), supervisor).install()

    assert supervisor.env["KRAFTER_DB_STATEMENT_SECONDS"] == "0"


def test_backup_is_restored_before_the_migrations(tmp_path: Path) -> None:
    supervisor = RecordingSupervisor(tmp_path)
    options = up.parse_arguments(["--port", "0", "--no-demo", "--restore", str(tmp_path / "backup")])

    up.System(options, DataDirectory(tmp_path), supervisor).install()

    assert json.loads(supervisor.env["KRAFTER_INSTALL"])["restore"] == str(tmp_path / "backup")
