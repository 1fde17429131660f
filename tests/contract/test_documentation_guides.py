"""The code of the guides works: the quickstart in each language, and the verification of signatures."""

import json
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from documentation.contents import source
from notifications.webhooks import signing
from tests import factories
from tests.contract.example_programs import each_language, needs_node, run

LEXERS = {"curl": "bash", "Python": "python", "JavaScript": "javascript"}
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"type":"finding.created","data":{}}'


def blocks(page: str, lexer: str) -> list[str]:
    """Return the code blocks of a page in one language."""
    text = source(page).read_text(encoding="utf-8")
    found: list[str] = re.findall(rf"^```{lexer}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return found


@pytest.fixture
def variables(live_server: LiveServer, demo_site: str, eager_jobs: None, settings: Any) -> dict[str, str]:
    """Return the variables of a project with a faulty site; jobs run in the request that enqueues them."""
    settings.KRAFTER_ALLOWED_NETWORKS = "127.0.0.0/8"
    settings.KRAFTER_CHROMIUM = "/no/such/browser"  # the finding of the guide needs none
    scenario = factories.scenario(site_url=demo_site)
    by_hand = {"domain": "security", "title": "Reported by hand, without checks", "severity": "critical"}
    assert scenario.client.call("post", "findings", by_hand).status_code == 201
    return {
        "KRAFTER_AUDIT_URL": live_server.url,
        "KRAFTER_AUDIT_API_KEY": scenario.key,
        "KRAFTER_AUDIT_ORG": str(scenario.organization.pk),
        "KRAFTER_AUDIT_PROJECT": scenario.project.slug,
        "SITE_URL": demo_site,  # as `demo_site` of ready.json
    }


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@each_language
def test_quickstart_leads_to_an_approved_fix(
    language: str, variables: dict[str, str], tmp_path: Path
) -> None:
    code = "".join(blocks("quickstart", LEXERS[language]))
    if language == "curl":
        code = f"set -eu -o pipefail\n{code}"

    done = run(language, {"quickstart": code}, variables, tmp_path)

    assert done.returncode == 0, f"{done.stdout[-1500:]}{done.stderr[-1500:]}"
    assert done.stdout.split()[-2:] == ["passed", "resolved"]


def headers(timestamp: int, *secrets: str) -> dict[str, str]:
    return signing.signed_headers(secrets, message_id="msg_1", timestamp=timestamp, body=BODY)


@pytest.mark.parametrize(
    ("body", "age", "is_accepted"),
    [(BODY, 0, True), (BODY + b" ", 0, False), (BODY, 301, False)],
    ids=["authentic", "changed", "old"],
)
def test_python_verifies_the_signature(body: bytes, age: int, is_accepted: bool, time_machine: Any) -> None:
    time_machine.move_to(1_800_000_000, tick=False)
    names: dict[str, Any] = {}
    exec(next(block for block in blocks("webhooks", "python") if "def is_authentic" in block), names)

    sent = headers(1_800_000_000 - age, "whsec_" + "b3RoZXI=", SECRET)

    assert names["is_authentic"](SECRET, sent, body) is is_accepted


@needs_node
@pytest.mark.parametrize(("body", "is_accepted"), [(BODY, "true"), (BODY + b" ", "false")])
def test_javascript_verifies_the_signature(body: bytes, is_accepted: str) -> None:
    [code] = blocks("webhooks", "javascript")
    sent = headers(int(time.time()), SECRET)
    call = (
        f"console.log(isAuthentic({json.dumps(SECRET)}, {json.dumps(sent)}, Buffer.from({body.decode()!r})));"
    )

    done = subprocess.run(
        ["node", "--input-type=module"], input=code + call, text=True, capture_output=True, timeout=30
    )

    assert (done.stdout.strip(), done.stderr) == (is_accepted, "")


PAGES = sorted(path.stem for path in source("README").parent.glob("*.md"))


def test_code_is_found_in_each_language() -> None:
    found = {lexer for lexer in ("python", "bash", "javascript") for page in PAGES if blocks(page, lexer)}

    assert found == {"python", "bash", "javascript"}


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python") or blocks(page, "bash")])
def test_python_and_shell_code_of_the_pages_is_well_formed(page: str) -> None:
    for block in blocks(page, "python"):
        compile(block, page, "exec")
    for block in blocks(page, "bash"):
        done = subprocess.run(["bash", "-n"], input=block, text=True, capture_output=True)
        assert (done.returncode, done.stderr) == (0, ""), block


@needs_node
@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "javascript")])
def test_javascript_code_of_the_pages_is_well_formed(page: str) -> None:
    for block in blocks(page, "javascript"):
        done = subprocess.run(
            ["node", "--input-type=module", "--check"], input=block, text=True, capture_output=True
        )
        assert (done.returncode, done.stderr) == (0, ""), block
