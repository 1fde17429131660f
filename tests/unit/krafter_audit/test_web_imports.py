"""Playwright and WeasyPrint are large and may be missing, so only the worker that needs them imports them."""

import json
import subprocess
import sys

import pytest

LAZY = {"playwright", "weasyprint"}
WEB = "from krafter_audit.wsgi import application; from django.urls import get_resolver; get_resolver()._populate()"
BEAT = "from krafter_audit.celery import app; app.loader.import_default_modules()"


@pytest.mark.parametrize("start", [WEB, BEAT], ids=["web", "beat"])
def test_process_starts_without_playwright_and_weasyprint(start: str) -> None:
    script = f"import json, sys; {start}; print(json.dumps(sorted(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout

    assert LAZY.isdisjoint(json.loads(out.splitlines()[-1]))


def test_web_process_enqueues_with_its_own_celery_application() -> None:
    script = f"{WEB}; from celery import current_app; print(current_app.main)"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout

    assert out.splitlines()[-1] == "krafter_audit"
