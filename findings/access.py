"""What lets a project's looks into its site: kept sealed, opened for a look, told to nobody.

`of(project)` is for whoever looks: `Client(access=access.of(project))` sends it to its own origin alone and takes it
out of what comes back; the engine takes it out of evidence once more. A browser has to be as strict:

- `Access.sent_to(origin)` are the headers (cookies and the Basic login among them) for a request to exactly that
  origin. Ask it for each request, each hop of a redirect too; add nothing where it answers nothing.
- Playwright's `extra_http_headers` goes to every origin, and headers of `route.continue_` follow redirects: neither
  is safe. `http_credentials` with its `origin`, and the DevTools protocol's `Fetch.continueRequest` for each
  paused request, are.
- A page that does not show the `selector` or `text` is a login wall: nothing on it is judged.
- Take what the page says through `Access.hide` before it is kept. A picture cannot be taken through it.
"""

import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Project
from events.record import record
from findings.models import SiteAccess
from krafter_audit.api.errors import NotFound, PreconditionFailed
from krafter_audit.api.etag import refuse_unless_current
from krafter_audit.db.advisory_locks import wait_for_turn
from krafter_audit.http.client import Access
from krafter_audit.security import vault

BROKEN = "What lets into the site does not open: the key that sealed it is not in KRAFTER_ENCRYPTION_KEYS."


def of(project: Project) -> Access | None:
    """Return what lets into the project's site; None where nothing was set."""
    row = SiteAccess.objects.filter(project=project).first()
    if row is None:
        return None
    row.project = project
    try:
        kept = _opened(row)
    except vault.VaultError:
        return Access(row.origin, broken=BROKEN)
    login = kept.get("basic")
    basic = (login["username"], login["password"]) if login else None
    return Access(row.origin, kept.get("headers", {}), kept.get("cookies", {}), basic, row.selector, row.text)


@transaction.atomic
def put(
    project: Project,
    *,
    origin: str,
    credentials: Mapping[str, Any],
    selector: str = "",
    text: str = "",
    by: Actor,
    if_match: str | None = None,
) -> SiteAccess:
    """Replace what lets into the project's site. `credentials` = any of headers, cookies, basic."""
    wait_for_turn(f"site access:{project.pk}")
    row = SiteAccess.objects.filter(project=project).first() or SiteAccess(project=project)
    if not row._state.adding:
        refuse_unless_current(if_match, row)
    elif if_match is not None:
        raise PreconditionFailed
    row.project, row.origin, row.selector, row.text = project, origin, selector, text
    row.kinds = [kind for kind in ("headers", "cookies", "basic") if credentials.get(kind)]
    row.credentials = vault.seal(json.dumps(credentials).encode(), owner=_owner(row))
    row.save()
    record("site_access.set", row, by=by, origin=origin, kinds=row.kinds)
    return row


@transaction.atomic
def wipe(project: Project, *, by: Actor) -> None:
    """Forget what lets into the project's site."""
    row = SiteAccess.objects.select_for_update().filter(project=project).first()
    if row is None:
        raise NotFound
    row.project = project
    record("site_access.wiped", row, by=by, origin=row.origin)
    row.delete()


def resealed(row: SiteAccess) -> bytes:
    """Return what a row keeps, sealed anew with the first key. Raises VaultError where it does not open."""
    return vault.seal(json.dumps(_opened(row)).encode(), owner=_owner(row))


def _opened(row: SiteAccess) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(vault.open_sealed(bytes(row.credentials), owner=_owner(row)))
    return kept


def _owner(row: SiteAccess) -> tuple[str, ...]:
    return (str(row.project.organization_id), str(row.project_id), "site access", row.origin)
