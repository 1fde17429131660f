"""`./krafter up`: the whole system on this machine, under one supervisor."""

import argparse
import contextlib
import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from celery import Celery
from celery.exceptions import OperationalError

from devtools.local_stack.banner import welcome
from devtools.local_stack.data import (
    ENVIRONMENT,
    READY,
    DataDirectory,
    free_port,
    port_is_free,
    write_private,
)
from devtools.local_stack.postgres import Postgres, fitted, memory_of_machine
from devtools.local_stack.process import REPOSITORY, WEB_SERVER, Command, StartFailed
from devtools.local_stack.supervisor import Stopped, Supervisor
from devtools.local_stack.valkey import Valkey
from scanner.browser import executables

PROJECT = "production-website"
STOPPING = [(("web", "beat", "worker", "browser", "demo"), 4.5), (("valkey", "postgres"), 3.0)]


def python(name: str, *arguments: str, env: dict[str, str]) -> Command:
    """One of our own Python processes."""
    return Command(name=name, arguments=[sys.executable, *arguments], env=env)


@contextlib.contextmanager
def step(words: str) -> Iterator[None]:
    """Say what is being done, then how long it took."""
    started = time.monotonic()
    print(f"  {words} ", end="", flush=True)
    yield
    print(f"{'.' * max(3, 44 - len(words))} {time.monotonic() - started:.1f} s", flush=True)


class System:
    """One running system: its data directory, its servers and its processes."""

    def __init__(self, options: argparse.Namespace, data: DataDirectory, supervisor: Supervisor) -> None:
        self.options = options
        self.data = data
        self.supervisor = supervisor
        self.secrets = data.secrets()
        self.port = self.web_port()
        self.env = self.environment()
        self.demo_site = self.demo_url() if options.demo else None

    def web_port(self) -> int:
        """The port that was asked for, or a free one. Raises StartFailed when somebody listens there."""
        host, port = self.options.host, self.options.port
        if port and not port_is_free(host, port):
            raise StartFailed(
                f"Port {port} on {host} can't be had. Name another, or --port 0 for any free one."
            )
        return int(port) or free_port(host)

    @property
    def url(self) -> str:
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.options.host, self.options.host)  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host and not host.startswith('[') else host}:{self.port}"

    def environment(self) -> dict[str, str]:
        """What every process of ours is told; the user's own settings stay as they are."""
        places = {"KRAFTER_MEDIA_ROOT": "media", "KRAFTER_STATIC_ROOT": "static"}
        for name in places.values():
            (self.data.path / name).mkdir(mode=0o700, exist_ok=True)
        defaults = {variable: str(self.data.path / name) for variable, name in places.items()}
        defaults |= {
            "KRAFTER_SECRET_KEY": self.secrets["secret_key"],
            "KRAFTER_ENCRYPTION_KEYS": self.secrets["encryption_keys"],
            "KRAFTER_SIGNING_KEYS": self.secrets["signing_keys"],
            "KRAFTER_PUBLIC_URL": self.url,
        }
        names = [*defaults, "DATABASE_URL", "REDIS_URL", "KRAFTER_ALLOWED_NETWORKS"]
        given = {name: os.environ[name] for name in names if os.environ.get(name)}
        return (
            defaults | given | {"PYTHONUNBUFFERED": "1", "DJANGO_SETTINGS_MODULE": "krafter_audit.settings"}
        )

    def demo_url(self) -> str:
        port = self.data.port_of("demo")
        allowed = [self.env.get("KRAFTER_ALLOWED_NETWORKS", ""), f"127.0.0.1/32:{port}"]
        self.env["KRAFTER_ALLOWED_NETWORKS"] = ",".join(filter(None, allowed))
        return f"http://127.0.0.1:{port}"

    def start(self) -> dict[str, Any]:
        """Start everything, in the order in which it is needed; answers what a newcomer needs to know."""
        if "DATABASE_URL" not in self.env:
            with step("PostgreSQL"):
                self.start_postgres()
        if "REDIS_URL" not in self.env:
            with step("Valkey"):
                self.start_valkey()
        with step("Tables, organisation, project and key"):
            seeded = self.install()
        with step("Web, workers and beat"):
            self.start_processes()
            self.supervisor.until(self.web_answers, "The web", seconds=90)
            self.supervisor.until(self.worker_answers(), "A worker", seconds=90)
        facts = {"url": self.url, **seeded, "project_id": PROJECT, "demo_site": self.demo_site}
        keys = ("url", "org_id", "project_id", "api_key", "admin", "demo_site")
        return {key: facts[key] for key in keys}

    def start_postgres(self) -> None:
        settings = fitted(memory_of_machine())
        server = Postgres(self.data.path / "postgres", self.secrets["postgres_password"], settings)
        self.data.keep_track_of(server.socket)
        self.env["DATABASE_URL"] = server.url
        server.prepare(self.supervisor.run)
        self.supervisor.add(server.command())
        self.supervisor.until(server.answers, "PostgreSQL")
        server.ensure_database()

    def start_valkey(self) -> None:
        server = Valkey(self.data.path / "valkey", self.secrets["valkey_password"])
        self.env["REDIS_URL"] = server.url
        server.prepare()
        self.supervisor.add(server.command())
        self.supervisor.until(server.answers, "Valkey")

    def start_processes(self) -> None:
        for command in self.processes():
            self.supervisor.add(command)

    def processes(self) -> Iterator[Command]:
        schedule = str(self.data.path / "beat-schedule")
        host, port = self.options.host, str(self.port)
        web = [*WEB_SERVER, "--host", host, "--port", port, "krafter_audit.wsgi:application"]
        celery = ["-m", "celery", "-A", "krafter_audit"]
        worker = ["worker", "--without-gossip", "--without-mingle", "--loglevel", "INFO"]
        pooled = self.env | {"KRAFTER_DB_POOL": "1"}
        yield python("web", *web, env=pooled)
        for name, options in self.workers().items():
            yield python(name, *celery, *worker, "--hostname", f"{name}@%h", *options, env=self.env)
        # No pid file: one that a killed beat left behind would keep the next from starting.
        yield python("beat", *celery, "beat", "--schedule", schedule, "--pidfile=", env=self.env)
        if self.demo_site:
            state = str(self.data.path / "demo-faults.json")
            port = self.demo_site.rpartition(":")[2]
            yield python("demo", "-m", "devtools.demo.site", "--port", port, "--state", state, env=self.env)

    def workers(self) -> dict[str, list[str]]:
        queues = ["celery", "scan_http"]
        if not executables.chromium(os.environ.get("KRAFTER_CHROMIUM", "")):
            return {"worker": ["--concurrency", "4", "--queues", ",".join([*queues, "scan_browser"])]}
        alone = ["--concurrency", "1", "--max-tasks-per-child", "50", "--queues", "scan_browser"]
        return {"worker": ["--concurrency", "4", "--queues", ",".join(queues)], "browser": alone}

    def install(self) -> dict[str, Any]:
        """Bring the tables up to date; make the first organisation, project, owner and key, or find them."""
        given = {"site_url": self.demo_site or "https://example.com", "demo": bool(self.demo_site)}
        given |= {name: self.secrets[name] for name in ("admin_password", "api_key")}
        env = self.env | {"KRAFTER_INSTALL": json.dumps(given)}
        log = self.supervisor.logs / "install.log"
        try:
            self.supervisor.run(python("install", "-m", "devtools.local_stack.install", env=env))
            installed: dict[str, Any] = json.loads(log.read_text().splitlines()[-1])
        finally:
            log.unlink(missing_ok=True)  # it ends with the password and the key
        return installed

    def web_answers(self) -> bool:
        host = self.url.rpartition(":")[0]
        try:
            with urllib.request.urlopen(f"{host}:{self.port}/healthz/ready", timeout=3) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def worker_answers(self) -> Callable[[], bool]:
        app = Celery(broker=self.env["REDIS_URL"], set_as_current=False)
        count = len(self.workers())

        def ask() -> bool:
            try:
                return len(app.control.ping(timeout=0.5, limit=count) or []) >= count
            except OperationalError:
                return False

        return ask


def parsed(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line of `./krafter up`."""
    parser = argparse.ArgumentParser(prog="./krafter up", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0 picks a free port (default 8000)")
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (default 127.0.0.1)")
    parser.add_argument(
        "--data", type=Path, default=REPOSITORY / ".krafter" / "data", help="the data directory"
    )
    parser.add_argument(
        "--no-demo", dest="demo", action="store_false", help="without the demo's website and data"
    )
    parser.add_argument("--ready", type=Path, help="write what is printed as JSON once all of it answers")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run the system until somebody asks for its end; answers the exit status."""
    options = parsed(arguments)
    data = DataDirectory(options.data)
    try:
        data.make()
        handle = data.lock()
    except StartFailed as error:
        print(error, file=sys.stderr)
        return 1
    return serve(options, data, Supervisor(data.path / "logs", keep_open=[handle]))


def serve(options: argparse.Namespace, data: DataDirectory, supervisor: Supervisor) -> int:
    """Start, keep running, stop."""
    try:
        start(options, data, supervisor)
        supervisor.forever()
    except Stopped:
        print("\nStopping …", flush=True)
        return 0
    except StartFailed as error:
        print(f"\n\nThe start failed. {error}", file=sys.stderr)
        return 1
    finally:
        supervisor.stop(STOPPING)
        data.clear_elsewhere()
        data.forget(ENVIRONMENT, READY)
    return 0


def start(options: argparse.Namespace, data: DataDirectory, supervisor: Supervisor) -> None:
    """Start everything, then tell the terminal and the files."""
    if options.ready:
        options.ready.unlink(missing_ok=True)
    data.clear_elsewhere()
    data.forget(ENVIRONMENT, READY)
    print(f"Krafter Audit, data in {data.path}", flush=True)
    system = System(options, data, supervisor)
    facts = system.start()
    data.write(ENVIRONMENT, system.env)
    data.write(READY, facts)
    if options.ready:
        write_private(options.ready.expanduser().resolve(), facts)
    print(welcome(facts), flush=True)
    supervisor.on_restart = lambda name, status: print(
        f"{name} ended (status {status}); it is started again.", flush=True
    )
    for child in supervisor.children.values():
        child.ends = 0


if __name__ == "__main__":
    sys.exit(main())
