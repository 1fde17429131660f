"""The Celery application: what runs in the background, and what beat starts by the clock."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krafter_audit.settings")

app = Celery("krafter_audit")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")
