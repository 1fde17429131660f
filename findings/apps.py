from django.apps import AppConfig


class FindingsConfig(AppConfig):
    name = "findings"

    def ready(self) -> None:
        from bulk_changes import subjects
        from findings.services.bulk import FINDINGS

        subjects.register(FINDINGS)
