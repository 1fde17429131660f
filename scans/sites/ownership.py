"""Is this site the project's? Proved by a DNS record, a file or a meta tag that names the token of project and host.

What a stranger may ask of any site needs no proof. Paths that nobody published (`/.git/config`) and visits of a
browser do: `of(project, …)` says which hosts are proved, and `PageContext.require_ownership` asks it, before either.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Project
from events.log import log_event
from krafter_audit.db import leases
from krafter_audit.http.client import Client, HttpError, Limits
from krafter_audit.http.dns import txt_records
from scanner.page import Page, value
from scanner.parsing.parser_limits import exceeds_parser_limits
from scanner.parsing.registrable_domain import host_of, origin_of, registrable
from scans.models import Site

NAME = "krafter-verification"
PATH = f"/.well-known/{NAME}.txt"
GOOD_FOR = timedelta(days=30)  # then the proof is looked at again before it is relied upon
LEASE = 60  # seconds; a look takes at most 50
MOST_ATTEMPTS = 3
MOST_NAMES = 5  # of one look in the DNS
LIMITS = Limits(connect=3.0, read=5.0, total=8.0, body=512 * 1024, redirects=5)


@dataclass(frozen=True)
class Proved:
    """The hosts that were a project's when a run began. A domain proved by DNS covers the names below it."""

    hosts: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()

    def covers(self, host: str) -> bool:
        """Tell whether the host is proved, or in the operator's list."""
        return host in self.hosts or any(name in self.domains for name in _upwards(host)) or listed(host)


def of(project: Project, urls: Iterable[str], client: Client) -> Proved:
    """Return what is proved of the hosts of these addresses; a proof that has grown old is looked at again.

    Asks the network then: call it outside of any transaction.
    """
    names = {registrable(host) for url in urls if (host := host_of(url))}
    if not names:
        return Proved()
    related = Q(host__in=names)
    for name in names:
        related |= Q(host__endswith=f".{name}")
    proved = [
        row
        for row in Site.objects.filter(related, project=project, verified_at__isnull=False)
        if still_proved(row, client)
    ]
    domains = (row.host for row in proved if row.method == Site.Method.DNS_TXT)
    return Proved(frozenset(row.host for row in proved), frozenset(domains))


def still_proved(site: Site, client: Client) -> bool:
    """Tell whether the proof is fresh, or is still there. One that cannot be looked at now counts as none, for now."""
    if site.verified_at is None or site.verified_at > timezone.now() - GOOD_FOR:
        return site.verified_at is not None
    tries = look(site, client)
    write(site, tries)
    return any(one.found for one in tries)


def carry_out(site_id: Any) -> None:
    """Look at the proof that was asked for. Delivered twice, it works once."""
    site = leases.claim(Site, site_id, seconds=LEASE, check_requested=True)
    if site is None:
        return
    with Client(limits=LIMITS) as client:
        write(site, [] if site.attempts > MOST_ATTEMPTS else look(site, client))


@dataclass(frozen=True)
class Try:
    """One look at one place where a proof may be. `answered` is False where nothing could be looked at."""

    method: str
    place: str
    said: str
    found: bool = False
    answered: bool = True


def look(site: Site, client: Client) -> list[Try]:
    """Look at one place after the other until one has the proof."""
    tries = []
    for one in _tries(site, client):
        tries.append(one)
        if one.found:
            break
    return tries


def write(site: Site, tries: list[Try]) -> None:
    """Keep what a look has seen. A look that got no answer anywhere takes no proof away."""
    proof = next((one for one in tries if one.found), None)
    gone = proof is None and site.verified_at is not None and _is_gone(site.method, tries)
    now = timezone.now()
    changes: dict[str, Any] = {
        "check_requested": False,
        "lease_until": None,
        "attempts": 0,
        "checked_at": now,
        "updated_at": now,
    }
    changes["last_attempts"] = [{"method": one.method, "place": one.place, "said": one.said} for one in tries]
    if proof:
        changes |= {"method": proof.method, "verified_at": now}
    elif gone:
        changes |= {"method": "", "verified_at": None}
    with transaction.atomic():
        if leases.write(site, **changes) and (gone or (proof and site.verified_at is None)):
            log_event(
                "site.proved" if proof else "site.proof_lost",
                site,
                by=SYSTEM,
                host=site.host,
                method=proof.method if proof else site.method,
            )


def _is_gone(method: str, tries: list[Try]) -> bool:
    """Tell whether the proof was looked for where it was: every name in the DNS, https or http of the site."""
    answered = [one.answered for one in tries if one.method == method]
    return all(answered) and bool(answered) if method == Site.Method.DNS_TXT else any(answered)


def listed(host: str) -> bool:
    """Tell whether KRAFTER_OWNED_HOSTS has the host; `*.example.com` there stands for all names below it."""
    entries = {entry.strip().lower() for entry in settings.KRAFTER_OWNED_HOSTS.split(",")}
    return host in entries or any(f"*.{name}" in entries for name in _upwards(host)[1:])


def line_of(site: Site) -> str:
    """Return what a DNS record and the file say."""
    return f"{NAME}={site.token}"


def how_to_prove(site: Site) -> dict[str, dict[str, str]]:
    """Return the three ways, each with what to put where."""
    return {
        "dns_txt": {"name": site.host, "value": line_of(site)},
        "file": {"url": f"https://{_written(site.host)}{PATH}", "content": line_of(site)},
        "meta_tag": {
            "url": f"https://{_written(site.host)}/",
            "html": f'<meta name="{NAME}" content="{site.token}">',
        },
    }


def _written(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _upwards(host: str) -> list[str]:
    """Return the host and the names above it, up to the registrable domain."""
    top, names = registrable(host), [host]
    while names[-1] != top and "." in names[-1]:
        names.append(names[-1].partition(".")[2])
    return names


def _tries(site: Site, client: Client) -> Iterator[Try]:
    names = _upwards(site.host)
    for name in [*names[:1], *names[1:][-MOST_NAMES:]]:
        yield _try("dns_txt", name, partial(_in_dns, site, name))
    for scheme in ("https", "http"):  # on the ports that the owner of the host answers on, and no other
        address = f"{scheme}://{_written(site.host)}{PATH}"
        yield _try("file", address, partial(_in_file, site, client, address))
    for scheme in ("https", "http"):
        address = f"{scheme}://{_written(site.host)}/"
        yield _try("meta_tag", address, partial(_in_page, site, client, address))


def _try(method: str, place: str, see: Callable[[], tuple[bool, str]]) -> Try:
    try:
        found, said = see()
    except HttpError as problem:
        return Try(method, place, str(problem), answered=False)
    return Try(method, place, said, found)


def _in_dns(site: Site, name: str) -> tuple[bool, str]:
    records = txt_records(name, servers=settings.KRAFTER_DNS_SERVERS)
    if line_of(site) in (text.strip() for text in records):
        return True, "The record is there."
    others = sum(text.startswith(f"{NAME}=") for text in records)
    return False, f"{others} such records, none with this token." if others else "There is no such record."


def _in_file(site: Site, client: Client, address: str) -> tuple[bool, str]:
    answer = client.get(address)
    if answer.status != 200:
        return False, f"It answers with status {answer.status}."
    if Page(answer).is_html:
        return False, "An HTML page answers, which is no such file."
    held = line_of(site) in (line.strip() for line in answer.text.splitlines())
    return held, "The file has the token." if held else "The file has no line with this token."


def _in_page(site: Site, client: Client, address: str) -> tuple[bool, str]:
    answer = client.get(address, follow_redirects=True)
    page = Page(answer)
    hops = [origin_of(one.url) for one in (*answer.history, answer)]
    if not set(hops) <= {f"https://{site.host}:443", f"http://{site.host}:80"}:
        return False, "The start page redirects to another host."
    if answer.status != 200 or not page.is_html:
        return False, f"It answers with status {answer.status} and is no HTML page that was found."
    if exceeds_parser_limits(page.text):
        return False, "The start page nests deeper than any is read."
    named = [value(node, "content") for node in page.css(f'head meta[name="{NAME}"]')]
    held = site.token in (said.strip() for said in named)
    return held, "The page has the tag." if held else "The head of the page has no such tag with this token."
