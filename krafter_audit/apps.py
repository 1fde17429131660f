from django.apps import AppConfig
from django.conf import settings

from krafter_audit.http.addresses import AddressPolicy
from krafter_audit.http.defaults import NetworkDefaults, register


class BuildingConfig(AppConfig):
    name = "krafter_audit"
    label = "building"

    def ready(self) -> None:
        """Register the system checks and the network settings."""
        from krafter_audit import checks  # noqa: F401

        register(_network_defaults)


def _network_defaults() -> NetworkDefaults:
    policy = AddressPolicy.from_setting(settings.KRAFTER_ALLOWED_NETWORKS)
    return NetworkDefaults(policy, str(settings.KRAFTER_CA_FILE or ""))
