from django.conf import settings

# The imports register the system checks, and make our Celery application current.
from krafter_audit import celery, system_checks  # noqa: F401
from krafter_audit.http import defaults
from krafter_audit.http.addresses import AddressPolicy


def network_defaults() -> defaults.NetworkDefaults:
    policy = AddressPolicy.from_setting(settings.KRAFTER_ALLOWED_NETWORKS)
    return defaults.NetworkDefaults(policy, str(settings.KRAFTER_CA_FILE or ""))


defaults.register(network_defaults)
