"""The engine of a verification: look again at what the finding was about, and write down what is seen.

It fails closed: a check that could not look is `inconclusive`, never `passed`. The result is a person's alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urljoin
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import quota
from accounts.actors import SYSTEM
from events.record import record
from findings import ownership, politeness, rules
from findings.checks import engine, registry
from findings.checks.evidence import identity_before
from findings.checks.facts import Facts
from findings.checks.outcome import FAILED, INCONCLUSIVE, PASSED, Outcome, inconclusive
from findings.models import Finding
from krafter_audit.api.serializers import written
from krafter_audit.lib import claims
from krafter_audit.lib.http import Client
from remediation import evidence
from remediation.locks import Case, lock_case
from remediation.models import CheckStatus, Result, Verification
from remediation.services.policies import config_of

LEASE = 30  # seconds; kept alive while the look goes on
MOST_ATTEMPTS = 3
MOST_PAGES = 25
LEFT_OUT = f"A verification looks at {MOST_PAGES} pages at most, and this one is beyond them."
PAGE_ASSETS = ("url", "page", "uri")


@dataclass(frozen=True)
class Answer:
    """What one check says about all its pages."""

    status: CheckStatus
    after: Any
    seen: dict[str, Any]


def carry_out(verification_id: UUID) -> None:
    """Look again and write each check down as it finishes. Delivered twice, it works once."""
    waiting = {"running": True, "manual": False, "result": Result.PENDING}
    verification = claims.claim(Verification, verification_id, seconds=LEASE, **waiting)
    if verification is None:
        return
    finding = Finding.objects.select_related("project").get(tasks=verification.task_id)
    keys = [check["key"] for check in verification.checks if check["status"] == CheckStatus.RUNNING]
    with claims.kept(verification, seconds=LEASE):
        for key, answer in answers(verification, finding, keys):
            if not write(verification, key, answer):
                return


def answers(
    verification: Verification, finding: Finding, keys: Iterable[str]
) -> Iterable[tuple[str, Answer]]:
    """Yield what each check says, as it is known."""
    if verification.attempts > MOST_ATTEMPTS:
        gone = inconclusive("not_available", "The worker ended before it had an answer, several times.")
        yield from ((key, judge(key, {"": gone})) for key in keys)
        return
    thresholds = rules.thresholds(config_of(finding.project))
    with politeness.client() as client:
        urls = pages(finding)
        owned = ownership.of(finding.project, urls[:MOST_PAGES], client)
        places = [Place(url, client, finding, owned) for url in urls[:MOST_PAGES]]
        left_out = dict.fromkeys(urls[MOST_PAGES:], inconclusive("not_available", LEFT_OUT))
        for key in keys:
            yield key, judge(key, {place.url: place.look(key, thresholds) for place in places} | left_out)


class Place:
    """One page of a finding: what is fetched of it is shared by all the checks of the verification."""

    def __init__(self, url: str, client: Client, finding: Finding, owned: ownership.Proved) -> None:
        self.url = url
        self._owned = owned
        self._client = client
        self._finding = finding

    @cached_property
    def _facts(self) -> Facts:
        known = identity_before(
            {key: before(self._finding, self.url, key) for key in self._finding.check_keys}
        )
        return Facts(self.url, self._client, before=known, verifying=True, owned=self._owned)

    def look(self, key: str, thresholds: Mapping[str, float]) -> Outcome:
        """Ask one check about this page."""
        seen = {key: before(self._finding, self.url, key)}
        found = engine.look(self.url, [key], thresholds=thresholds, before=seen, facts=self._facts)
        return dict(found)[key]


def pages(finding: Finding) -> list[str]:
    """Return the addresses that the finding is about; the project's site where it names none."""
    site = finding.project.site_url
    named = [asset["value"] for asset in finding.affected_assets if asset.get("type") in PAGE_ASSETS]
    # What cannot be asked stays in the list: it must come out as inconclusive, not be passed over.
    return list(dict.fromkeys(_address(site, value) for value in named)) or [site]


def _address(site: str, value: str) -> str:
    try:
        return urljoin(site, value)
    except ValueError:
        return value


def before(finding: Finding, url: str, key: str) -> Outcome:
    """Return what was seen of a page when it was found; a bare failure where that was not kept."""
    kept = finding.evidence.get("pages")
    for page in kept if isinstance(kept, list) else []:
        if isinstance(page, dict) and page.get("url") == url and page.get("key", key) == key:
            return _outcome(page.get("outcome"))
    return Outcome(FAILED)


def _outcome(kept: Any) -> Outcome:
    # Evidence is free-form: a source of another kind may keep something else under the same name.
    try:
        return Outcome.from_json(kept)
    except (AttributeError, TypeError, ValueError):
        return Outcome(FAILED)


def judge(key: str, outcomes: Mapping[str, Outcome]) -> Answer:
    """Put the pages together: one failure fails, one page that could not be looked at is inconclusive."""
    said = [outcome.status for outcome in outcomes.values()]
    status = CheckStatus.INCONCLUSIVE
    if FAILED in said:
        status = CheckStatus.FAILED
    elif said and all(word == PASSED for word in said):
        status = CheckStatus.PASSED
    values = [outcome.value for outcome in outcomes.values() if isinstance(outcome.value, int | float)]
    known = registry.get(key)
    after: Any = status.value
    if values and known and known.metric and status != CheckStatus.INCONCLUSIVE:
        after = known.metric.worst(values)
    seen = {
        "outcome": status.value,
        "after": after,
        "looked_at": written(timezone.now()),
        "pages": [{"url": url, **shown(outcome)} for url, outcome in outcomes.items()],
    }
    return Answer(status, after, seen)


def shown(outcome: Outcome) -> dict[str, Any]:
    """Return one page's outcome; what does not apply any more was not seen to pass."""
    shown = outcome.to_json()
    if outcome.status not in (PASSED, FAILED, INCONCLUSIVE):
        shown["reason"] = "target_missing"
    return shown


@transaction.atomic
def write(mine: Verification, key: str, answer: Answer) -> bool:
    """Fill one check in; False when the lease or the case is lost, and then nothing is written."""
    case = lock_case(mine.pk)
    verification = case.verification
    if verification.fence != mine.fence or not verification.running:
        return False
    for check in verification.checks:
        if check["key"] == key:
            check["after"], check["status"] = answer.after, answer.status.value
    finished = all(check["status"] != CheckStatus.RUNNING for check in verification.checks)
    verification.running = not finished
    verification.lease_until = None if finished else verification.lease_until
    verification.save(update_fields=["checks", "running", "lease_until", "updated_at"])
    was = next((check["before"] for check in verification.checks if check["key"] == key), None)
    evidence.append(verification, key, {"before": was, **answer.seen})
    if finished:
        finish(case)
    return True


def finish(case: Case) -> None:
    """Record that every check has answered; give the unit back when none could look."""
    verification = case.verification
    statuses = [check["status"] for check in verification.checks]
    record("verification.checked", verification, by=SYSTEM, statuses=statuses)
    if all(status == CheckStatus.INCONCLUSIVE for status in statuses):
        Verification.objects.filter(pk=verification.pk).update(refunded=True)
        quota.give_back(verification.project.organization_id, spent_at=verification.created_at)
