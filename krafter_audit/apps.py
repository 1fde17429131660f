from django.apps import AppConfig


class BuildingConfig(AppConfig):
    name = "krafter_audit"
    label = "building"

    def ready(self) -> None:
        """Register the checks that refuse to start with a wrong setting."""
        from krafter_audit import checks  # noqa: F401
