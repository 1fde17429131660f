"""What checks saw and what people decided, written into the project's chain: hashed, signed and never changed.

docs/evidence.md is the form of a link. Whoever holds the links can check them without this system.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from accounts.actors import Actor
from remediation.models import Evidence, EvidenceChain, Result, Verification
from scanner.evidence_bundle.chain import FORMAT, GENESIS, Head, first_hash
from scanner.evidence_bundle.jcs import canonical, plain
from scanner.evidence_bundle.keys import Keyring, as_jwk, holds, parse_signing_keys

# Links from before PostgreSQL saw to it may be older than their verification, by what two machines' clocks differed.
CLOCKS_APART = timedelta(days=1)
VERDICTS = {Result.PASSED: "approved", Result.FAILED: "reopened"}


@lru_cache(maxsize=8)
def _keyring(setting: str) -> Keyring:
    return parse_signing_keys(setting)


def keyring() -> Keyring:
    """Return the keys of this installation (KRAFTER_SIGNING_KEYS)."""
    return _keyring(settings.KRAFTER_SIGNING_KEYS)


def append(
    verification: Verification, key: str, seen: dict[str, Any], *, kind: Evidence.Kind = Evidence.Kind.CHECK
) -> Evidence:
    """Add a link to the project's chain, in the current transaction. Its lock comes after every other row's.

    A verdict names the verification's links before it; every link has its number among them and the last one's hash.
    """
    chain = _lock_chain(verification)
    # The verification is locked already, so its own links do not change meanwhile.
    earlier = list(links_of(verification).values("key", "sequence", "hash"))
    # Never before the link before, whatever the clock says: else a month that goes would leave a hole in the chain.
    now = max(timezone.now(), verification.created_at, chain.recorded_at or verification.created_at)
    told = {
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
        "number": len(earlier) + 1,
        "earlier": earlier[-1]["hash"] if earlier else None,
    }
    if kind == Evidence.Kind.VERDICT:
        told["links"] = earlier
    link = _signed(verification, chain.sequence + 1, chain.hash, canonical(plain({**seen, **told})))
    link.kind, link.key, link.recorded_at = kind, key, now
    link.save(
        force_insert=True
    )  # a trigger moves the end of the chain on, and refuses what does not follow it
    return link


def _lock_chain(verification: Verification) -> EvidenceChain:
    """Lock the end of the project's chain until the transaction ends: one link after the other."""
    ends = EvidenceChain.objects.select_for_update(no_key=True)
    try:
        return ends.get(project=verification.project_id)
    except EvidenceChain.DoesNotExist:
        genesis = EvidenceChain(project_id=verification.project_id, sequence=0, hash=GENESIS)
        EvidenceChain.objects.bulk_create([genesis], ignore_conflicts=True)
        return ends.get(project=verification.project_id)


def _since(verification: Verification) -> datetime:
    return verification.created_at - CLOCKS_APART


def _signed(verification: Verification, sequence: int, previous_hash: str, body: str) -> Evidence:
    head = Head.of(str(verification.project_id), sequence, previous_hash, body)
    signer = keyring().signer
    return Evidence(
        project_id=verification.project_id,
        verification=verification,
        sequence=sequence,
        body=body,
        previous_hash=previous_hash,
        hash=head.hash,
        format=FORMAT,
        key_id=signer.key_id if signer else "",
        signature=signer.sign(head.text) if signer else "",
    )


def append_answers(verification: Verification, *, by: Actor) -> None:
    """Add what a person answered in the place of checks, each a link of its own."""
    for check in verification.checks:
        append(verification, check["key"], {"outcome": check["status"], **check, "answered_by": _who(by)})


def append_verdict(verification: Verification, *, by: Actor, **more: Any) -> Evidence:
    """Add what a person decided, on what the checks said."""
    word = VERDICTS[Result(verification.result)]
    decided = {
        "verdict": word,
        "result": verification.result,
        "decided_at": verification.verified_at,
        "decided_by": _who(by),
        "override_reason": verification.override_reason,
        "checks": verification.checks,
        **more,
    }
    return append(verification, f"verdict:{word}", decided, kind=Evidence.Kind.VERDICT)


def _who(by: Actor) -> dict[str, Any]:
    return {"kind": by.kind, "user_id": by.user_id, "request_id": by.request_id}


def is_intact(link: Evidence) -> bool:
    """Tell whether a link still is what was written: its hash holds, and its signature where it has one."""
    if link.format == 1:
        return link.hash == first_hash(link.previous_hash, link.body)
    head = Head.of(str(link.project_id), link.sequence, link.previous_hash, link.body)
    public = keyring().public.get(link.key_id)
    signed = not link.signature or (public is not None and holds(public, link.signature, head.text))
    return link.hash == head.hash and signed


def links_of(verification: Verification) -> QuerySet[Evidence]:
    """Return a verification's links in their order; months from before it was made are not looked into."""
    return verification.evidence.filter(recorded_at__gte=_since(verification)).order_by("sequence")


def of(verification: Verification) -> dict[str, Any]:
    """Return what each check of a verification saw, what was decided, and its links of the chain."""
    links = list(links_of(verification))
    public = keyring().public
    return {
        "verification_id": verification.pk,
        "checks": said(links, Evidence.Kind.CHECK),
        "verdicts": said(links, Evidence.Kind.VERDICT),
        "chain": links,
        "keys": [as_jwk(key_id, public[key_id]) for key_id in signers(links) if key_id in public],
    }


def signers(links: Iterable[Evidence]) -> list[str]:
    """Return the ids of the keys that signed the links, each once."""
    return [key_id for key_id in dict.fromkeys(link.key_id for link in links) if key_id]


def said(links: Iterable[Evidence], kind: Evidence.Kind) -> list[dict[str, Any]]:
    """Return the bodies of the links of one kind."""
    return [json.loads(link.body) for link in links if link.kind == kind]
