from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class KrafterAuditConfig(AppConfig):
    name = "krafter_audit"

    def ready(self) -> None:
        # All models are loaded by now, so that the modules can import them.
        autodiscover_modules("registrations")
