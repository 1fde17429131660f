import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krafter_audit.settings")
application = get_wsgi_application()

from krafter_audit.system_checks import exit_on_invalid_settings  # noqa: E402  needs the settings

exit_on_invalid_settings()

if settings.KRAFTER_OTLP_URL:
    from krafter_audit import telemetry

    telemetry.configure("krafter-web")
