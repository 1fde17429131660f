from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class EventsConfig(AppConfig):
    name = "events"

    def ready(self) -> None:
        # An installation whose beat does not run yet needs partitions too.
        post_migrate.connect(_create_partitions, sender=self)


def _create_partitions(**kwargs: Any) -> None:
    from events import partitions

    partitions.create_partitions(partitions.EVENTS)
