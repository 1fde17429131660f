"""Verify that a site belongs to a project, by a token in a DNS record, a file or a meta tag.

Unpublished paths (`/.git/config`) and visits in a browser require ownership; all else does not.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Project
from events.log import log_event
from krafter_audit.db import leases
from krafter_audit.db.leases import unleased
from krafter_audit.http.client import Client, HttpError, Limits
from krafter_audit.http.dns import txt_records
from krafter_audit.jobs.queues import enqueue
from scanner.page.page import Page, attribute_value
from scanner.parsing.registrable_domain import host_of, origin_of, registrable
from scans.models import Site
from scans.sites.ownership_instructions import FILE_PATH, VERIFICATION_NAME, bracketed, token_line

# After this time, the ownership of a site is verified again before it is relied upon.
VERIFICATION_LIFETIME = timedelta(days=30)
LEASE_SECONDS = 60  # a verification takes at most 50
MAX_ATTEMPTS = 3
MAX_DNS_NAMES = 5  # parent domains that are queried
REQUEST_LIMITS = Limits(connect=3.0, read=5.0, total=8.0, body=512 * 1024, redirects=5)


@dataclass(frozen=True)
class VerifiedHosts:
    """The hosts that belonged to a project when a run started."""

    hosts: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()

    def covers(self, host: str) -> bool:
        return (
            host in self.hosts
            or any(name in self.domains for name in _parents(host))
            or is_in_owned_hosts_setting(host)
        )


def verified_hosts(project: Project, urls: Iterable[str], client: Client) -> VerifiedHosts:
    """Return the verified hosts among those of the URLs. Expired ones are verified again."""
    # Call this outside of a transaction: verifying an expired host sends requests.
    domains = {registrable(host) for url in urls if (host := host_of(url))}
    related = Q(host__in=domains)
    for domain in domains:
        related |= Q(host__endswith=f".{domain}")
    verified = [
        site
        for site in Site.objects.filter(related, project=project, verified_at__isnull=False)
        if is_still_verified(site, client)
    ]
    # The owner of the DNS of a domain controls its subdomains; a file or a page proves only its host.
    by_dns = (site.host for site in verified if site.method == Site.Method.DNS_TXT)
    return VerifiedHosts(frozenset(site.host for site in verified), frozenset(by_dns))


def is_still_verified(site: Site, client: Client) -> bool:
    """Return whether the site's verification is recent, or succeeds again."""
    if site.verified_at is None or site.verified_at > timezone.now() - VERIFICATION_LIFETIME:
        return site.verified_at is not None
    attempts = check_site(site, client)
    store_attempts(site, attempts)
    return any(attempt.has_token for attempt in attempts)


def run_verification(site_id: UUID) -> None:
    """Run a requested verification of a site, and enqueue the next one. Running it again changes nothing."""
    requested = Site.objects.filter(check_requested=True)
    requested = requested.filter(project__organization__projects__sites=site_id)
    # One site of an organisation at a time: sites with slow responses occupy only one worker.
    if requested.exclude(unleased()).exists():
        return
    site = leases.acquire(Site, site_id, seconds=LEASE_SECONDS, check_requested=True)
    if site is None:
        return
    with Client(limits=REQUEST_LIMITS) as client:
        store_attempts(site, [] if site.attempts > MAX_ATTEMPTS else check_site(site, client))
    following = requested.order_by("updated_at").values_list("pk", flat=True).first()
    if following is not None:
        enqueue("scans.verify_site", str(following))


@dataclass(frozen=True)
class OwnershipAttempt:
    """A check of one location that may have the token."""

    method: str
    location: str
    message: str
    has_token: bool = False
    answered: bool = True  # False for a timeout or a failed connection


def check_site(site: Site, client: Client) -> list[OwnershipAttempt]:
    """Check one location after the other until one has the token."""
    attempts = []
    for attempt in _attempts(site, client):
        attempts.append(attempt)
        if attempt.has_token:
            break
    return attempts


def store_attempts(site: Site, attempts: list[OwnershipAttempt]) -> None:
    success = next((attempt for attempt in attempts if attempt.has_token), None)
    revoked = success is None and site.verified_at is not None and _is_revoked(site.method, attempts)
    now = timezone.now()
    changes: dict[str, Any] = {
        "lease_until": None,
        "attempts": 0,
        "checked_at": now,
        "updated_at": now,
        "last_attempts": [
            {"method": attempt.method, "location": attempt.location, "message": attempt.message}
            for attempt in attempts
        ],
    }
    if site.check_requested:  # otherwise a check may have been requested since
        changes["check_requested"] = False
    if success:
        changes |= {"method": success.method, "verified_at": now}
    elif revoked:
        changes |= {"method": "", "verified_at": None}
    with transaction.atomic():
        if leases.write(site, **changes) and (revoked or (success and site.verified_at is None)):
            log_event(
                "site.verified" if success else "site.verification_lost",
                site,
                by=SYSTEM,
                host=site.host,
                method=success.method if success else site.method,
            )


def _is_revoked(method: str, attempts: list[OwnershipAttempt]) -> bool:
    # An outage revokes nothing. A DNS record may be at any name, so all names must have answered.
    answered = [attempt.answered for attempt in attempts if attempt.method == method]
    return all(answered) and bool(answered) if method == Site.Method.DNS_TXT else any(answered)


def is_in_owned_hosts_setting(host: str) -> bool:
    """Return whether KRAFTER_OWNED_HOSTS has the host; `*.example.com` there includes all subdomains."""
    entries = {entry.strip().lower() for entry in settings.KRAFTER_OWNED_HOSTS.split(",")}
    return host in entries or any(f"*.{name}" in entries for name in _parents(host)[1:])


def _parents(host: str) -> list[str]:
    top, names = registrable(host), [host]
    while names[-1] != top and "." in names[-1]:
        names.append(names[-1].partition(".")[2])
    return names


def _attempts(site: Site, client: Client) -> Iterator[OwnershipAttempt]:
    names = _parents(site.host)
    # The owner of the registrable domain may publish the record there for all hosts.
    for name in [*names[:1], *names[1:][-MAX_DNS_NAMES:]]:
        yield _attempt("dns_txt", name, partial(_check_dns, site, name))
    for scheme in ("https", "http"):  # on their standard ports, which the owner of the host controls
        url = f"{scheme}://{bracketed(site.host)}{FILE_PATH}"
        yield _attempt("file", url, partial(_check_file, site, client, url))
    for scheme in ("https", "http"):
        url = f"{scheme}://{bracketed(site.host)}/"
        yield _attempt("meta_tag", url, partial(_check_page, site, client, url))


def _attempt(method: str, location: str, check: Callable[[], tuple[bool, str]]) -> OwnershipAttempt:
    try:
        has_token, message = check()
    except HttpError as error:
        return OwnershipAttempt(method, location, str(error), answered=False)
    return OwnershipAttempt(method, location, message, has_token)


def _check_dns(site: Site, name: str) -> tuple[bool, str]:
    records = txt_records(name, servers=settings.KRAFTER_DNS_SERVERS)
    if token_line(site) in (text.strip() for text in records):
        return True, "The record has the token."
    others = sum(text.startswith(f"{VERIFICATION_NAME}=") for text in records)
    if others:
        return (
            False,
            f"{others} record{'' if others == 1 else 's'} with {VERIFICATION_NAME}, none with this token.",
        )
    return False, f"No TXT record with {VERIFICATION_NAME}."


def _check_file(site: Site, client: Client, url: str) -> tuple[bool, str]:
    response = client.get(url)
    if response.status != 200:
        return False, f"The response has status {response.status}."
    if Page(response).is_html:
        return False, "The response is an HTML page, not a text file."
    has_token = token_line(site) in (line.strip() for line in response.text.splitlines())
    return has_token, "The file has the token." if has_token else "The file has no line with this token."


def _check_page(site: Site, client: Client, url: str) -> tuple[bool, str]:
    response = client.get(url, follow_redirects=True)
    page = Page(response)
    hops = [origin_of(hop.url) for hop in (*response.history, response)]
    # An open redirect must not prove the ownership of another host.
    if not set(hops) <= {f"https://{site.host}:443", f"http://{site.host}:80"}:
        return False, "The start page redirects to another host."
    if response.status != 200 or not page.is_html:
        return False, f"The response has status {response.status} and is not a successful HTML page."
    if page.exceeds_limits:
        return False, "The start page is nested too deeply to be parsed."
    contents = [
        attribute_value(node, "content") for node in page.css(f'head meta[name="{VERIFICATION_NAME}"]')
    ]
    has_token = site.token in (content.strip() for content in contents)
    return (
        has_token,
        "The page has the meta tag." if has_token else "The page's head has no meta tag with this token.",
    )
