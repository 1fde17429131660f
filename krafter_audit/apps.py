from django.apps import AppConfig


class KrafterAuditConfig(AppConfig):
    name = "krafter_audit"

    def ready(self) -> None:
        """Register the system checks."""
        from krafter_audit import system_checks  # noqa: F401
