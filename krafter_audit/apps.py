from django.apps import AppConfig


class BuildingConfig(AppConfig):
    name = "krafter_audit"
    label = "building"

    def ready(self) -> None:
        """Register the system checks, and make the Celery application the current one."""
        from krafter_audit import celery, checks  # noqa: F401
