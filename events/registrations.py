from typing import Any

from django.apps import apps
from django.db.models.signals import post_migrate, pre_migrate

from accounts.signals import account_changed
from events import partitions
from events.log import log_organization_event
from events.totals import history
from krafter_audit.db.roles import grant_privileges, require_owner


def create_partitions(**kwargs: Any) -> None:
    for partitioned in (partitions.EVENT_TABLE, history.COUNTER_CHANGE_TABLE):
        partitions.install_functions(partitioned)
        partitions.create_partitions(partitioned)


def log_account_change(
    sender: Any, name: str, organization: Any, subject_id: Any, by: Any, data: Any, **kwargs: Any
) -> None:
    log_organization_event(name, organization, subject_id, by=by, **data)


# Here since the project's own app has no models, and so no such signal. All tables exist by now.
sender = apps.get_app_config("events")
pre_migrate.connect(require_owner, sender=sender)
post_migrate.connect(grant_privileges, sender=sender)
# An installation whose beat does not run yet needs partitions too.
post_migrate.connect(create_partitions, sender=sender)
account_changed.connect(log_account_change)
