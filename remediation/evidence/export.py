import base64
import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpResponse
from django.utils import timezone

import krafter_audit
from accounts.models import User
from remediation.errors import NoSigningKey
from remediation.evidence.chain import bodies, keyring, links_of
from remediation.models import Evidence, Verification
from scanner.evidence_bundle import bundle_format
from scanner.evidence_bundle.chain import sha256 as sha256_of
from scanner.evidence_bundle.jcs import plain
from scanner.evidence_bundle.keys import as_jwk
from scanner.evidence_bundle.screenshots import named_screenshots
from scanner.evidence_bundle.verification import ResultLine, verify
from scans import screenshots

MAX_SCREENSHOT_BYTES = 20 * 1024 * 1024  # in all; of further screenshots only the hashes are included
MAX_LINKS_BETWEEN = 200  # links of other verifications, of which only the heads are included


def bundle(verification: Verification, *, public: bool = False) -> bytes:
    """Return the signed bundle; a `public` one has neither people nor screenshots. Raises NoSigningKey."""
    signer = keyring().signer
    if signer is None:
        raise NoSigningKey
    return bundle_format.signed_file(plain(content(verification, public=public)), signer)


def file_name(verification: Verification) -> str:
    return f"evidence-{verification.pk}.json"


def download(verification: Verification, *, public: bool = False) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{file_name(verification)}"'}
    return HttpResponse(bundle(verification, public=public), content_type="application/json", headers=headers)


def content(verification: Verification, *, public: bool = False) -> dict[str, Any]:
    links = _links(verification)
    own = [link for link in links if link.verification_id == verification.pk]
    project = verification.project
    return {
        "format": bundle_format.FORMAT,
        "created_at": timezone.now(),
        "installation": settings.KRAFTER_PUBLIC_URL,
        "build": krafter_audit.__version__,
        "project": {
            "id": project.pk,
            "organization_id": project.organization_id,
            "slug": project.slug,
            "site_url": project.site_url,
        },
        **_subject(verification),
        "people": {} if public else _people(own),
        "screenshots": [] if public else list(_screenshots(own)),
        "chain": [_entry(link, of=verification) for link in links],
        "gaps": [
            [before.sequence + 1, after.sequence - 1]
            for before, after in pairwise(links)
            if after.sequence > before.sequence + 1
        ],
        "keys": [as_jwk(key_id, key) for key_id, key in keyring().public.items()],
    }


def _subject(verification: Verification) -> dict[str, Any]:
    task = verification.task
    finding = task.finding
    fields = (
        "id", "result", "checks", "manual", "running", "override_reason", "created_at", "verified_by_id", "verified_at",
    )  # fmt: skip
    return {
        "verification": {name: getattr(verification, name) for name in fields},
        "task": {name: getattr(task, name) for name in ("id", "title", "status")},
        "finding": {name: getattr(finding, name) for name in ("id", "domain", "title", "severity", "status")},
    }


def _people(links: list[Evidence]) -> dict[str, Any]:
    # Links contain only ids, so that personal data can be deleted from the accounts.
    verdicts = bodies(links, Evidence.Kind.VERDICT)
    ids = {verdict["decided_by"]["user_id"] for verdict in verdicts} - {None}
    people = User.objects.filter(pk__in=ids).order_by("pk")
    return {str(person.pk): {"name": person.name, "email": person.email} for person in people}


def _screenshots(links: list[Evidence]) -> Iterator[dict[str, str]]:
    remaining = MAX_SCREENSHOT_BYTES
    named = {sha256: link.project_id for link in links for sha256 in named_screenshots(json.loads(link.body))}
    for sha256, project_id in named.items():
        image = screenshots.load(project_id, sha256)
        remaining -= len(image or b"")
        if image and remaining >= 0:
            yield {"sha256": sha256, "type": "image/jpeg", "base64": base64.b64encode(image).decode()}


def _links(verification: Verification) -> list[Evidence]:
    own = list(links_of(verification))
    if not own:
        return []
    first, last = own[0].sequence, own[-1].sequence
    # The link before, to whose hash the first one refers, and those between unless they are too many.
    others = Q(sequence=first - 1)
    if last - first < len(own) + MAX_LINKS_BETWEEN:
        others |= Q(sequence__range=(first, last))
    other_links = Evidence.objects.filter(others, project_id=verification.project_id)
    return sorted([*own, *other_links.exclude(verification=verification)], key=lambda link: link.sequence)


def _entry(link: Evidence, *, of: Verification) -> dict[str, Any]:
    fields = ("sequence", "previous_hash", "hash", "format", "key_id", "signature")
    entry = {**{name: getattr(link, name) for name in fields}, "body_sha256": sha256_of(link.body)}
    if link.verification_id == of.pk:
        return {**entry, "body": link.body, "kind": link.kind, "key": link.key}
    # A hash of format 1 covers the body itself, so that it cannot be verified without it.
    return {**entry, "body": link.body} if link.format == 1 else entry


def verify_content(bundled: dict[str, Any]) -> list[ResultLine]:
    """Verify the file of a `content` as a reader with the published keys would; empty without a signing key."""
    signer, public_keys = keyring().signer, list(keyring().public.values())
    return list(verify(bundle_format.signed_file(plain(bundled), signer), public_keys)) if signer else []
