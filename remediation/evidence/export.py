"""The evidence of one verification as a file for another machine: its links, those beside them, and who and what."""

import base64
import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpResponse
from django.utils import timezone

import krafter_audit
from accounts.models import User
from remediation.errors import NoSigningKey
from remediation.evidence.chain import keyring, links_of, said
from remediation.models import Evidence, Verification
from scanner.evidence_bundle import bundle_format
from scanner.evidence_bundle.chain import sha256 as sha256_of
from scanner.evidence_bundle.jcs import plain
from scanner.evidence_bundle.keys import as_jwk
from scanner.evidence_bundle.screenshots import named_pictures
from scans import screenshots

MOST_OF_PICTURES = 20 * 1024 * 1024  # bytes; further ones are named by their hashes alone
MOST_BETWEEN = 200  # links of other verifications that are shown by their heads


def bundle(verification: Verification) -> bytes:
    """Return the signed file. Raises NoSigningKey."""
    signer = keyring().signer
    if signer is None:
        raise NoSigningKey
    return bundle_format.sealed(plain(content(verification)), signer)


def as_file(verification: Verification) -> HttpResponse:
    """Return the bundle of a verification as a file to keep."""
    headers = {"Content-Disposition": f'attachment; filename="evidence-{verification.pk}.json"'}
    return HttpResponse(bundle(verification), content_type="application/json", headers=headers)


def content(verification: Verification) -> dict[str, Any]:
    """Return what the bundle says, before it is signed."""
    links = _links(verification)
    own = [link for link in links if link.verification_id == verification.pk]
    project = verification.project
    return {
        "format": bundle_format.FORMAT,
        "made_at": timezone.now(),
        "installation": settings.KRAFTER_PUBLIC_URL,
        "build": krafter_audit.__version__,
        "project": {
            "id": project.pk,
            "organization_id": project.organization_id,
            "slug": project.slug,
            "site_url": project.site_url,
        },
        **_subject(verification),
        "people": _people(own),
        "pictures": list(_pictures(own)),
        "chain": [_entry(link, of=verification) for link in links],
        "gaps": [
            [before.sequence + 1, after.sequence - 1]
            for before, after in zip(links, links[1:], strict=False)
            if after.sequence > before.sequence + 1
        ],
        "keys": [as_jwk(key_id, public) for key_id, public in keyring().public.items()],
    }


def _subject(verification: Verification) -> dict[str, Any]:
    task = verification.task
    finding = task.finding
    kept = ("id", "result", "checks", "manual", "running", "override_reason", "created_at")
    return {
        "verification": {
            **{name: getattr(verification, name) for name in kept},
            "verified_by_id": verification.verified_by_id,
            "verified_at": verification.verified_at,
        },
        "task": {name: getattr(task, name) for name in ("id", "title", "status")},
        "finding": {name: getattr(finding, name) for name in ("id", "domain", "title", "severity", "status")},
    }


def _people(links: list[Evidence]) -> dict[str, Any]:
    """Name the people who decided: links know them by their ids alone, so that a name can be forgotten."""
    ids = {verdict["decided_by"]["user_id"] for verdict in said(links, Evidence.Kind.VERDICT)} - {None}
    people = User.objects.filter(pk__in=ids).order_by("pk")
    return {str(person.pk): {"name": person.name, "email": person.email} for person in people}


def _pictures(links: list[Evidence]) -> Iterator[dict[str, str]]:
    """Yield the pictures that the links name by their hashes, as long as there is room."""
    room = MOST_OF_PICTURES
    named = {sha256: link.project_id for link in links for sha256 in named_pictures(json.loads(link.body))}
    for sha256, project_id in named.items():
        picture = screenshots.read(project_id, sha256)
        room -= len(picture or b"")
        if picture and room >= 0:
            yield {"sha256": sha256, "type": "image/jpeg", "base64": base64.b64encode(picture).decode()}


def _links(verification: Verification) -> list[Evidence]:
    """Return the verification's links, the one before the first, and those between where they are not too many."""
    own = list(links_of(verification))
    if not own:
        return []
    first, last = own[0].sequence, own[-1].sequence
    beside = Q(sequence=first - 1)
    if last - first < len(own) + MOST_BETWEEN:
        beside |= Q(sequence__range=(first, last))
    others = Evidence.objects.filter(beside, project_id=verification.project_id)
    return sorted([*own, *others.exclude(verification=verification)], key=lambda link: link.sequence)


def _entry(link: Evidence, *, of: Verification) -> dict[str, Any]:
    told = ("sequence", "previous_hash", "hash", "format", "key_id", "signature")
    entry = {**{name: getattr(link, name) for name in told}, "body_sha256": sha256_of(link.body)}
    if link.verification_id == of.pk:
        return {**entry, "body": link.body, "kind": link.kind, "key": link.key}
    # A hash of format 1 is over the body itself, so that it cannot be told without it.
    return {**entry, "body": link.body} if link.format == 1 else entry
