"""PostgreSQL's files after a server that did not end in order."""

import os
from pathlib import Path

import pytest

from devtools.local_stack import postgres
from devtools.local_stack.postgres import Postgres, program_name, settings_for_memory


@pytest.fixture
def server(tmp_path):
    made = Postgres(tmp_path / "cluster", "password")
    made.directory.mkdir()
    yield made
    made.command().remove_files()


def lock(server: Postgres, number: str) -> Path:
    path = server.directory / "postmaster.pid"
    path.write_text(f"{number}\n/proc/self/cwd\n")
    return path


def test_lock_with_the_pid_of_another_program_is_removed(server):
    path = lock(server, str(os.getpid()))

    server.clear_stale_lock()

    assert not path.exists()


def test_lock_with_an_unused_pid_is_left_to_postgresql(server):
    path = lock(server, "999999999")

    server.clear_stale_lock()

    assert path.exists()


def test_a_lock_that_was_cut_short_is_removed(server):
    path = lock(server, "")

    server.clear_stale_lock()

    assert not path.exists()


def test_socket_has_a_short_private_path(server):
    assert len(str(server.socket / ".s.PGSQL.5432.lock")) < 104
    assert server.socket.stat().st_mode & 0o777 == 0o700


def test_folder_of_the_copied_programs_is_open_whatever_the_umask(tmp_path, monkeypatch):
    monkeypatch.setattr(postgres, "CACHE", tmp_path / "cache")
    before = os.umask(0o077)
    try:
        folder = postgres.cache()
    finally:
        os.umask(before)

    assert folder.stat().st_mode & 0o777 == 0o755


def test_a_process_has_the_name_of_its_program():
    assert program_name(os.getpid()).startswith(("python", "pytest"))
    assert program_name(999999999) == ""


@pytest.mark.parametrize(("gigabytes", "own"), [(0.5, "128MB"), (2, "256MB"), (4, "512MB"), (64, "1024MB")])
def test_shared_buffers_are_an_eighth_of_the_memory_within_bounds(gigabytes: float, own: str):
    assert settings_for_memory(int(gigabytes * 1024**3))["shared_buffers"] == own
