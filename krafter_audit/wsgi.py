"""The WSGI callable that granian serves."""

import gc
import os
import sys

# What libraries load where they find it, for a terminal, because a browser's driver or Celery is installed, or to write
# schemas and compressed files: 8 MB that the web has no use for. To each of them it is not there.
NOT_FOR_THE_WEB = ("billiard", "brotli", "greenlet", "inflection", "pygments", "rich", "uritemplate", "yaml")
sys.modules.update(dict.fromkeys(NOT_FOR_THE_WEB))  # type: ignore[arg-type]  # None: "not to be imported"

from django.core.wsgi import get_wsgi_application  # noqa: E402  behind what it is not to find

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krafter_audit.settings")
application = get_wsgi_application()

from krafter_audit import urls  # noqa: E402, F401  loaded here, not by the first who asks
from krafter_audit.system_checks import exit_on_invalid_settings  # noqa: E402  needs the settings

exit_on_invalid_settings()

# What is loaded by now stays, and the collector need not walk over it again (the second collection counts what is left
# without it). A request of the API leaves it nothing; a page of the admin leaves objects that know each other, a
# hundred kilobytes that only the collector frees: often, so that they do not pile up to tens of megabytes.
gc.collect()
gc.freeze()
gc.collect()
gc.set_threshold(500, 3, 3)
