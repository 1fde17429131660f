"""`python -m devtools.benchmark.fill_database FINDINGS EXPORTED`: fill the database of DATABASE_URL unless it is full.

The last line of the output is JSON: the ids and credentials that the requests use.
"""

import json
import random
import sys
import time
from typing import Any, cast

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402  needs the settings
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db.models import QuerySet  # noqa: E402
from django.http import QueryDict  # noqa: E402

from accounts import api_keys, services  # noqa: E402
from accounts.actors import SYSTEM  # noqa: E402
from accounts.models import Membership, Organization, Project, User  # noqa: E402
from accounts.sign_in.session_age import SEEN_AT, SIGNED_IN_AT  # noqa: E402
from devtools.benchmark.sample_data import EXPORTED, OWNERS, PROJECTS, generate  # noqa: E402
from events.totals import counters  # noqa: E402
from findings.models import Finding  # noqa: E402
from findings.queries import FindingsByScore  # noqa: E402
from findings.serializers import FindingSerializer  # noqa: E402
from krafter_audit.api.lists.pagination import paginate_by_cursor  # noqa: E402
from krafter_audit.api.lists.row_columns import RowColumns, row_columns  # noqa: E402
from remediation.models import Task, Verification  # noqa: E402
from reports.services import queue_export, share_latest  # noqa: E402
from reports.sharing import links  # noqa: E402

COMPLETE_NAME = "Bench"  # name of the organisation once the database is filled
SLUG, OTHER = "production-website", "site-2"
CLOSED = ["resolved", "dismissed"]
MAX_IDS = 2000  # rows that the requests use


def report(words: str) -> None:
    print(f"    {words}", flush=True)


def fill(findings: int, exported: int) -> Project:
    organization = services.create_organization("Incomplete")
    owners = [
        services.create_user(
            f"owner{number}@example.com",
            organization=organization,
            role=Membership.Role.OWNER,
            is_superuser=number == 0,
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
        report=report,
    )
    # The last step, so that an interrupted run is not taken for a full database.
    Organization.objects.filter(pk=organization.pk).update(name=COMPLETE_NAME)
    return projects[0]


def dataset(project: Project) -> dict[str, Any]:
    """Return the data of the requests: URLs, ids, a cursor, a session and a share token."""
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
        "findings": random_ids(findings.exclude(status__in=CLOSED)),
        "other": OTHER,
        "others": random_ids(Finding.objects.filter(project=other).exclude(status__in=CLOSED)),
        "tasks": random_ids(tasks),
        "verifications": random_ids(pending),
        "cursor": middle_cursor(project),
        "session": log_in(owner),
        "share": share_token(other),
    }


def random_ids(rows: QuerySet[Any]) -> list[str]:
    found = [str(pk) for pk in rows.values_list("pk", flat=True)[: MAX_IDS * 10]]
    random.Random(1).shuffle(found)  # noqa: S311 - the same order in each run
    return found[:MAX_IDS]


class OffsetFindings:
    def __init__(self, project: Project, behind: int) -> None:
        shown = cast("RowColumns", row_columns(FindingSerializer)).names
        self.rows, self.behind = FindingsByScore(project.pk, {}, columns=shown), behind
        self.order, self.model = self.rows.order, self.rows.model

    def fetch(self, position: Any, limit: int, offset: int) -> list[Any]:
        return self.rows.fetch(position, limit, self.behind)


def middle_cursor(project: Project) -> str:
    behind = Finding.objects.filter(project=project).count() // 2
    page = paginate_by_cursor(
        OffsetFindings(project, behind),
        QueryDict("cursor=&limit=25"),
        bound_to=f"findings {project.pk}",
        total=lambda: 0,
    )
    return page.next_cursor or ""


def log_in(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[SIGNED_IN_AT] = session[SEEN_AT] = int(time.time())
    session.create()
    return str(session.session_key)


def share_token(project: Project) -> str:
    queue_export(project, format="csv", by=SYSTEM)
    return links.share_url(share_latest(project, channel="link", by=SYSTEM)).rpartition("/")[2]


def main() -> None:
    findings, exported = (int(word) for word in sys.argv[1:3])
    call_command("migrate", interactive=False, verbosity=0)
    organization = Organization.objects.filter(name=COMPLETE_NAME).first()
    if organization is None:
        project = fill(findings, exported)
    else:
        project = Project.objects.get(organization=organization, slug=SLUG)
    counters.aggregate_all()  # as the beat job does
    print(json.dumps(dataset(project)))


if __name__ == "__main__":
    main()
