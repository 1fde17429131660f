"""The GitHub action and the GitLab template run the command line as a pipeline does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from krafter_client.cli.__main__ import main

from tests.fakes.faulty_site import FaultySite
from tests.project_rules.source import ROOT

pytestmark = pytest.mark.slow

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
TEMPLATE = yaml.safe_load((ROOT / "clients" / "gitlab" / "krafter-audit.yml").read_text(encoding="utf-8"))
CLIENT = ROOT / "clients" / "python"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a job: `krafter-audit` is on the path, and may check loopback."""
    program = tmp_path / "bin" / "krafter-audit"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m krafter_client.cli "$@"\n')
    program.chmod(0o755)
    return {
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "PYTHONPATH": str(CLIENT),
        "PYTHONPYCACHEPREFIX": sys.pycache_prefix or str(tmp_path / "compiled"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "KRAFTER_ALLOWED_NETWORKS": "127.0.0.0/8",
    }


def run_action(environment: dict[str, str], folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the last step of the action with these inputs, as GitHub's runner does."""
    step = ACTION["runs"]["steps"][-1]
    values = {
        name: str(action_input.get("default", "")) for name, action_input in ACTION["inputs"].items()
    } | inputs
    variables = {
        name: values[text.removeprefix("${{ inputs.").removesuffix(" }}")]
        for name, text in step["env"].items()
    }
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    return run(command, folder, environment | variables)


def run(command: list[str], folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


def test_action_annotates_and_fails_by_new_problems_only(
    site: FaultySite, environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KRAFTER_ALLOWED_NETWORKS", "127.0.0.0/8")
    urls = f"{site.url}\n"
    first = run_action(environment, tmp_path, urls=urls)
    main(["check", site.url, "--no-browser", "--write-baseline", str(tmp_path / "known.json")])
    second = run_action(environment, tmp_path, urls=urls, baseline="known.json")
    site.headers["Server"] = "nginx/1.18.0"
    site.body = site.body.replace("<title>A shop of good things</title>", "")
    third = run_action(environment, tmp_path, urls=urls, baseline="known.json")

    assert (first.returncode, second.returncode, third.returncode) == (1, 0, 1), first.stderr + second.stderr
    assert "::error title=high%3A Content-Security-Policy" in first.stdout
    assert "::error" not in second.stdout
    assert "security_header_csp" not in third.stdout
    assert "title_present" in third.stdout
    assert (tmp_path / "summary.md").read_text().startswith("## Krafter Audit: ")
    assert (tmp_path / "krafter-audit.sarif").exists()


def test_inputs_of_the_action_are_not_run_as_commands(
    site: FaultySite, environment: dict[str, str], tmp_path: Path
) -> None:
    done = run_action(
        environment, tmp_path, urls=f"{site.url}$(touch${{IFS}}owned) ; touch owned", **{"fail-on": "x"}
    )

    assert (done.returncode, (tmp_path / "owned").exists()) == (2, False)
    assert all("${{" not in step.get("run", "") for step in ACTION["runs"]["steps"])


def test_gitlab_template_writes_test_results_and_fails(
    site: FaultySite, environment: dict[str, str], tmp_path: Path
) -> None:
    job = TEMPLATE["krafter-audit"]
    variables = job["variables"] | {"KRAFTER_AUDIT_PAGES": site.url}

    done = run(["bash", "-e", "-c", job["script"][0]], tmp_path, environment | variables)

    assert done.returncode == 1, done.stderr
    assert "<failure" in (tmp_path / job["artifacts"]["reports"]["junit"]).read_text()
    assert (tmp_path / job["artifacts"]["paths"][0]).exists()
