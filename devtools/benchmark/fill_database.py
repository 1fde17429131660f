"""`python -m devtools.benchmark.preparing FINDINGS EXPORTED`: fills the database of DATABASE_URL, unless it is full.

The last line printed is JSON: the facts that the requests are made of.
"""

import json
import random
import sys
import time
from typing import Any

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402  needs the settings
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db.models import QuerySet  # noqa: E402
from django.http import QueryDict  # noqa: E402

from accounts import api_keys, services  # noqa: E402
from accounts.actors import SYSTEM  # noqa: E402
from accounts.models import Membership, Organization, Project, User  # noqa: E402
from devtools.benchmark.sample_data import EXPORTED, OWNERS, PROJECTS, generate  # noqa: E402
from events import counters  # noqa: E402
from findings.models import Finding  # noqa: E402
from findings.queries import FindingsByScore  # noqa: E402
from krafter_audit.api.pagination import paginate_by_cursor  # noqa: E402
from remediation.models import Task, Verification  # noqa: E402
from reports.services import queue_export, share_latest  # noqa: E402
from reports.sharing import links  # noqa: E402

COMPLETE = "Bench"  # the name of the organisation once it is filled
SLUG, OTHER = "production-website", "site-2"
CLOSED = ["resolved", "dismissed"]
SHOWN = 2000  # rows that requests are about


def say(words: str) -> None:
    """Tell how far it is."""
    print(f"    {words}", flush=True)


def fill(findings: int, exported: int) -> Project:
    """Make the world; return its first project."""
    organization = services.create_organization("Being filled")
    owners = [
        services.create_user(
            f"owner{number}@example.com",
            organization=organization,
            role=Membership.Role.OWNER,
            is_staff=number == 0,
        )
        for number in range(OWNERS)
    ]
    slugs = [SLUG, *(f"site-{number}" for number in range(2, PROJECTS + 1)), EXPORTED]
    projects = [
        services.create_project(organization, slug=slug, site_url="https://example.com") for slug in slugs
    ]
    generate(
        findings,
        exported,
        organization=organization,
        projects=projects,
        owners=[user.pk for user in owners],
        say=say,
    )
    Organization.objects.filter(pk=organization.pk).update(name=COMPLETE)
    return projects[0]


def facts(project: Project) -> dict[str, Any]:
    """Return what requests need: addresses, ids, a cursor from the middle, a login, a shared page."""
    owner = User.objects.get(email="owner0@example.com")
    _, key = api_keys.issue(project.organization, user=owner, name=f"bench {time.time()}", scopes=["*"])
    findings = Finding.objects.filter(project=project)
    other = Project.objects.get(organization=project.organization, slug=OTHER)
    pending = Verification.objects.filter(project=project, result="pending", running=False)
    tasks = Task.objects.filter(project=project, status="in_progress").exclude(verifications__running=True)
    return {
        "base": f"/api/v1/orgs/{project.organization_id}/projects/",
        "project": str(project.pk),
        "slug": SLUG,
        "key": key,
        "owner": str(owner.pk),
        "rows": findings.count(),
        "findings": some(findings.exclude(status__in=CLOSED)),
        "other": OTHER,
        "others": some(Finding.objects.filter(project=other).exclude(status__in=CLOSED)),
        "tasks": some(tasks),
        "verifications": some(pending),
        "cursor": middle(project),
        "session": login(owner),
        "share": shared(other),
    }


def some(rows: QuerySet[Any]) -> list[str]:
    """Return ids from all over the table, in no order."""
    found = [str(pk) for pk in rows.values_list("pk", flat=True)[: SHOWN * 10]]
    random.Random(1).shuffle(found)  # noqa: S311 - the same ones each time
    return found[:SHOWN]


class Deep:
    """The findings of a project behind the first half."""

    def __init__(self, project: Project, behind: int) -> None:
        self.rows, self.behind = FindingsByScore(project.pk, {}), behind
        self.order, self.model = self.rows.order, self.rows.model

    def fetch(self, position: Any, limit: int, offset: int) -> list[Any]:
        """Return rows from there on."""
        return self.rows.fetch(position, limit, self.behind)


def middle(project: Project) -> str:
    """Return the cursor of a page in the middle of the list."""
    behind = Finding.objects.filter(project=project).count() // 2
    page = paginate_by_cursor(
        Deep(project, behind),
        QueryDict("cursor=&limit=25"),
        bound_to=f"findings {project.pk}",
        total=lambda: 0,
    )
    return page.next_cursor or ""


def login(user: User) -> str:
    """Return the session of somebody who is logged in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def shared(project: Project) -> str:
    """Return the token of a shared page."""
    queue_export(project, format="csv", by=SYSTEM)
    return links.token_for(share_latest(project, channel="link", by=SYSTEM))


def main() -> None:
    """Make the tables, fill them, tell the facts."""
    findings, exported = (int(word) for word in sys.argv[1:3])
    call_command("migrate", interactive=False, verbosity=0)
    organization = Organization.objects.filter(name=COMPLETE).first()
    if organization is None:
        project = fill(findings, exported)
    else:
        project = Project.objects.get(organization=organization, slug=SLUG)
    counters.fold_all()  # as the clock does every minute
    print(json.dumps(facts(project)))


if __name__ == "__main__":
    main()
