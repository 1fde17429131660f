"""The Celery application: what runs in the background, and what beat starts by the clock."""

import os

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_init
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krafter_audit.settings")

app = Celery("krafter_audit")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")
# A job's log lines carry the id of the request that asked for it.
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
