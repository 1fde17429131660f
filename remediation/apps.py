from typing import Any, ClassVar

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from events.counter_definitions import Kept

DUE = "(sla_due_at AT TIME ZONE 'UTC')::date"
QUARTER = "(extract(hour FROM sla_due_at AT TIME ZONE 'UTC')::int / 6)"  # of the day


class RemediationConfig(AppConfig):
    name = "remediation"
    tallies: ClassVar = [
        Kept("task", "remediation_task", ("status", "priority")),
        Kept(
            "owner", "remediation_task", ("status", "priority"), of="owner_id", where="owner_id IS NOT NULL"
        ),
        Kept(
            "due",
            "remediation_task",
            (("quarter", QUARTER),),
            day=DUE,
            where="status <> 'done' AND sla_due_at IS NOT NULL",
        ),
        Kept("verification", "remediation_verification", ("result",)),
    ]

    def ready(self) -> None:
        """Register the reader of policies, and create evidence partitions with every migration."""
        from findings import policy_rules
        from remediation.services.policies import config_of

        policy_rules.register_config_reader(config_of)
        post_migrate.connect(_create_partitions, sender=self)


def _create_partitions(**kwargs: Any) -> None:
    from events import partitions
    from remediation.evidence.retention import EVIDENCE

    partitions.grow(EVIDENCE)
