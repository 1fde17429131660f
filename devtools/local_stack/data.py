"""A system's data directory: lock, secrets, and the addresses of the running system."""

import base64
import fcntl
import json
import os
import secrets
import shutil
import socket
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from devtools.local_stack.process import StartFailed
from scanner.browser.process_guard import is_running

SECRETS = "secrets.json"
ENVIRONMENT = "environment.json"  # the environment that `manage.py` needs to reach the running system
OWNER_ENVIRONMENT = "owner-environment.json"  # the environment for the owner of the tables
READY = "ready.json"
LOCK = "lock"
SOCKET_DIRECTORY = "socket-directory.json"  # in /tmp: see `postgres.socket_directory`


def write_private(path: Path, content: Any) -> None:
    """Write JSON that only the owner can read, atomically."""
    # Renamed into place: a reader gets the old file or the new one, never a part.
    new = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(content, file, indent=2)
        file.write("\n")
    new.replace(path)


class DataDirectory:
    """All files of a system, in a directory that only its owner can read."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()

    def make(self) -> None:
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StartFailed(
                f"The data directory {self.path} cannot be created: {error.strerror}."
            ) from error

    def lock(self, *, seconds: float = 12) -> int:
        """Lock the directory for this process; return the handle. Raises StartFailed when in use."""
        try:
            handle = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StartFailed(
                f"The data directory {self.path} cannot be written: {error.strerror}."
            ) from error
        # The guards of a killed supervisor hold the lock for the moment that they need to end its processes.
        deadline = time.monotonic() + seconds
        while not try_lock(handle, fcntl.LOCK_EX):
            holder = self.holder()
            if (holder and is_running(holder)) or time.monotonic() > deadline:
                raise StartFailed(
                    f"A system is running on {self.path} already (process {holder}). Stop it first."
                )
            time.sleep(0.05)
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        return handle

    def holder(self) -> int | None:
        text = (self.path / LOCK).read_text().strip()
        return int(text) if text.isdigit() else None

    def running(self) -> bool:
        if not (self.path / LOCK).exists():
            return False
        # A shared lock on another handle fails while the supervisor holds the exclusive one.
        handle = os.open(self.path / LOCK, os.O_RDWR)
        try:
            return not try_lock(handle, fcntl.LOCK_SH)
        finally:
            os.close(handle)

    def read(self, name: str) -> Any:
        try:
            return json.loads((self.path / name).read_text())
        except FileNotFoundError:
            return None

    def write(self, name: str, content: Any) -> None:
        write_private(self.path / name, content)

    def delete(self, *names: str) -> None:
        for name in names:
            (self.path / name).unlink(missing_ok=True)

    def record_socket_directory(self, directory: Path) -> None:
        self.write(SOCKET_DIRECTORY, str(directory))

    def remove_socket_directory(self) -> None:
        directory = self.read(SOCKET_DIRECTORY)
        if directory:
            shutil.rmtree(directory, ignore_errors=True)
        self.delete(SOCKET_DIRECTORY)

    def secrets(self) -> dict[str, str]:
        """Return the secrets, generated on first use; the environment overrides them."""
        kept: dict[str, str] = self.read(SECRETS) or {}
        missing = {name: make() for name, make in GENERATORS.items() if name not in kept}
        if missing:
            kept |= missing
            self.write(SECRETS, kept)
        # Not stored: the environment may set them for one run only.
        given = {
            name: os.environ[variable]
            for name, variable in SECRET_VARIABLES.items()
            if os.environ.get(variable)
        }
        return kept | given

    def stable_port(self, name: str) -> int:
        # The same over restarts, unless another process listens on it: findings name the demo site with its port.
        ports: dict[str, int] = self.read("ports.json") or {}
        if name not in ports or not port_is_free(ports[name]):
            ports[name] = free_port()
            self.write("ports.json", ports)
        return ports[name]


def try_lock(handle: int, operation: int) -> bool:
    try:
        fcntl.flock(handle, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def free_port(host: str = "127.0.0.1", port: int = 0) -> int:
    """Return the port, or any free one for 0. Raises OSError if nothing can listen on it."""
    with socket.create_server((host, port), family=address_family(host)) as probe:
        return int(probe.getsockname()[1])


def port_is_free(port: int) -> bool:
    try:
        free_port(port=port)
    except OSError:
        return False
    return True


def is_ready(url: str) -> bool:
    """Return whether a system at this address is ready to serve."""
    try:
        with urllib.request.urlopen(f"{url}/healthz/ready", timeout=3) as response:  # noqa: S310 - our own address
            return bool(response.status == 200)
    except OSError:
        return False


def address_family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def first_key(key_id: str = "k1") -> str:
    """Return a first key for KRAFTER_ENCRYPTION_KEYS or KRAFTER_SIGNING_KEYS: `id:base64` of 32 bytes."""
    return f"{key_id}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


def password() -> str:
    return secrets.token_hex(16)  # hexadecimal text needs no quoting, in a URL or in a shell


GENERATORS: dict[str, Callable[[], str]] = {
    "secret_key": lambda: secrets.token_urlsafe(48),
    "encryption_keys": first_key,
    "signing_keys": first_key,
    "postgres_password": password,
    "application_password": password,
    "valkey_password": password,
    "admin_password": password,
    "api_key": lambda: f"kr_live_{secrets.token_urlsafe(32)}",
}
SECRET_VARIABLES = {
    "secret_key": "KRAFTER_SECRET_KEY",
    "encryption_keys": "KRAFTER_ENCRYPTION_KEYS",
    "signing_keys": "KRAFTER_SIGNING_KEYS",
    "admin_password": "KRAFTER_ADMIN_PASSWORD",
    "api_key": "KRAFTER_API_KEY",
}
