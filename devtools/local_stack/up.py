"""`./krafter up`: the whole system on this machine, under one supervisor."""

import argparse
import contextlib
import errno
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from celery import Celery
from celery.exceptions import OperationalError

from devtools.local_stack.data import (
    ENVIRONMENT,
    OWNER_ENVIRONMENT,
    READY,
    DataDirectory,
    free_port,
    is_ready,
    write_private,
)
from devtools.local_stack.postgres import APPLICATION_USER, Postgres, settings_for_memory, total_memory
from devtools.local_stack.process import REPOSITORY, WEB_SERVER, Command, StartFailed
from devtools.local_stack.supervisor import StopRequested, Supervisor
from devtools.local_stack.valkey import Valkey
from devtools.system_packages import sandbox_is_on
from krafter_audit.conf.declarations import SETTINGS, settings_of_providers
from krafter_audit.conf.setting import SettingSection
from scanner.browser import executables

PROJECT = "production-website"
MAX_PORT = 65_535
# For two cores and 4 GB: each process of the workers for the browser starts a Chromium.
QUEUES = {
    "worker": ["celery", "verify_http"],
    "syncer": ["sync"],
    "deliverer": ["webhook", "export"],
    "scanner": ["scan_http"],
    "browser": ["scan_browser"],
    "verifier": ["verify_browser"],
}
PROCESSES_OF_WORKER = {"worker": 3, "syncer": 1, "deliverer": 2, "scanner": 2, "browser": 2, "verifier": 1}
# The web and the workers stop first: they write to the database until they end.
STOP_ORDER = [(("web", "beat", *QUEUES, "demo"), 4.5), (("valkey", "postgres"), 3.0)]


def python_command(name: str, *arguments: str, env: dict[str, str]) -> Command:
    return Command(name=name, arguments=[sys.executable, *arguments], env=env)


def web_port(host: str, port: int) -> int:
    """Return the port of the web, which is any free one for 0. Raises StartFailed."""
    try:
        return free_port(host, port)
    except OSError as error:
        reason = f"--host {host} --port {port}: {error.strerror}."
        if error.errno == errno.EADDRINUSE:
            reason = f"Port {port} on {host} is in use. Choose another, or --port 0 for any free one."
        raise StartFailed(reason) from None


def metrics_address(number: int) -> dict[str, str]:
    """Return KRAFTER_WORKER_METRICS of a worker: each has its own port."""
    host, _, port = os.environ.get("KRAFTER_WORKER_METRICS", "").rpartition(":")
    return {"KRAFTER_WORKER_METRICS": f"{host}:{int(port) + number}"} if port.isdecimal() else {}


def settings_of_environment() -> dict[str, str]:
    """Return the settings in the environment, which commands of another shell need, such as a bucket."""
    declared = [*SETTINGS, *settings_of_providers()]
    names = [setting.name for setting in declared if setting.section != SettingSection.COMMANDS]
    return {name: os.environ[name] for name in names if os.environ.get(name)}


@contextlib.contextmanager
def step(words: str) -> Iterator[None]:
    started = time.monotonic()
    print(f"  {words} ", end="", flush=True)
    yield
    print(f"{'.' * max(3, 44 - len(words))} {time.monotonic() - started:.1f} s", flush=True)


class System:
    def __init__(self, options: argparse.Namespace, data: DataDirectory, supervisor: Supervisor) -> None:
        self.options = options
        self.data = data
        self.supervisor = supervisor
        self.secrets = data.secrets()
        self.port = web_port(options.host, options.port)
        self.env = self.environment()
        # Added to `env` for `migrate`, which may create an index of a million rows.
        self.owner_env = {"KRAFTER_DB_STATEMENT_SECONDS": "0"}
        self.notices = [sandbox_notice()]  # printed after the banner
        self.demo_site = self.demo_url() if options.demo else None

    @property
    def url(self) -> str:
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.options.host, self.options.host)  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host and not host.startswith('[') else host}:{self.port}"

    def environment(self) -> dict[str, str]:
        places = {
            "KRAFTER_MEDIA_ROOT": "media", "KRAFTER_STATIC_ROOT": "static", "KRAFTER_BACKUP_DIR": "backups",
        }  # fmt: skip
        for name in places.values():
            (self.data.path / name).mkdir(mode=0o700, exist_ok=True)
        defaults = {variable: str(self.data.path / name) for variable, name in places.items()}
        defaults |= {
            "KRAFTER_SECRET_KEY": self.secrets["secret_key"],
            "KRAFTER_ENCRYPTION_KEYS": self.secrets["encryption_keys"],
            "KRAFTER_SIGNING_KEYS": self.secrets["signing_keys"],
            "KRAFTER_PUBLIC_URL": self.url,
        }
        fixed = {"PYTHONUNBUFFERED": "1", "DJANGO_SETTINGS_MODULE": "krafter_audit.settings"}
        return defaults | settings_of_environment() | fixed

    def demo_url(self) -> str:
        port = self.data.stable_port("demo")
        # Loopback is no public address; without this entry no scan could reach the demo site.
        allowed = [self.env.get("KRAFTER_ALLOWED_NETWORKS", ""), f"127.0.0.1/32:{port}"]
        self.env["KRAFTER_ALLOWED_NETWORKS"] = ",".join(filter(None, allowed))
        return f"http://127.0.0.1:{port}"

    def start(self) -> dict[str, Any]:
        """Start everything; return the addresses and logins for the banner."""
        if "DATABASE_URL" not in self.env:
            with step("PostgreSQL"):
                self.start_postgres()
        if "REDIS_URL" not in self.env:
            with step("Valkey"):
                self.start_valkey()
        with step("Tables, organisation, project and key"):
            seeded = self.install()
        self.notices.append(role_notice(seeded["role_problem"]))
        with step("Web, workers and beat"):
            for command in self.processes():
                self.supervisor.add(command)
            self.supervisor.wait_until(lambda: is_ready(self.url), "The web", seconds=90)
            self.supervisor.wait_until(self.workers_are_ready(), "A worker", seconds=90)
        facts = {"url": self.url, **seeded, "project_id": PROJECT, "demo_site": self.demo_site}
        keys = ("url", "org_id", "project_id", "api_key", "admin", "demo_site")
        return {key: facts[key] for key in keys}

    def start_postgres(self) -> None:
        settings = settings_for_memory(total_memory())
        server = Postgres(self.data.path / "postgres", self.secrets["postgres_password"], settings)
        # Recorded, since it is outside of the data directory: the next start must find that of a killed system.
        self.data.record_socket_directory(server.socket)
        password = self.secrets["application_password"]
        self.env["DATABASE_URL"] = server.url_of(APPLICATION_USER, password)
        self.env.setdefault("KRAFTER_PG_BIN", os.environ.get("KRAFTER_PG_BIN") or str(server.programs))
        self.owner_env |= {"DATABASE_URL": server.url, "KRAFTER_DB_ROLE_PASSWORD": password}
        server.prepare(self.supervisor.run)
        self.supervisor.add(server.command())
        self.supervisor.wait_until(server.is_ready, "PostgreSQL")
        server.ensure_database()

    def start_valkey(self) -> None:
        server = Valkey(self.data.path / "valkey", self.secrets["valkey_password"])
        self.env["REDIS_URL"] = server.url
        server.prepare()
        self.supervisor.add(server.command())
        self.supervisor.wait_until(server.is_ready, "Valkey")

    def processes(self) -> Iterator[Command]:
        host, port = self.options.host, str(self.port)
        web = [*WEB_SERVER, "--host", host, "--port", port, "krafter_audit.wsgi:application"]
        celery = ["-m", "celery", "-A", "krafter_audit"]
        worker = ["worker", "--without-gossip", "--without-mingle", "--loglevel", "INFO"]
        # Only the web has many threads.
        pooled = self.env | {"KRAFTER_DB_POOL": "1"}
        yield python_command("web", *web, env=pooled)
        for number, (name, options) in enumerate(self.workers().items()):
            env = self.env | metrics_address(number)
            yield python_command(name, *celery, *worker, "--hostname", f"{name}@%h", *options, env=env)
        # No pid file: the file of a killed beat would keep the next beat from starting.
        yield python_command("beat", *celery, "beat", "--pidfile=", env=self.env)
        if self.demo_site:
            state = str(self.data.path / "demo-faults.json")
            port = self.demo_site.rpartition(":")[2]
            yield python_command(
                "demo", "-m", "devtools.demo.site", "--port", port, "--state", state, env=self.env
            )

    def workers(self) -> dict[str, list[str]]:
        """Return each worker's options: scans never take the processes of verifications."""
        # The workers for the browser, whose memory grows, are restarted after 50 jobs. Without Chromium other workers
        # consume their queues, so that such checks are inconclusive at once.
        chromium = executables.chromium(os.environ.get("KRAFTER_CHROMIUM", ""))
        queues = {name: [*served] for name, served in QUEUES.items()}
        if not chromium:
            queues["worker"] += queues.pop("verifier")
            queues["scanner"] += queues.pop("browser")
        return {
            name: ["--concurrency", str(PROCESSES_OF_WORKER[name]), "--queues", ",".join(served)]
            + (["--max-tasks-per-child", "50"] if name in ("browser", "verifier") else [])
            for name, served in queues.items()
        }

    def install(self) -> dict[str, Any]:
        given = {"site_url": self.demo_site or "https://example.com", "demo": bool(self.demo_site)}
        given |= {name: self.secrets[name] for name in ("admin_password", "api_key")}
        given["restore"] = str(self.options.restore or "")
        env = self.env | self.owner_env | {"KRAFTER_INSTALL": json.dumps(given)}
        log = self.supervisor.logs / "install.log"
        try:
            self.supervisor.run(python_command("install", "-m", "devtools.local_stack.install", env=env))
            installed: dict[str, Any] = json.loads(log.read_text().splitlines()[-1])
        finally:
            log.unlink(missing_ok=True)  # the output ends with the password and the key
        return installed

    def workers_are_ready(self) -> Callable[[], bool]:
        # Without the project's settings: this process imports no Django.
        app = Celery(broker=self.env["REDIS_URL"], set_as_current=False)
        count = len(self.workers())

        def are_ready() -> bool:
            try:
                return len(app.control.ping(timeout=0.5, limit=count) or []) >= count
            except OperationalError:
                return False

        return are_ready


def render_banner(facts: dict[str, Any]) -> str:
    """Return addresses, logins and three requests to paste; `facts` is what `--ready` writes."""
    audit = f"{facts['url']}/api/v1/orgs/{facts['org_id']}/projects/{facts['project_id']}/audit"
    key = f"-H 'Authorization: Bearer {facts['api_key']}'"
    body = json.dumps({"url": f"{facts['demo_site'] or 'https://example.com'}/", "trigger": "manual"})
    lines = [
        "",
        f"  URL       {facts['url']}",
        f"  Admin     {facts['url']}/admin/   {facts['admin']['email']}   {facts['admin']['password']}",
        f"  API key   {facts['api_key']}",
        f"  org_id    {facts['org_id']}",
        f"  project   {facts['project_id']}",
        *([f"  Demo site {facts['demo_site']}"] if facts["demo_site"] else []),
        "",
        "Scan a site, list its findings, see the project's policy:",
        "",
        f"  curl -X POST {key} -H 'Content-Type: application/json' -d '{body}' {audit}/scans/run",
        "",
        f"  curl {key} '{audit}/findings?limit=5'",
        "",
        f"  curl {key} {audit}/policies/current",
        "",
        *(["The whole workflow, step by step: ./krafter demo"] if facts["demo_site"] else []),
        "Press Ctrl-C to stop.",
    ]
    return "\n".join(lines)


def sandbox_notice() -> str:
    """Return a sentence about the user and the sandbox of Chromium, or ""."""
    if not executables.chromium(os.environ.get("KRAFTER_CHROMIUM", "")):
        return ""
    if not sandbox_is_on():
        return "KRAFTER_CHROMIUM_SANDBOX is off: a hostile page that breaks out of Chromium has its user's rights."
    user = executables.chromium_user()
    return f"This runs as root; Chromium is only started as user {user} and in its sandbox." if user else ""


def role_notice(problem: str) -> str:
    """Return a sentence about a database role with too many rights, which `problem` names, or ""."""
    if not problem:
        return ""
    return f"The web and the workers use the role of your DATABASE_URL, which should own nothing: {problem}."


def port_number(text: str) -> int:
    if not text.isdecimal() or int(text) > MAX_PORT:
        raise argparse.ArgumentTypeError(f"{text} is no number from 0 to {MAX_PORT}")
    return int(text)


def resolved_path(text: str) -> Path:
    return Path(text).expanduser().resolve()


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./krafter up", description=__doc__)
    parser.add_argument("--port", type=port_number, default=8000, help="0 picks a free port (default 8000)")
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (default 127.0.0.1)")
    parser.add_argument(
        "--data", type=Path, default=REPOSITORY / ".krafter" / "data", help="the data directory"
    )
    parser.add_argument(
        "--no-demo", dest="demo", action="store_false", help="without the demo's website and data"
    )
    parser.add_argument(
        "--restore",
        type=resolved_path,
        metavar="BACKUP",
        help="restore this backup into a data directory without a database",
    )
    parser.add_argument(
        "--ready", type=resolved_path, help="write what is printed as JSON once all of it answers"
    )
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    options = parse_arguments(arguments)
    data = DataDirectory(options.data)
    try:
        data.make()
        handle = data.lock()
    except StartFailed as error:
        print(error, file=sys.stderr)
        return 1
    return serve(options, data, Supervisor(data.path / "logs", keep_open=[handle]))


def serve(options: argparse.Namespace, data: DataDirectory, supervisor: Supervisor) -> int:
    try:
        start(options, data, supervisor)
        supervisor.run_forever()
    except StopRequested:
        print("\nStopping …", flush=True)
        return 0
    except StartFailed as error:
        print(f"\n\nThe start failed. {error}", file=sys.stderr)
        return 1
    finally:
        supervisor.stop(STOP_ORDER)
        data.remove_socket_directory()
        data.delete(ENVIRONMENT, OWNER_ENVIRONMENT, READY)
        if options.ready:
            with contextlib.suppress(OSError):
                options.ready.unlink()
    return 0


def delete_ready_file(path: Path) -> None:
    # The file is written at the end of the start: an error then would stop a running system.
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        raise StartFailed(f"The file of --ready, {path}, cannot be written.")
    path.unlink(missing_ok=True)


def start(options: argparse.Namespace, data: DataDirectory, supervisor: Supervisor) -> None:
    if options.ready:
        delete_ready_file(options.ready)
    data.remove_socket_directory()
    data.delete(ENVIRONMENT, OWNER_ENVIRONMENT, READY)
    print(f"Krafter Audit, data in {data.path}", flush=True)
    system = System(options, data, supervisor)
    facts = system.start()
    data.write(ENVIRONMENT, system.env)
    data.write(OWNER_ENVIRONMENT, system.env | system.owner_env)
    data.write(READY, facts)
    if options.ready:
        write_private(options.ready, facts)
    print("\n".join(filter(None, (render_banner(facts), *system.notices))), flush=True)
    supervisor.on_restart = lambda name, status: print(
        f"{name} ended (status {status}); it is started again.", flush=True
    )
    for child in supervisor.children.values():
        # The limit is for the start only: from now on a process is always restarted.
        child.exits = 0


if __name__ == "__main__":
    sys.exit(main())
