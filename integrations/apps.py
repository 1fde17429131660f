from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"

    def ready(self) -> None:
        """Have the settings of the providers checked at the start."""
        from integrations import checks  # noqa: F401
