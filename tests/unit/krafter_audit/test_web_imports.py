"""A process imports what it needs: Playwright and WeasyPrint, in workers only, are large and may be missing."""

import json
import subprocess
import sys
from typing import Any

import pytest

LAZY = {"playwright", "weasyprint"}
# While traces are off. The Redis client imports what it needs for its own metrics, if the package is installed.
TRACING = ("opentelemetry.sdk.trace", "opentelemetry.exporter")
WEB = "from krafter_audit.wsgi import application; from django.urls import get_resolver; get_resolver()._populate()"
BEAT = "from krafter_audit.celery import app; app.loader.import_default_modules()"


def printed(script: str) -> Any:
    """Run a Python script in another process; return the JSON of its last line."""
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    return json.loads(out.splitlines()[-1])


@pytest.mark.slow
def test_web_process_imports_what_it_needs_and_enqueues_with_its_celery() -> None:
    script = f"import json, sys; {WEB}; modules = sorted(sys.modules); from celery import current_app"

    modules, application = printed(f"{script}; print(json.dumps([modules, current_app.main]))")

    assert (LAZY & set(modules), application) == (set(), "krafter_audit")
    assert [name for name in modules if name.startswith(TRACING)] == []


@pytest.mark.slow
def test_beat_starts_without_playwright_and_weasyprint() -> None:
    modules = printed(f"import json, sys; {BEAT}; print(json.dumps(sorted(sys.modules)))")

    assert LAZY.isdisjoint(modules)
