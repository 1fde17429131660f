"""The Celery application: what runs in the background, and what beat starts by the clock.

Workers and beat import it. The web sends its jobs without Celery (`lib/messages.py`).
"""

import os

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_init, worker_shutting_down
from django_structlog.celery.receivers import CeleryReceiver
from django_structlog.celery.steps import DjangoStructLogInitStep

from krafter_audit import shutdown
from krafter_audit.lib.messages import queue_named

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krafter_audit.settings")

app = Celery("krafter_audit")
app.config_from_object("django.conf:settings", namespace="CELERY")
# A worker takes from these unless it is told otherwise; who has a browser takes from `scan_browser` alone.
app.conf.task_queues = (queue_named("celery"), queue_named("scan_http"))
app.autodiscover_tasks(related_name="jobs")
# A job's log lines carry the id of the request that asked for it: `lib/messages.py` sends it along, a worker takes it
# over. What beat sends, and what a worker puts off, goes by Celery and is told by its signals.
sending = CeleryReceiver()
sending.connect_signals()
app.steps["worker"].add(DjangoStructLogInitStep)


@setup_logging.connect
def keep_logging(**kwargs: object) -> None:
    """Leave logging as the settings have it: Celery would set up its own."""


@worker_init.connect
@beat_init.connect
def refuse_wrong_settings(**kwargs: object) -> None:
    """Refuse to work with a wrong setting."""
    from krafter_audit.checks import stop_unless_right

    stop_unless_right()


@worker_shutting_down.connect
def leave_the_rest(**kwargs: object) -> None:
    """Let work that takes long stop at its next step: another worker goes on with it."""
    shutdown.stop()
