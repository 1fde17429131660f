"""The engine of a verification: look again at what the finding was about, and write down what is seen.

It fails closed: a check that could not look is `inconclusive`, never `passed`. The result is a person's alone.

A verification has a part for each scanner that its checks need: what is asked by HTTP never waits for a browser.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import quota
from accounts.actors import SYSTEM
from events.log import log_event
from findings import policy_rules, provider_checks
from findings.models import Finding
from krafter_audit.db import leases
from krafter_audit.http.client import Client
from krafter_audit.shutdown import is_shutting_down
from remediation.checks.queues import scanner_of
from remediation.evidence import chain
from remediation.locks import LockedVerification, lock_verification
from remediation.models import CheckStatus, Verification, VerificationPart
from remediation.services.policies import config_of
from remediation.worker.check_aggregation import Answer, judge
from remediation.worker.finding_pages import Place, pages
from remediation.worker.provider_checks import answer_of
from scanner.outcome import Outcome, inconclusive
from scans.models import Scanner
from scans.site_credentials.services import credentials_for
from scans.sites import ownership
from scans.worker import host_throttle
from scans.worker.browser import own_browser

if TYPE_CHECKING:
    from scanner.browser.browser import Browser

__all__ = ["Answer", "carry_out", "judge", "write"]

LEASE = 30  # seconds; kept alive while the look goes on
MOST_ATTEMPTS = 3
MOST_PAGES = 25
MOST_SECONDS = (
    60  # of looking with a browser, after which no further page is begun; the rest is the next job's
)
LEFT_OUT = f"A verification looks at {MOST_PAGES} pages at most, and this one is beyond them."
SWITCHED_OFF = "The project's policy switches this check off, so nobody has looked."
GIVEN_UP = "The worker ended before it had an answer, several times."


def carry_out(verification_id: UUID, scanner: Scanner = Scanner.HTTP, *, browsing: bool = False) -> bool:
    """Look again and write each check down as it finishes; say whether some is left for the next job.

    Without `browsing` the browser's part is answered as far as it can be without one. Delivered twice, it works once.
    """
    with taken(verification_id, scanner) as part, ExitStack() as held:
        if part is None:
            return False
        client = held.enter_context(host_throttle.client())
        look = Look(part, client, held.enter_context(own_browser()) if browsing else None)
        for key in look.keys:
            answer = look.answer(key)
            if answer is None:
                return leases.write(part, lease_until=None, attempts=0)
            if not write(part, key, answer):
                return False
    return False


@contextmanager
def taken(verification_id: UUID, scanner: Scanner) -> Iterator[VerificationPart | None]:
    """Hold the part of a verification while the block runs; None when it is held, done or gone."""
    wanted = VerificationPart.objects.filter(verification=verification_id, scanner=scanner)
    pk = wanted.values_list("pk", flat=True).first()
    with leases.taken(VerificationPart, pk, seconds=LEASE, finished_at__isnull=True) as part:
        yield part


class Look:
    """One worker's look at the pages of a part."""

    def __init__(self, part: VerificationPart, client: Client, browser: "Browser | None") -> None:
        self._verification = verification = Verification.objects.get(pk=part.verification_id)
        self.part = part
        self.finding = Finding.objects.select_related("project").get(tasks=verification.task_id)
        self.keys = [
            check["key"]
            for check in verification.checks
            if check["status"] == CheckStatus.RUNNING and scanner_of(check["key"]) == part.scanner
        ]
        client.credentials = credentials_for(self.finding.project)
        self._urls = urls = pages(self.finding)
        owned = ownership.of(self.finding.project, urls[:MOST_PAGES], client)
        self._places = [Place(url, client, self.finding, owned, browser) for url in urls[:MOST_PAGES]]
        self._left_out = dict.fromkeys(urls[MOST_PAGES:], inconclusive("not_available", LEFT_OUT))
        config = config_of(self.finding.project)
        self._thresholds, self._off = policy_rules.thresholds(config), policy_rules.switched_off(config)
        self._ends = time.monotonic() + MOST_SECONDS

    def answer(self, key: str) -> Answer | None:
        """Return what the check says of all its pages; None when the time is over or the lease is lost."""
        if key in self._off:
            return judge(key, dict.fromkeys(self._urls, inconclusive("not_available", SWITCHED_OFF)))
        ask = provider_checks.asker_of(key)
        if ask and self.part.attempts <= MOST_ATTEMPTS:
            return answer_of(ask, key, self.finding, self._verification)
        if self.part.scanner == Scanner.HTTP:
            return self._at_once(key)
        kept = self.part.seen.setdefault(key, {})
        for place in self._places:
            if place.url not in kept:
                if is_shutting_down() or time.monotonic() > self._ends:
                    return None
                kept[place.url] = self._seen(place, key).to_json()
                if not leases.write(self.part, seen=self.part.seen, attempts=0):
                    return None
        seen = {url: Outcome.from_json(outcome) for url, outcome in kept.items()}
        return judge(key, seen | self._left_out)

    def _at_once(self, key: str) -> Answer:
        """What is asked by HTTP takes moments, so the pages are not kept one by one."""
        return judge(key, {place.url: self._seen(place, key) for place in self._places} | self._left_out)

    def _seen(self, place: Place, key: str) -> Outcome:
        """Look at a page, unless workers have died over it."""
        if self.part.attempts > MOST_ATTEMPTS:
            self.part.attempts = 0 if self.part.scanner == Scanner.BROWSER else self.part.attempts
            return inconclusive("not_available", GIVEN_UP)
        return place.look(key, self._thresholds)


@transaction.atomic
def write(part: VerificationPart, key: str, answer: Answer) -> bool:
    """Fill one check in; False when the lease is lost or nothing runs any more; then nothing is written."""
    locked = lock_verification(part.verification_id)
    verification = locked.verification
    if not verification.running:
        return False
    for check in verification.checks:
        if check["key"] == key:
            check["after"], check["status"] = answer.after, answer.status.value
    waiting = [check["key"] for check in verification.checks if check["status"] == CheckStatus.RUNNING]
    if not keep(part, key, is_over=all(scanner_of(other) != part.scanner for other in waiting)):
        return False
    verification.running = bool(waiting)
    verification.save(update_fields=["checks", "running", "updated_at"])
    was = next((check["before"] for check in verification.checks if check["key"] == key), None)
    chain.append(verification, key, {"before": was, **answer.seen})
    if not waiting:
        finish(locked)
    return True


def keep(part: VerificationPart, key: str, *, is_over: bool) -> bool:
    """Write as the holder of the part that a check has answered; False when another holds it."""
    part.seen.pop(key, None)
    now = timezone.now()
    over = {"finished_at": now, "lease_until": None} if is_over else {}
    return leases.write(part, seen=part.seen, updated_at=now, **over)


def finish(locked: LockedVerification) -> None:
    """Record that every check has answered; give the unit back when none could look."""
    verification = locked.verification
    statuses = [check["status"] for check in verification.checks]
    log_event("verification.checked", verification, by=SYSTEM, statuses=statuses)
    if all(status == CheckStatus.INCONCLUSIVE for status in statuses):
        Verification.objects.filter(pk=verification.pk).update(refunded=True)
        quota.refund(verification.project.organization_id, spent_at=verification.created_at)
