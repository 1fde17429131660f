from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate

from accounts.audit import account_changed


class EventsConfig(AppConfig):
    name = "events"

    def ready(self) -> None:
        from krafter_audit.db.roles import grant_privileges, require_owner

        # Here since the project's own app has no models, and so no such signal. All tables exist by now.
        pre_migrate.connect(require_owner, sender=self)
        post_migrate.connect(grant_privileges, sender=self)
        # An installation whose beat does not run yet needs partitions too.
        post_migrate.connect(_create_partitions, sender=self)
        account_changed.connect(_log_account_change)


def _create_partitions(**kwargs: Any) -> None:
    from events import history, partitions

    for partitioned in (partitions.EVENTS, history.CHANGES):
        partitions.install_functions(partitioned)
        partitions.create_partitions(partitioned)


def _log_account_change(
    sender: Any, name: str, organization: Any, subject_id: Any, by: Any, data: Any, **kwargs: Any
) -> None:
    from events.log import log_organization_event

    log_organization_event(name, organization, subject_id, by=by, **data)
