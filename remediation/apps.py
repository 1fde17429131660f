from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RemediationConfig(AppConfig):
    name = "remediation"

    def ready(self) -> None:
        """Register the reader of policies, and create evidence partitions with every migration."""
        from findings import policy_rules
        from remediation.services.policies import config_of

        policy_rules.register_config_reader(config_of)
        post_migrate.connect(_create_partitions, sender=self)


def _create_partitions(**kwargs: Any) -> None:
    from events import partitions
    from remediation.evidence.retention import EVIDENCE

    partitions.create_partitions(EVIDENCE)
