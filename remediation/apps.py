from django.apps import AppConfig


class RemediationConfig(AppConfig):
    name = "remediation"

    def ready(self) -> None:
        """Tell the findings how the project's policy is read."""
        from findings import rules
        from remediation.services.policies import config_of

        rules.provide(config_of)
