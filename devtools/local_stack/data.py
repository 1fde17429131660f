"""The data directory of one system: its lock, its secrets, and what is known about the running system."""

import base64
import fcntl
import json
import os
import secrets
import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from devtools.local_stack.process import StartFailed
from scanner.browser.process_guard import is_running

SECRETS = "secrets.json"
ENVIRONMENT = "environment.json"  # what `manage.py` needs to reach the running system
READY = "ready.json"
LOCK = "lock"
ELSEWHERE = "elsewhere.json"


def write_private(path: Path, content: Any) -> None:
    """Write JSON for the owner's eyes only; a reader sees the old file or the new one, never half of it."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(content, file, indent=2)
        file.write("\n")
    new.replace(path)


class DataDirectory:
    """Everything that a system keeps, in one directory that only its owner can read."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()
        self.handle: int | None = None

    def make(self) -> None:
        """Create the directory on first use. Raises StartFailed where that is not allowed."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StartFailed(f"The data directory {self.path} can't be made: {error.strerror}.") from error

    def lock(self, *, seconds: float = 12) -> int:
        """Hold the directory for this process and its guards; answers the handle.

        Raises StartFailed when another system runs on it. The guards of a killed supervisor hold the lock
        for the moment that they need to end what it left; that is waited for.
        """
        self.handle = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + seconds
        while not self.try_lock():
            holder = self.holder()
            if (holder and is_running(holder)) or time.monotonic() > deadline:
                raise StartFailed(
                    f"A system is running on {self.path} already (process {holder}). Stop it first."
                )
            time.sleep(0.05)
        os.ftruncate(self.handle, 0)
        os.pwrite(self.handle, str(os.getpid()).encode(), 0)
        return self.handle

    def try_lock(self) -> bool:
        if self.handle is None:
            return False
        try:
            fcntl.flock(self.handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def holder(self) -> int | None:
        text = (self.path / LOCK).read_text().strip()
        return int(text) if text.isdigit() else None

    def running(self) -> bool:
        if not (self.path / LOCK).exists():
            return False
        handle = os.open(self.path / LOCK, os.O_RDWR)
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
        return False

    def read(self, name: str) -> Any:
        """One of the files, or None where it is not."""
        try:
            return json.loads((self.path / name).read_text())
        except FileNotFoundError:
            return None

    def write(self, name: str, content: Any) -> None:
        write_private(self.path / name, content)

    def forget(self, *names: str) -> None:
        for name in names:
            (self.path / name).unlink(missing_ok=True)

    def keep_track_of(self, directory: Path) -> None:
        self.write(ELSEWHERE, str(directory))

    def clear_elsewhere(self) -> None:
        directory = self.read(ELSEWHERE)
        if directory:
            shutil.rmtree(directory, ignore_errors=True)
        self.forget(ELSEWHERE)

    def secrets(self) -> dict[str, str]:
        """The secrets of the system, made on first use; those of the environment come first."""
        kept: dict[str, str] = self.read(SECRETS) or {}
        missing = {name: make() for name, make in MAKERS.items() if name not in kept}
        if missing:
            kept |= missing
            self.write(SECRETS, kept)
        given = {name: os.environ[variable] for name, variable in GIVEN.items() if os.environ.get(variable)}
        return kept | given

    def port_of(self, name: str) -> int:
        ports: dict[str, int] = self.read("ports.json") or {}
        if name not in ports or not port_is_free("127.0.0.1", ports[name]):
            ports[name] = free_port()
            self.write("ports.json", ports)
        return ports[name]


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on now."""
    with socket.create_server((host, 0), family=family(host)) as probe:
        return int(probe.getsockname()[1])


def port_is_free(host: str, port: int) -> bool:
    """Whether we could listen there."""
    try:
        socket.create_server((host, port), family=family(host)).close()
    except OSError:
        return False
    return True


def family(host: str) -> socket.AddressFamily:
    """The kind of address that `host` is."""
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def first_key() -> str:
    """A first key for KRAFTER_ENCRYPTION_KEYS or KRAFTER_SIGNING_KEYS: `id:base64` of 32 bytes."""
    return f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}"


def password() -> str:
    """A password that needs no quoting, in a URL or in a shell."""
    return secrets.token_hex(16)


MAKERS: dict[str, Callable[[], str]] = {
    "secret_key": lambda: secrets.token_urlsafe(48),
    "encryption_keys": first_key,
    "signing_keys": first_key,
    "postgres_password": password,
    "valkey_password": password,
    "admin_password": password,
    "api_key": lambda: f"kr_live_{secrets.token_urlsafe(32)}",
}
GIVEN = {
    "secret_key": "KRAFTER_SECRET_KEY",
    "encryption_keys": "KRAFTER_ENCRYPTION_KEYS",
    "signing_keys": "KRAFTER_SIGNING_KEYS",
    "admin_password": "KRAFTER_ADMIN_PASSWORD",
    "api_key": "KRAFTER_API_KEY",
}
