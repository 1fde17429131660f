from django.apps import AppConfig
from django.conf import settings

from krafter_audit.http.addresses import AddressPolicy
from krafter_audit.http.defaults import NetworkDefaults, register


class KrafterAuditConfig(AppConfig):
    name = "krafter_audit"

    def ready(self) -> None:
        # Importing registers the system checks, and makes our Celery application the current one.
        from krafter_audit import celery, system_checks  # noqa: F401

        register(_network_defaults)


def _network_defaults() -> NetworkDefaults:
    policy = AddressPolicy.from_setting(settings.KRAFTER_ALLOWED_NETWORKS)
    return NetworkDefaults(policy, str(settings.KRAFTER_CA_FILE or ""))
