from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class EventsConfig(AppConfig):
    name = "events"

    def ready(self) -> None:
        """Make the months of the record with every migration: whoever never runs beat has them too."""
        post_migrate.connect(_grow, sender=self)


def _grow(**kwargs: Any) -> None:
    from events import partitions

    partitions.grow(partitions.EVENTS)
