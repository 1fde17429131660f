"""The data directory."""

import base64
import os
import re
import socket
import subprocess

import pytest

from devtools.local_stack.data import LOCK, SECRETS, DataDirectory, first_key, free_port, port_is_free
from devtools.local_stack.process import StartFailed
from scanner.browser.process_guard import is_running


@pytest.fixture
def data(tmp_path, monkeypatch):
    for name in (
        "KRAFTER_SECRET_KEY",
        "KRAFTER_ENCRYPTION_KEYS",
        "KRAFTER_ADMIN_PASSWORD",
        "KRAFTER_API_KEY",
    ):
        monkeypatch.delenv(name, raising=False)
    directory = DataDirectory(tmp_path / "data")
    directory.make()
    return directory


def test_secrets_are_created_once_and_readable_by_their_owner_only(data):
    first = data.secrets()

    assert data.secrets() == first
    assert (data.path / SECRETS).stat().st_mode & 0o777 == 0o600
    assert data.path.stat().st_mode & 0o777 == 0o700
    assert re.fullmatch(r"kr_live_[A-Za-z0-9_-]{43}", first["api_key"])


def test_secret_from_the_environment_takes_precedence_and_is_not_stored(data, monkeypatch):
    monkeypatch.setenv("KRAFTER_SECRET_KEY", "from the environment")

    assert data.secrets()["secret_key"] == "from the environment"
    assert "from the environment" not in (data.path / SECRETS).read_text()


def test_a_first_key_has_an_id_and_32_bytes():
    name, _, key = first_key().partition(":")

    assert name
    assert len(base64.b64decode(key, validate=True)) == 32


def test_directory_is_used_by_one_system_at_a_time(data):
    data.lock()

    with pytest.raises(StartFailed, match=f"running on {data.path} already .process {os.getpid()}"):
        DataDirectory(data.path).lock(seconds=0)

    assert data.running()


def test_directory_that_cannot_be_written_is_named(data):
    (data.path / LOCK).mkdir()  # as root, no permission is missing

    with pytest.raises(StartFailed, match=f"The data directory {data.path} cannot be written: "):
        data.lock()


def test_lock_of_an_ended_process_is_waited_for_and_acquired(data):
    handle = DataDirectory(data.path).lock()
    os.pwrite(handle, b"999999999", 0)  # its guards hold the lock, it itself is dead
    with pytest.raises(StartFailed):
        DataDirectory(data.path).lock(seconds=0.1)

    os.close(handle)

    data.lock(seconds=0)
    assert data.holder() == os.getpid()


def test_zombie_process_counts_as_ended():
    child = subprocess.Popen(["true"])

    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it has ended and is not reaped

    assert not is_running(child.pid)
    child.wait()


def test_port_stays_the_same_until_another_program_uses_it(data):
    port = data.stable_port("demo")
    assert data.stable_port("demo") == port

    with socket.create_server(("127.0.0.1", port)):
        assert not port_is_free(port)
        assert data.stable_port("demo") != port


def test_a_free_port_can_be_listened_on():
    assert port_is_free(free_port())


def test_files_of_a_killed_system_are_deleted_by_the_next(data, tmp_path):
    (tmp_path / "socket").mkdir()
    data.record_socket_directory(tmp_path / "socket")

    DataDirectory(data.path).remove_socket_directory()

    assert not (tmp_path / "socket").exists()
