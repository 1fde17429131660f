"""Append results of checks and decisions of people to a project's evidence chain; docs/evidence.md has the format."""

import json
from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from accounts.actors import Actor
from remediation.models import Evidence, EvidenceChain, Result, Verification
from scanner.evidence_bundle.chain import FORMAT, GENESIS, Head, hash_of_format_1
from scanner.evidence_bundle.jcs import canonical, plain
from scanner.evidence_bundle.keys import Keyring, as_jwk, fingerprint, is_valid_signature, parse_signing_keys

# Old links may precede their verification by the difference between the clocks of two machines.
CLOCK_TOLERANCE = timedelta(days=1)
VERDICTS = {Result.PASSED: "approved", Result.FAILED: "reopened"}


@lru_cache(maxsize=8)
def _keyring(setting: str) -> Keyring:
    return parse_signing_keys(setting)


def keyring() -> Keyring:
    return _keyring(settings.KRAFTER_SIGNING_KEYS)


def key_fingerprints() -> list[tuple[str, str]]:
    """Return the id and the fingerprint of each public key."""
    return [(key_id, fingerprint(public)) for key_id, public in keyring().public.items()]


def append(
    verification: Verification,
    key: str,
    content: dict[str, Any],
    *,
    kind: Evidence.Kind = Evidence.Kind.CHECK,
) -> Evidence:
    # Locked after all other rows: every check and verdict of a project waits for this row.
    chain = _lock_chain(verification)
    # The verification is locked, so that its links do not change meanwhile.
    earlier = list(links_of(verification).values("key", "sequence", "hash"))
    # Never earlier than the previous link, even if the clock is set back: dropping a month must leave no gap.
    now = max(timezone.now(), verification.created_at, chain.recorded_at or verification.created_at)
    header = {
        "format": FORMAT,
        "type": kind.value,
        "key": key,
        "sequence": chain.sequence + 1,
        "organization_id": verification.project.organization_id,
        "project_id": verification.project_id,
        "verification_id": verification.pk,
        "task_id": verification.task_id,
        "finding_id": verification.task.finding_id,
        "recorded_at": now,
        "verification_sequence": len(earlier) + 1,
        # The links of a verification also refer to each other, and a verdict names all of them: none can be left out
        # of an export unnoticed.
        "verification_previous_hash": earlier[-1]["hash"] if earlier else None,
    }
    if kind == Evidence.Kind.VERDICT:
        header["links"] = earlier
    body = canonical(plain({**content, **header}))
    link = _signed(verification, chain, body, kind=kind, key=key, recorded_at=now)
    # A trigger advances the chain, and rejects a link that does not follow its end.
    link.save(force_insert=True)
    return link


def _lock_chain(verification: Verification) -> EvidenceChain:
    chains = EvidenceChain.objects.select_for_update(no_key=True)
    try:
        return chains.get(project=verification.project_id)
    except EvidenceChain.DoesNotExist:
        genesis = EvidenceChain(project_id=verification.project_id, sequence=0, hash=GENESIS)
        # Two first links at once create one row, for which the second waits.
        EvidenceChain.objects.bulk_create([genesis], ignore_conflicts=True)
        return chains.get(project=verification.project_id)


def _signed(verification: Verification, chain: EvidenceChain, body: str, **fields: Any) -> Evidence:
    sequence = chain.sequence + 1
    head = Head.with_body(str(verification.project_id), sequence, chain.hash, body)
    signer = keyring().signer
    return Evidence(
        project_id=verification.project_id,
        verification=verification,
        sequence=sequence,
        body=body,
        previous_hash=chain.hash,
        hash=head.hash,
        format=FORMAT,
        key_id=signer.key_id if signer else "",
        signature=signer.sign(head.text) if signer else "",
        **fields,
    )


def append_manual_checks(verification: Verification, *, by: Actor) -> None:
    """Append a link for each check that a person answered by approving a manual verification."""
    for check in verification.checks:
        append(verification, check["key"], {"outcome": check["status"], **check, "answered_by": _actor(by)})


def append_verdict(verification: Verification, *, by: Actor, word: str = "", **more: Any) -> None:
    """Append the decision of a person, or of a guard window, with the results of the checks."""
    word = word or VERDICTS[Result(verification.result)]
    decided = {
        "verdict": word,
        "result": verification.result,
        "decided_at": verification.verified_at,
        "decided_by": _actor(by),
        "override_reason": verification.override_reason,
        "checks": verification.checks,
        **more,
    }
    append(verification, f"verdict:{word}", decided, kind=Evidence.Kind.VERDICT)


def _actor(by: Actor) -> dict[str, Any]:
    return {"kind": by.kind, "user_id": by.user_id, "request_id": by.request_id}


def is_intact(link: Evidence) -> bool:
    if link.format == 1:
        return link.hash == hash_of_format_1(link.previous_hash, link.body)
    head = Head.with_body(str(link.project_id), link.sequence, link.previous_hash, link.body)
    public = keyring().public.get(link.key_id)
    signed = not link.signature or (
        public is not None and is_valid_signature(public, link.signature, head.text)
    )
    return link.hash == head.hash and signed


def links_of(verification: Verification) -> QuerySet[Evidence]:
    # The lower bound lets PostgreSQL skip the partitions of earlier months.
    since = verification.created_at - CLOCK_TOLERANCE
    return verification.evidence.filter(recorded_at__gte=since).order_by("sequence")


def evidence_of(verification: Verification) -> dict[str, Any]:
    """Return the evidence of each check, the verdicts, the links and the keys that signed them."""
    links = list(links_of(verification))
    public = keyring().public
    return {
        "verification_id": verification.pk,
        "checks": bodies(links, Evidence.Kind.CHECK),
        "verdicts": bodies(links, Evidence.Kind.VERDICT),
        "chain": links,
        "keys": [as_jwk(key_id, public[key_id]) for key_id in signers(links) if key_id in public],
    }


def signers(links: Iterable[Evidence]) -> list[str]:
    return [key_id for key_id in dict.fromkeys(link.key_id for link in links) if key_id]


def bodies(links: Iterable[Evidence], kind: Evidence.Kind) -> list[dict[str, Any]]:
    return [json.loads(link.body) for link in links if link.kind == kind]
