"""What checks saw, as canonical JSON, each link chained to the one before by SHA-256.

`hash` = SHA-256(previous_hash + "\\n" + body). The first link of a project follows 64 zeros. Anybody who holds the
links can check the chain without this system.
"""

import hashlib
import json
from typing import Any

from krafter_audit.lib.turns import wait_for_turn
from remediation.models import Evidence, Verification

GENESIS = "0" * 64


def canonical(value: Any) -> str:
    """Write JSON in one form: sorted keys, no spaces, UTF-8 characters as they are."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=str
    )


def link_hash(previous_hash: str, body: str) -> str:
    """Return the hash of a link."""
    return hashlib.sha256(f"{previous_hash}\n{body}".encode()).hexdigest()


def append(verification: Verification, key: str, seen: dict[str, Any]) -> Evidence:
    """Add a link to the project's chain, in the current transaction. Its lock comes after every row lock."""
    project_id = verification.project_id
    wait_for_turn(f"evidence:{project_id}")
    last = Evidence.objects.filter(project_id=project_id).order_by("-sequence").first()
    previous_hash = last.hash if last else GENESIS
    sequence = last.sequence + 1 if last else 1
    body = canonical({"sequence": sequence, "verification_id": str(verification.pk), "key": key, **seen})
    return Evidence.objects.create(
        project_id=project_id,
        verification=verification,
        sequence=sequence,
        key=key,
        body=body,
        previous_hash=previous_hash,
        hash=link_hash(previous_hash, body),
    )


def of(verification: Verification) -> dict[str, Any]:
    """Return what each check of a verification saw, and its links of the chain."""
    links = list(verification.evidence.order_by("sequence"))
    return {
        "verification_id": verification.pk,
        "checks": [json.loads(link.body) for link in links],
        "chain": links,
    }
