"""The WSGI callable that granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krafter_audit.settings")
application = get_wsgi_application()

from krafter_audit.checks import stop_unless_right  # noqa: E402  needs the settings

stop_unless_right()

# What is here now stays: the collector need not walk over all of it again and again.
gc.collect()
gc.freeze()
