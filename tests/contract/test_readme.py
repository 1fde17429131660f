"""The commands of the README work when they are pasted into a shell."""

import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from scanner.page_visit import visit
from tests import factories, missing_packages

README = Path(__file__).resolve().parents[2] / "README.md"
MILESTONES = (
    '"status": "completed"',
    '"status": "ready_verify"',
    '"checks_not_passed"',
    '"result": "passed"',
    '"status": "done"',
    '"trigger": "verification_reopened"',
    '"Default Audit Policy"',
    "/insights/audit/reports/shared/",
)


@pytest.fixture
def _one_quick_load(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure with a short idle time: the numbers are not tested here."""
    monkeypatch.setattr(visit, "THROTTLED_QUIET_SECONDS", 0.5)


@pytest.fixture
def ready_file(
    live_server: LiveServer, demo_site: str, eager_jobs: None, settings: Any, tmp_path: Path
) -> Path:
    """Write the file of `./krafter up` about a running system; jobs run in the request that enqueues them."""
    settings.KRAFTER_ALLOWED_NETWORKS = "127.0.0.0/8"
    settings.KRAFTER_PUBLIC_URL = live_server.url
    settings.MEDIA_ROOT = tmp_path / "media"
    scenario = factories.scenario(site_url=demo_site)
    by_hand = {"domain": "security", "title": "Reported by hand, without checks", "severity": "critical"}
    assert scenario.client.call("post", "findings", by_hand).status_code == 201
    facts = {
        "url": live_server.url,
        "org_id": str(scenario.organization.pk),
        "project_id": scenario.project.slug,
    }
    file = tmp_path / ".krafter" / "data" / "ready.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({**facts, "api_key": scenario.key, "demo_site": demo_site}))
    return file


def run_readme_commands(ready_file: Path) -> subprocess.CompletedProcess[str]:
    """Run the README's blocks in one shell, which exits on an unset variable or a failed command."""
    blocks = re.findall(r"^```bash\n(.*?)^```", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    story = "set -eu -o pipefail\n" + "".join(blocks).replace(".krafter/venv/bin/python", sys.executable)
    return subprocess.run(
        ["bash", "-c", story], cwd=ready_file.parents[2], capture_output=True, text=True, timeout=90
    )


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_one_quick_load")
def test_readme_commands_work_when_pasted(ready_file: Path) -> None:
    printed = run_readme_commands(ready_file)

    assert (printed.returncode, printed.stderr) == (0, "")
    rest = printed.stdout
    for milestone in MILESTONES:
        assert milestone in rest
        rest = rest.partition(milestone)[2]
    if missing_packages.problem("needs_pango"):
        assert "needs the Pango library" in printed.stdout
        assert (ready_file.parents[1] / "report.csv").read_bytes().startswith(b"record,")
    else:
        assert (ready_file.parents[1] / "report.pdf").read_bytes().startswith(b"%PDF-")
    with urllib.request.urlopen(printed.stdout.split()[-1], timeout=10) as page:
        assert page.status == 200
