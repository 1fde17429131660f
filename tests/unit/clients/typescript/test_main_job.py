"""A TypeScript client generated from the description is type-checked, and does the whole main job."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from tests import factories
from tests.fakes.faulty_site import FaultySite
from tests.project_rules.source import ROOT

SOURCE = ROOT / "clients" / "typescript"
INSTALLED = ROOT / ".krafter" / "cache" / "typescript"
HEADER = "security_header_x_content_type_options"


def run(*command: str, cwd: Path, **variables: str) -> str:
    """Return what a program prints. Fails with its output."""
    environment = {**os.environ, "npm_config_cache": str(INSTALLED / "npm"), **variables}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of clients/typescript with its packages, which are installed once."""
    if not shutil.which("npm"):
        pytest.skip("Node.js is not installed: the TypeScript client is not run")
    lock = SOURCE / "package-lock.json"
    installed = INSTALLED / lock.name
    if not installed.exists() or installed.read_bytes() != lock.read_bytes():
        INSTALLED.mkdir(parents=True, exist_ok=True)
        installed.unlink(missing_ok=True)
        folder = tmp_path / "install"
        shutil.copytree(SOURCE, folder)
        run("npm", "ci", "--no-audit", "--no-fund", cwd=folder)
        shutil.rmtree(INSTALLED / "node_modules", ignore_errors=True)
        shutil.copytree(folder / "node_modules", INSTALLED / "node_modules", symlinks=True)
        # Last, so that an interrupted installation is repeated.
        shutil.copy(lock, installed)
    copy = tmp_path / "client"
    shutil.copytree(SOURCE, copy)
    (copy / "node_modules").symlink_to(INSTALLED / "node_modules")
    return copy


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_generated_typescript_client_does_the_main_job(
    folder: Path, live_server: LiveServer, eager_jobs: None, site: FaultySite, settings: Any, tmp_path: Path
) -> None:
    settings.KRAFTER_PUBLIC_URL, settings.MEDIA_ROOT = live_server.url, tmp_path / "media"
    scenario = factories.scenario()
    site.headers["X-Content-Type-Options"] = "nosniff"
    variables = {
        "KRAFTER_AUDIT_URL": live_server.url,
        "KRAFTER_AUDIT_API_KEY": scenario.key,
        "KRAFTER_AUDIT_ORG": str(scenario.organization.pk),
        "KRAFTER_AUDIT_PROJECT": scenario.project.slug,
        "SITE_URL": site.url,
    }

    run("npm", "run", "generate", cwd=folder, **variables)
    run("npm", "run", "build", cwd=folder)
    outcome = json.loads(run("node", "build/main_job.js", cwd=folder, **variables))

    finding = outcome.pop("finding_id")
    assert outcome == {
        "task": "done",
        "result": "passed",
        "checks": [[HEADER, "passed"]],
        "exported": [[finding, "resolved"]],
    }
