"""Every vendor on loopback, each with something to exchange, and a fault that a test puts over their answers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.providers.base import Provider
from integrations.providers.findings import FindingSource
from integrations.providers.registry import PROVIDER_CLASSES
from integrations.providers.repositories import Repository
from integrations.providers.tickets import Tracker
from integrations.providers.traffic import TrafficSource
from integrations.providers.types import TicketDraft
from krafter_audit.http.client import Client
from tests.fakes import cloudflare, ga4, gsc, sentry
from tests.fakes.specs import load_spec
from tests.fakes.tracker import FakeTracker
from tests.fakes.trackers.github import FakeGitHub
from tests.fakes.trackers.gitlab import FakeGitLab
from tests.fakes.trackers.jira import SIGNED_IN, FakeJira
from tests.fakes.trackers.linear import OAUTH_TOKEN, TEAM, FakeLinear
from tests.fakes.vendor_server import Answer, RawAnswer, Request, listen

MARKER = "3f2b8a52-8f0e-4a7e-9d0c-0a4f6c1f7b11"
DRAFT = TicketDraft(
    MARKER,
    "Send a header",
    "in_progress",
    "high",
    None,
    closed=False,
    url="https://us.example/1",
    text="Add it.",
)
SHA = "a84d88e7554fc1fa21bcbc4efae3c782a70d2b9d"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def no_fault(request: Request, answer: Answer) -> Answer | RawAnswer:
    """Leave an answer as it is."""
    return answer


@dataclass
class Vendor:
    """A vendor's valid answers, and a fault that a test puts over them."""

    name: str
    route: Callable[[Request], Answer]
    credentials: dict[str, Any]
    spec: Any = None
    base: str = ""
    url: str = ""
    fault: Callable[[Request, Answer], Any] = no_fault
    # What a sign-in by OAuth stores; `credentials` where it is empty.
    signed_in: dict[str, Any] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def provider(self, client: Client) -> Provider:
        """Return the provider; it does not sleep."""
        return PROVIDER_CLASSES[self.name](
            client, self.credentials, f"{self.url}{self.base}", sleep=lambda seconds: None
        )

    def answer(self, request: Request) -> Answer | RawAnswer:
        """Answer a request with the fault."""
        self.requests.append(request)
        if self.spec is not None:
            self.complaints += self.spec.check(
                request.method, request.path, request.query, request.headers, request.body
            )
        answer: Answer | RawAnswer = self.fault(request, self.route(request))
        return answer


def _tracker(fake: FakeTracker) -> Vendor:
    vendor = Vendor(fake.provider, fake.answer, dict(fake.credentials), base=fake.api_path)
    vendor.complaints = fake.complaints
    return vendor


def github() -> Vendor:
    """GitHub with a code scanning alert, a deployment and a release."""
    fake = FakeGitHub()
    fake.deploy(SHA)
    fake.release("v1.0", SHA)
    alert = {
        "number": 7,
        "state": "open",
        "html_url": "https://x.example/7",
        "rule": {"id": "js/xss", "severity": "error", "description": "XSS"},
        "tool": {"name": "CodeQL"},
    }
    fake.alerts = {"code-scanning": [alert], "dependabot": []}
    vendor = _tracker(fake)
    vendor.route = lambda request: (
        (200, {}, alert) if request.path.endswith("/alerts/7") else fake.answer(request)
    )
    return vendor


def gitlab() -> Vendor:
    """GitLab with a vulnerability finding, a deployment and a release."""
    fake = FakeGitLab()
    fake.deploy(SHA)
    fake.release("v1.0", SHA)
    fake.findings = [
        {"uuid": "u-1", "name": "XSS", "severity": "high", "state": "detected", "location": {"file": "a.js"}}
    ]
    return _tracker(fake)


def jira() -> Vendor:
    """Jira, to which a user has signed in."""
    vendor = _tracker(FakeJira())
    vendor.signed_in = dict(SIGNED_IN)
    return vendor


def linear() -> Vendor:
    """Linear, to which a user has signed in."""
    vendor = _tracker(FakeLinear())
    vendor.signed_in = {"token": OAUTH_TOKEN, "team_id": TEAM}
    return vendor


def sentry_vendor() -> Vendor:
    """Sentry with an issue."""
    fake = sentry.FakeSentry()
    fake.issues = [sentry.issue(1)]
    return Vendor("sentry", fake, dict(sentry.CREDENTIALS), load_spec("sentry.json"))


def cloudflare_vendor() -> Vendor:
    """Cloudflare with a weak setting."""
    fake = cloudflare.FakeZone()
    fake.settings["min_tls_version"] = "1.0"
    vendor = Vendor("cloudflare", fake, dict(cloudflare.CREDENTIALS), load_spec("cloudflare.json"))
    vendor.signed_in = {"token": cloudflare.TOKEN, "zone_id": cloudflare.ZONE_ID}
    return vendor


def gsc_vendor() -> Vendor:
    """Search Console with a blocked page and a sitemap with errors."""
    fake = gsc.FakeSearchConsole()
    fake.impressions = {"https://example.com/a": 20}
    fake.pages["https://example.com/a"] = {
        **gsc.inspection(robotsTxtState="DISALLOWED"),
        "richResultsResult": gsc.RICH_RESULTS,
    }
    fake.sitemaps = [{"path": "https://example.com/s.xml", "errors": "3", "warnings": "0"}]
    return Vendor("gsc", fake, dict(gsc.CREDENTIALS), load_spec("gsc.json"))


def ga4_vendor() -> Vendor:
    """Analytics with views of two pages."""
    fake = ga4.FakeAnalytics()
    fake.views = {("example.com", "/"): 20, ("example.com", "/a"): 1}
    specs = ga4.AnalyticsSpecs() if load_spec("ga4.json") else None
    return Vendor("ga4", fake, dict(ga4.CREDENTIALS), specs)


VENDORS: dict[str, Callable[[], Vendor]] = {
    "ga4": ga4_vendor,
    "gsc": gsc_vendor,
    "sentry": sentry_vendor,
    "github": github,
    "gitlab": gitlab,
    "jira": jira,
    "linear": linear,
    "cloudflare": cloudflare_vendor,
}
SPEC_NAMES = {name: "linear.graphql" if name == "linear" else f"{name}.json" for name in VENDORS}


@contextmanager
def serve(name: str) -> Iterator[Vendor]:
    """Serve one vendor."""
    vendor = VENDORS[name]()
    with listen(vendor.answer) as vendor.url:
        yield vendor


def exchange_everything(provider: Provider) -> int:
    """Make every request that a sync may make; return the number of tickets, pages and findings received."""
    provider.check_connection()
    count = 0
    if isinstance(provider, Tracker):
        count += _exchange_tickets(provider)
    if isinstance(provider, TrafficSource):
        count += len(provider.page_views().pages)
    if isinstance(provider, FindingSource):
        count += _exchange_findings(provider)
    if isinstance(provider, Repository):
        count += sum(len(batch.deploys) for batch in provider.changed_deploys(LONG_AGO))
        count += len(provider.releases(LONG_AGO))
    return count


def _exchange_tickets(tracker: Tracker) -> int:
    ticket = tracker.create_ticket(DRAFT)
    since = datetime.now(UTC) - timedelta(minutes=5)
    count = sum(len(page) for page in tracker.changed_tickets(since))
    ticket = tracker.get_ticket(ticket.external_id)
    tracker.update_ticket(ticket, DRAFT, {"title", "status", "priority", "due", "text", "closed"})
    tracker.find_pull_request(ticket.external_id)
    for was_tried in (False, True):
        tracker.add_comment(ticket.external_id, text="1 failed", marker=MARKER, was_tried=was_tried)
    return count


def _exchange_findings(source: FindingSource) -> int:
    count = 0
    for listed in source.finding_lists():
        for page in listed.pages():
            for finding in page:
                count += 1
                for key in finding.evidence.get("checks", []):
                    source.recheck(key, {**finding.evidence, "source": finding.external_id}, LONG_AGO)
                if source.resolvable_prefix:
                    source.resolve(finding.external_id)
    return count
