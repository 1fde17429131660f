from typing import ClassVar

from django.apps import AppConfig

from events.kept import Kept


class RemediationConfig(AppConfig):
    name = "remediation"
    tallies: ClassVar = [
        Kept("task", "remediation_task", ("status", "priority")),
        Kept("verification", "remediation_verification", ("result",)),
    ]

    def ready(self) -> None:
        """Tell the findings how the project's policy is read."""
        from findings import rules
        from remediation.services.policies import config_of

        rules.provide(config_of)
