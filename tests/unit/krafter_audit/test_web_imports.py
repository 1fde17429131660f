"""A process imports what it needs: Playwright and WeasyPrint, in workers only, are large and may be missing."""

import json
import subprocess
import sys

import pytest

LAZY = {"playwright", "weasyprint"}
# While traces are off. The Redis client imports what it needs for its own metrics, if the package is installed.
TRACING = ("opentelemetry.sdk.trace", "opentelemetry.exporter")
SCRIPT = """
import json, sys
from krafter_audit.wsgi import application
from django.urls import get_resolver
get_resolver()._populate()
from celery import current_app
name = current_app.main
from krafter_audit.celery import app
app.loader.import_default_modules()  # as beat does
print(json.dumps([name, sorted(sys.modules)]))
"""


@pytest.mark.slow
def test_web_and_beat_import_what_they_need_and_the_web_enqueues_with_its_celery() -> None:
    ended = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)

    application, modules = json.loads(ended.stdout.splitlines()[-1])
    assert (application, LAZY & set(modules)) == ("krafter_audit", set())
    assert [name for name in modules if name.startswith(TRACING)] == []
