from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"

    def ready(self) -> None:
        """Have the settings of the providers checked at the start, and findings of theirs verified by asking them."""
        from findings.checks.asking import register
        from integrations import checks  # noqa: F401
        from integrations.asking import PROVIDER_OF, ask

        register(PROVIDER_OF, ask)
