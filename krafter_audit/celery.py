import os
import sys

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_init, worker_shutting_down
from django_structlog.celery.steps import DjangoStructLogInitStep
from kombu import Exchange, Queue

from krafter_audit import multiprocess_metrics, shutdown
from krafter_audit.jobs.consumed_queues import ConsumedQueuesStep
from krafter_audit.jobs.queues import DEFAULT_QUEUES
from krafter_audit.system_checks import exit_on_invalid_settings

# The web has already imported prometheus_client, and its server has decided whether to share.
if os.environ.get("KRAFTER_WORKER_METRICS", "").strip() and "prometheus_client" not in sys.modules:
    multiprocess_metrics.share_between_processes()

# Importing connects the metrics to Celery's signals; after the line above, which it depends on.
from krafter_audit.jobs import metrics  # noqa: F401

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krafter_audit.settings")

app = Celery("krafter_audit")
app.set_default()  # current_app is this application in every thread
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_queues = tuple(Queue(name, Exchange(name), routing_key=name) for name in DEFAULT_QUEUES)
app.autodiscover_tasks(related_name="jobs")
app.steps["worker"].add(DjangoStructLogInitStep)
app.steps["worker"].add(ConsumedQueuesStep)


@setup_logging.connect
def keep_logging(**kwargs: object) -> None:
    """Keep the logging of the settings; without a receiver Celery replaces it."""


@worker_init.connect
@beat_init.connect
def exit_on_errors(**kwargs: object) -> None:
    # Celery runs no system checks by itself.
    exit_on_invalid_settings()


@worker_shutting_down.connect
def stop_long_jobs(**kwargs: object) -> None:
    # Long jobs stop at their next step, and another worker resumes them.
    shutdown.request_shutdown()
