from django.apps import AppConfig


class KrafterAuditConfig(AppConfig):
    name = "krafter_audit"

    def ready(self) -> None:
        """Register the system checks, and make the Celery application the current one."""
        from krafter_audit import celery, system_checks  # noqa: F401
