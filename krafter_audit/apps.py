from django.apps import AppConfig


class BuildingConfig(AppConfig):
    name = "krafter_audit"
    label = "building"

    def ready(self) -> None:
        """Make the jobs known to the broker, and register the checks that refuse to start with a wrong setting."""
        from krafter_audit import celery, checks  # noqa: F401
