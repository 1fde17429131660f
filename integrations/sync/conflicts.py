"""What no rule decides is kept, one row a field, until a person says whose counts or both sides agree again."""

from django.db.models import QuerySet
from django.utils import timezone

from integrations.models import Conflict, ExternalLink
from integrations.sync.run import Run

Field, Kept = Conflict.Field, Conflict.Kept


def keep(run: Run, link: ExternalLink, field: str, *, theirs: str, why: str) -> None:
    """Keep what both sides want of a field; found again, the row that is open is brought up to date."""
    run.refuse(link.key, why)
    ours = link.task.title if field == Field.TITLE else link.task.status
    told = {"ours": ours[:300], "theirs": theirs[:300], "why": why[:1000], "updated_at": timezone.now()}
    if not _open(link, field).update(**told):
        Conflict.objects.create(integration=link.integration, link=link, field=field, **told)


def settle(link: ExternalLink, field: str) -> None:
    """Close a conflict that both sides have settled by themselves."""
    now = timezone.now()
    _open(link, field).update(kept=Kept.SETTLED, resolved_at=now, updated_at=now)


def _open(link: ExternalLink, field: str) -> QuerySet[Conflict]:
    return Conflict.objects.filter(link=link, field=field, resolved_at__isnull=True)
