"""All eight vendors on loopback, each with something to tell, and what a hostile far end makes of their answers."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from integrations.providers import ADAPTERS
from integrations.providers.base import Draft, Provider, Tracker
from integrations.providers.traffic import Meter
from krafter_audit.http.client import Client
from tests.fakes.dialects import github as fake_github
from tests.fakes.dialects import gitlab as fake_gitlab
from tests.fakes.dialects import jira as fake_jira
from tests.fakes.dialects import linear as fake_linear
from tests.fakes.dialects.github import Answer, Request
from tests.integrations.providers.cloudflare import test_findings as test_cloudflare
from tests.integrations.providers.ga4 import test_traffic as test_ga4
from tests.integrations.providers.gsc import test_findings as test_gsc
from tests.integrations.providers.sentry import test_findings as test_sentry
from tests.serving import running

MARKER = "3f2b8a52-8f0e-4a7e-9d0c-0a4f6c1f7b11"
DRAFT = Draft(
    MARKER,
    "Send a header",
    "in_progress",
    "high",
    None,
    closed=False,
    url="https://us.example/1",
    text="Add it.",
)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass
class Vendor:
    """A vendor's sound answers, and a fault that a test puts over them."""

    name: str
    route: Callable[[Request], Answer]
    credentials: dict[str, Any]
    base: str = ""
    url: str = ""
    fault: Callable[[Request, Answer], Any] = lambda request, answer: answer
    requests: list[Request] = field(default_factory=list)

    def adapter(self, client: Client) -> Provider:
        """Return the adapter, which never sleeps here."""
        return ADAPTERS[self.name](
            client, self.credentials, f"{self.url}{self.base}", sleep=lambda seconds: None
        )


def github() -> Vendor:
    fake = fake_github.FakeGitHub()
    rule = {"id": "js/xss", "severity": "error", "description": "XSS"}
    fake.alerts["code-scanning"] = [
        {
            "number": 7,
            "state": "open",
            "html_url": "https://x.example/7",
            "rule": rule,
            "tool": {"name": "CodeQL"},
        }
    ]
    fake.alerts["dependabot"] = []

    def route(request: Request) -> Answer:
        if request.path.endswith("/alerts/7"):
            return 200, {}, fake.alerts["code-scanning"][0]  # type: ignore[index]
        return fake.answer(request)

    return Vendor("github", route, {"token": fake_github.TOKEN, "repository": fake_github.REPOSITORY})


def gitlab() -> Vendor:
    fake = fake_gitlab.FakeGitLab()
    fake.findings = [
        {"uuid": "u-1", "name": "XSS", "severity": "high", "state": "detected", "location": {"file": "a.js"}}
    ]
    credentials = {"token": fake_gitlab.TOKEN, "project": fake_gitlab.PROJECT}
    return Vendor("gitlab", lambda request: fake.answer(request, request.path), credentials, "/api/v4")


def jira() -> Vendor:
    return Vendor("jira", fake_jira.FakeJira().answer, dict(fake_jira.CREDENTIALS))


def linear() -> Vendor:
    fake = fake_linear.FakeLinear()

    def route(request: Request) -> Answer:
        operation = re.search(r"(?:query|mutation) (\w+)", request.body["query"])
        name = operation[1] if operation else ""
        sent = request.body
        return fake.answer(
            fake_linear.Request(request.path, name, sent["variables"], request.headers, sent["query"])
        )

    return Vendor("linear", route, {"api_key": fake_linear.KEY, "team_id": fake_linear.TEAM})


def sentry() -> Vendor:
    fake = test_sentry.Issues()
    fake.issues = [test_sentry.issue(1)]
    return Vendor("sentry", fake, dict(test_sentry.CREDENTIALS))


def cloudflare() -> Vendor:
    fake = test_cloudflare.Zone()
    fake.settings["min_tls_version"] = "1.0"
    return Vendor("cloudflare", fake, dict(test_cloudflare.CREDENTIALS))


def gsc() -> Vendor:
    fake = test_gsc.Property()
    fake.shown = {"https://example.com/a": 20}
    fake.pages["https://example.com/a"] = {
        **test_gsc.inspected(robotsTxtState="DISALLOWED"),
        "richResultsResult": test_gsc.RICH,
    }
    fake.sitemaps = [{"path": "https://example.com/s.xml", "errors": "3", "warnings": "0"}]
    return Vendor("gsc", fake, dict(test_gsc.CREDENTIALS))


def ga4() -> Vendor:
    fake = test_ga4.Property()
    fake.views = {("example.com", "/"): 20, ("example.com", "/a"): 1}
    return Vendor("ga4", fake, dict(test_ga4.CREDENTIALS))


VENDORS = {make.__name__: make for make in (ga4, gsc, sentry, github, gitlab, jira, linear, cloudflare)}


def exchanged(adapter: Provider) -> int:
    """Ask for all that a sync may ask for; return how many tickets and findings came."""
    adapter.check()
    count = 0
    if isinstance(adapter, Tracker):
        ticket = adapter.create(DRAFT)
        count += sum(len(page) for page in adapter.tickets(LONG_AGO if adapter.name != "jira" else _lately()))
        ticket = adapter.ticket(ticket.external_id)
        adapter.update(ticket, DRAFT, {"title", "status", "priority", "due", "text", "closed"})
        adapter.pull_request(ticket.external_id)
    if isinstance(adapter, Meter):
        count += len(adapter.traffic().pages)
    for source in adapter.sources():
        for page in source.pages():
            for found in page:
                count += 1
                for key in found.evidence.get("checks", []):
                    adapter.ask_again(key, {**found.evidence, "source": found.external_id}, LONG_AGO)
    return count


def _lately() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)


@dataclass(frozen=True)
class Raw:
    """Bytes that are written as they are, instead of an answer; then the connection is closed."""

    content: bytes


def _handler(vendor: Vendor) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            """Stay quiet."""

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            sent = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = json.loads(sent) if sent else None
            request = Request(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)
            vendor.requests.append(request)
            told = vendor.fault(request, vendor.route(request))
            with suppress(BrokenPipeError, ConnectionResetError):
                if isinstance(told, Raw):
                    self.wfile.write(told.content)
                else:
                    self._say(*told)

        def _say(self, status: int, extra: dict[str, str], content: Any) -> None:
            written = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **extra}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        do_POST = do_PUT = do_PATCH = do_GET

    return Handler


@contextmanager
def serve(name: str) -> Iterator[Vendor]:
    """Serve one vendor on loopback."""
    vendor = VENDORS[name]()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(vendor))
    vendor.url = f"http://127.0.0.1:{server.server_port}"
    with running(server):
        yield vendor
