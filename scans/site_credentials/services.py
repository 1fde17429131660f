"""Credentials for scanning a site behind a login: stored encrypted, decrypted for a scan, never shown.

`Client(access=credentials_for(project))` sends them to their own origin alone and removes them from what it returns.
"""

import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Project
from events.log import log_event
from krafter_audit.api.errors import NotFound, PreconditionFailed
from krafter_audit.api.etags import require_match
from krafter_audit.db.advisory_locks import wait_for_turn
from krafter_audit.http.client import RequestCredentials
from krafter_audit.security import vault
from scans.models import SiteCredentials

BROKEN = "What lets into the site does not open: the key that sealed it is not in KRAFTER_ENCRYPTION_KEYS."


def credentials_for(project: Project) -> RequestCredentials | None:
    """Return what lets into the project's site; None where nothing was set."""
    row = SiteCredentials.objects.filter(project=project).first()
    if row is None:
        return None
    row.project = project
    try:
        kept = _opened(row)
    except vault.VaultError:
        return RequestCredentials(row.origin, unusable_reason=BROKEN)
    login = kept.get("basic")
    basic = (login["username"], login["password"]) if login else None
    return RequestCredentials(
        row.origin, kept.get("headers", {}), kept.get("cookies", {}), basic, row.selector, row.text
    )


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
    """Replace what lets into the project's site. `credentials` = any of headers, cookies, basic."""
    wait_for_turn(f"site access:{project.pk}")
    row = SiteCredentials.objects.filter(project=project).first() or SiteCredentials(project=project)
    if not row._state.adding:
        require_match(if_match, row)
    elif if_match is not None:
        raise PreconditionFailed
    row.project, row.origin, row.selector, row.text = project, origin, selector, text
    row.kinds = [kind for kind in ("headers", "cookies", "basic") if credentials.get(kind)]
    row.credentials = vault.seal(json.dumps(credentials).encode(), owner=_owner(row))
    row.save()
    log_event("site_access.set", row, by=by, origin=origin, kinds=row.kinds)
    return row


@transaction.atomic
def delete_credentials(project: Project, *, by: Actor) -> None:
    """Forget what lets into the project's site."""
    row = SiteCredentials.objects.select_for_update().filter(project=project).first()
    if row is None:
        raise NotFound
    row.project = project
    log_event("site_access.wiped", row, by=by, origin=row.origin)
    row.delete()


def resealed(row: SiteCredentials) -> bytes:
    """Return what a row keeps, sealed anew with the first key. Raises VaultError where it does not open."""
    return vault.seal(json.dumps(_opened(row)).encode(), owner=_owner(row))


def _opened(row: SiteCredentials) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(vault.open_sealed(bytes(row.credentials), owner=_owner(row)))
    return kept


def _owner(row: SiteCredentials) -> tuple[str, ...]:
    return (str(row.project.organization_id), str(row.project_id), "site access", row.origin)
