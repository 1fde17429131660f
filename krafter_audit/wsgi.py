"""The WSGI callable that granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krafter_audit.settings")
application = get_wsgi_application()

from krafter_audit import urls  # noqa: E402, F401  loaded here, not by the first who asks
from krafter_audit.checks import stop_unless_right  # noqa: E402  needs the settings

stop_unless_right()

# What is loaded by now stays, and the collector need not walk over it again (the second collection counts what is left
# without it). A request, its view and its answer know each other and are left behind as a hundred kilobytes that only
# the collector frees: often, so that they do not pile up to tens of megabytes. It costs 2 % of a request's CPU.
gc.collect()
gc.freeze()
gc.collect()
gc.set_threshold(500, 3, 3)
