"""Credentials for scanning a site behind a login: encrypted, and never returned."""

import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Project
from events.log import log_event
from krafter_audit.api.etags import require_match
from krafter_audit.api.lookup import get_or_404
from krafter_audit.db.advisory_locks import advisory_lock
from krafter_audit.http.client import RequestCredentials
from krafter_audit.security import vault
from scans.models import SiteCredentials

KINDS = ("headers", "cookies", "basic")
UNREADABLE = "The site credentials cannot be decrypted: their key is not in KRAFTER_ENCRYPTION_KEYS."


def credentials_for(project: Project) -> RequestCredentials | None:
    """Return the decrypted credentials of the project's site; None if there are none."""
    row = SiteCredentials.objects.filter(project=project).first()
    if row is None:
        return None
    row.project = project
    try:
        decrypted = _decrypt(row)
    # Without readable credentials only the login page would be scanned: make each check inconclusive.
    except vault.VaultError:
        return RequestCredentials(row.origin, unusable_reason=UNREADABLE)
    login = decrypted.get("basic")
    basic = (login["username"], login["password"]) if login else None
    headers, cookies = decrypted.get("headers", {}), decrypted.get("cookies", {})
    return RequestCredentials(row.origin, headers, cookies, basic, row.selector, row.text)


@transaction.atomic
def set_credentials(
    project: Project,
    *,
    origin: str,
    credentials: Mapping[str, Any],
    selector: str = "",
    text: str = "",
    by: Actor,
    if_match: str | None = None,
) -> SiteCredentials:
    """Replace the credentials of the project's site. `credentials` has any of headers, cookies and basic."""
    # There may be no row to lock yet.
    advisory_lock(f"site access:{project.pk}")
    stored = SiteCredentials.objects.select_for_update().filter(project=project).first()
    require_match(if_match, stored)
    row = stored or SiteCredentials(project=project)
    row.project = project
    is_same_login = stored is not None and _opens_to(row, credentials)
    if is_same_login and (row.origin, row.selector, row.text) == (origin, selector, text):
        return row
    row.origin, row.selector, row.text = origin, selector, text
    row.kinds = [kind for kind in KINDS if credentials.get(kind)]
    row.credentials = vault.seal(json.dumps(credentials).encode(), owner=owner_of(row))
    row.save()
    log_event("site_credentials.set", row, by=by, origin=origin, kinds=row.kinds)
    return row


@transaction.atomic
def delete_credentials(project: Project, *, by: Actor, if_match: str | None = None) -> None:
    row = get_or_404(SiteCredentials.objects.select_for_update(), project=project)
    require_match(if_match, row)
    row.project = project
    log_event("site_credentials.deleted", row, by=by, origin=row.origin)
    row.delete()


def _decrypt(row: SiteCredentials) -> dict[str, Any]:
    return json.loads(vault.open_sealed(bytes(row.credentials), owner=owner_of(row)))


def _opens_to(row: SiteCredentials, credentials: Mapping[str, Any]) -> bool:
    opened = vault.open_or_none(row.credentials, owner=owner_of(row))
    return opened is not None and json.loads(opened) == credentials


def owner_of(row: SiteCredentials) -> tuple[str, ...]:
    return (str(row.project.organization_id), str(row.project_id), "site access", row.origin)
