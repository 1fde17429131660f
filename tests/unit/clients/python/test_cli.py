"""The command line `krafter-audit`, against a running API and a real website."""

import io
import json
import os
import signal
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from krafter_client import ProjectClient
from krafter_client.cli import engine, exits
from krafter_client.cli.__main__ import main
from krafter_client.cli.findings import detect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Project
from findings.models import Finding
from reports.models import Report
from scanner.cli.__main__ import main as check_with_the_engine
from scans.models import Scan
from tests import factories
from tests.factories import Scenario
from tests.fakes.faulty_site import FaultySite
from tests.project_rules.source import ROOT

pytestmark = pytest.mark.django_db(transaction=True)

PACKAGE = ROOT / "clients" / "python"
HEADER = "security_header_x_content_type_options"


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the configuration of the person who runs the tests out of them."""
    for name in ("URL", "API_KEY", "ORG", "PROJECT"):
        monkeypatch.delenv(f"KRAFTER_AUDIT_{name}", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def logged_in(running_api: Scenario, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Scenario:
    """Set the variables of a pipeline."""
    values = {
        "URL": live_server.url,
        "API_KEY": running_api.key,
        "ORG": str(running_api.organization.pk),
        "PROJECT": running_api.project.slug,
    }
    for name, value in values.items():
        monkeypatch.setenv(f"KRAFTER_AUDIT_{name}", value)
    return running_api


def login_arguments(scenario: Scenario, live_server: LiveServer, key: str | None = None) -> list[str]:
    project = ["--org", str(scenario.organization.pk), "--project", scenario.project.slug]
    return ["login", "--url", live_server.url, *project, "--api-key", key or scenario.key]


@pytest.mark.slow
def test_login_stores_the_key_for_the_user_only(
    running_api: Scenario, live_server: LiveServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(login_arguments(running_api, live_server))

    path = tmp_path / "config" / "krafter-audit" / "config.json"
    assert (status, stat.S_IMODE(path.stat().st_mode)) == (0, 0o600)
    assert main(["projects"]) == 0
    assert f"*  {running_api.project.slug}" in capsys.readouterr().out
    assert main(["findings", "list"]) == 0


def test_login_needs_a_url_and_a_key_where_the_key_has_one_project(
    running_api: Scenario, live_server: LiveServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["login", "--url", live_server.url, "--api-key", running_api.key]) == 0
    assert f"{running_api.project.slug} is in use" in capsys.readouterr().err


def test_login_prompts_for_one_of_several_projects(
    running_api: Scenario,
    live_server: LiveServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    site = {"name": "Other", "site_url": "https://other.example"}
    Project.objects.create(organization=running_api.organization, slug="other", **site)
    monkeypatch.setattr("sys.stdin", io.StringIO("other\n"))

    assert main(["login", "--url", live_server.url, "--api-key", running_api.key]) == 0
    assert "other is in use" in capsys.readouterr().err


def test_stored_key_is_sent_to_its_own_server_alone(
    running_api: Scenario,
    live_server: LiveServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(login_arguments(running_api, live_server))
    monkeypatch.setenv("KRAFTER_AUDIT_URL", "http://127.0.0.1:9")

    status = main(["findings", "list"])

    assert status == exits.USAGE
    assert "set KRAFTER_AUDIT_API_KEY" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize(("key", "status"), [(b"\x03", exits.INTERRUPTED), (b"\x04", exits.USAGE)])
def test_aborted_prompt_exits_with_its_own_status(key: bytes, status: int) -> None:
    ours, theirs = os.openpty()

    def begin_session() -> None:
        os.login_tty(theirs)
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell ignores it for what runs in the background

    command = [sys.executable, "-m", "krafter_client.cli", "login", "--api-key", "x"]
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, "PYTHONPATH": str(PACKAGE)},
        preexec_fn=begin_session,
    ) as process:  # fmt: skip
        while b"URL of the installation" not in os.read(ours, 1000):
            pass
        # Once more if it comes before the prompt reads: Python would keep the signal until a line is entered. Not while
        # the command ends: that would kill it.
        for _ in range(10):
            os.write(ours, key)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=5)
                break
        process.kill()

    assert process.returncode == status


def test_login_with_a_wrong_key_stores_nothing(
    running_api: Scenario, live_server: LiveServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(login_arguments(running_api, live_server, key="kr_live_wrong"))

    assert (status, (tmp_path / "config").exists()) == (exits.ERROR, False)
    assert "unauthorized" in capsys.readouterr().err


@pytest.mark.slow
def test_projects_switches_between_logins(
    running_api: Scenario, live_server: LiveServer, capsys: pytest.CaptureFixture[str]
) -> None:
    other = factories.scenario()
    other.project.slug = "other-website"
    other.project.save()
    main(login_arguments(running_api, live_server))
    main(login_arguments(other, live_server))

    assert main(["projects", running_api.project.slug]) == 0
    assert f"*  {running_api.project.slug}" in capsys.readouterr().out
    assert main(["projects", "absent"]) == exits.USAGE


def test_command_without_a_login_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["findings", "list"]) == exits.USAGE
    assert "krafter-audit login" in capsys.readouterr().err


def test_findings_are_listed_as_json_and_fail_by_severity(
    logged_in: Scenario, capsys: pytest.CaptureFixture[str]
) -> None:
    finding = factories.finding(logged_in, severity="high")
    factories.finding(logged_in, severity="critical", status="dismissed")

    statuses = [main(["findings", "list", "--json", *more]) for more in ([], ["--fail-on", "high"])]
    documents = capsys.readouterr().out
    statuses.append(main(["findings", "list", "--fail-on", "critical"]))

    assert statuses == [0, exits.FAILED, 0]
    first = json.JSONDecoder().raw_decode(documents)[0]
    assert [row["id"] for row in first] == [str(finding.pk)]


@pytest.mark.slow
def test_only_problems_that_are_not_in_the_baseline_fail(logged_in: Scenario) -> None:
    factories.finding(logged_in, title="Known", severity="critical")
    command = ["findings", "list", "--baseline", "base.json"]
    missing = main(command)
    written = main(["findings", "list", "--write-baseline", "base.json"])
    same = main(command)

    factories.finding(logged_in, title="New", severity="low", checks=["title_length"])

    assert (missing, written, same, main(command)) == (exits.USAGE, 0, 0, exits.FAILED)
    assert main([*command, "--fail-on", "high"]) == 0


@pytest.mark.slow
def test_scan_waits_and_lists_what_it_has_found_and_fails_until_it_is_dismissed(
    logged_in: Scenario, site: FaultySite, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.KRAFTER_CHROMIUM = "/no/such/browser"  # problems of other checks are enough
    reports = ["--report", "sarif=out.sarif", "--report", "junit=out.xml", "--report", "markdown=out.md"]

    status = main(["scan", site.url, "--wait", "--fail-on", "high", "--format", "json", *reports])

    printed = capsys.readouterr()
    problems = json.loads(printed.out)["problems"]
    assert status == exits.FAILED
    assert {"security_header_csp", HEADER} <= {problem["rule"] for problem in problems}
    assert "Scan: completed" in printed.err
    results = json.loads(Path("out.sarif").read_text())["runs"][0]["results"]
    assert len(results) == len(problems) == Path("out.md").read_text().count("\n| ") - 1
    assert "<failure" in Path("out.xml").read_text()

    Finding.objects.update(status="dismissed")

    assert main(["scan", site.url, "--wait", "--fail-on", "low"]) == 0


@pytest.mark.slow
def test_verify_then_approve_then_export(
    logged_in: Scenario, project_client: ProjectClient, site: FaultySite, capsys: pytest.CaptureFixture[str]
) -> None:
    finding = project_client.report_finding(
        domain="security",
        title="Header",
        affected_assets=[{"type": "url", "value": site.url}],
        checks=[HEADER],
    )
    task = project_client.create_task(finding.id, "Fix it")
    failed = main(["verify", str(task.id), "--wait"])
    site.headers["X-Content-Type-Options"] = "nosniff"
    passed = main(["verify", str(task.id), "--wait"])
    printed = capsys.readouterr()
    newest = next(project_client.verifications())

    assert (failed, passed) == (exits.FAILED, 0)
    assert "Verification: 1/1 checks" in printed.err
    assert main(["approve", str(newest.id)]) == 0
    assert main(["export", "--format", "csv", "--share"]) == 0
    assert Path("krafter-report.csv").read_bytes().startswith(b"\xef\xbb\xbfid,title,")
    assert "/insights/audit/reports/shared/" in capsys.readouterr().out
    assert str(project_client.finding(finding.id).status) == "resolved"


@pytest.mark.slow
def test_verification_by_a_person_is_announced(
    logged_in: Scenario, project_client: ProjectClient, capsys: pytest.CaptureFixture[str]
) -> None:
    finding = project_client.report_finding(domain="seo", title="By hand")
    task = project_client.create_task(finding.id, "Fix it")

    assert main(["verify", str(task.id), "--wait"]) == 0
    assert "a person reviews it" in capsys.readouterr().err


def test_refused_request_is_explained(logged_in: Scenario, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["scan", "http://10.0.0.1/"])

    assert status == exits.ERROR
    assert "url: " in capsys.readouterr().err


def test_unreachable_api_is_an_error(
    logged_in: Scenario, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KRAFTER_AUDIT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("time.sleep", lambda seconds: None)

    assert main(["findings", "list"]) == exits.ERROR
    assert "Check the network and KRAFTER_AUDIT_URL" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("document", "format"),
    [
        ({"version": "2.1.0", "runs": []}, "sarif"),
        ({"lighthouseVersion": "12", "audits": {}, "categories": {}}, "lighthouse"),
        ([{"violations": []}], "axe"),
        ({"@version": "2", "site": []}, "zap"),
        ({}, None),
        ([], None),
    ],
)
def test_format_of_a_report_is_detected(document: Any, format: str | None) -> None:
    assert detect(document) == format


def test_report_of_another_tool_is_imported(logged_in: Scenario, capsys: pytest.CaptureFixture[str]) -> None:
    violations = [{"id": "image-alt", "help": "Images need text", "impact": "critical", "nodes": []}]
    Path("axe.json").write_text(json.dumps({"url": "https://a.example/", "violations": violations}))
    Path("other.json").write_text("{}")

    assert main(["import", "axe.json"]) == 0
    assert "1 finding created, 0 updated" in capsys.readouterr().err
    assert Finding.objects.get().check_keys == ["a11y_image_alt"]
    assert main(["import", "other.json"]) == exits.USAGE
    assert main(["import", "absent.json"]) == exits.USAGE


def test_own_sarif_can_be_imported_again(
    logged_in: Scenario, site: FaultySite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KRAFTER_ALLOWED_NETWORKS", "127.0.0.0/8")
    main(["check", site.url, "--only", HEADER, "--report", "sarif=own.sarif"])

    assert main(["import", "own.sarif"]) == 0
    assert Finding.objects.get().check_keys == [HEADER]


def test_check_needs_no_server_and_fails_by_what_it_finds(
    site: FaultySite, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KRAFTER_ALLOWED_NETWORKS", "127.0.0.0/8")
    command = ["check", site.url, "--only", HEADER, "--only", "doctype", "--format", "json"]

    failed = main(command)
    found = json.loads(capsys.readouterr().out)
    never = main([*command, "--fail-on", "never"])
    accepted = main([*command, "--write-baseline", "base.json"])
    known = main([*command, "--baseline", "base.json"])
    site.headers["X-Content-Type-Options"] = "nosniff"

    assert [problem["rule"] for problem in found["problems"]] == [HEADER]
    assert (failed, never, accepted, known, main(command)) == (exits.FAILED, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("options", "says_so"),
    [([], True), (["--only", HEADER], False), (["--no-browser"], False)],
    ids=["all checks", "a check without a browser", "no browser is wanted"],
)
def test_check_without_a_browser_prints_the_same_reason_as_the_engine(
    site: FaultySite,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    says_so: bool,
) -> None:
    monkeypatch.setenv("KRAFTER_ALLOWED_NETWORKS", "127.0.0.0/8")
    monkeypatch.setenv("KRAFTER_CHROMIUM", "/no/such/browser")
    reason = "KRAFTER_CHROMIUM is /no/such/browser, which is not executable. Install it (Debian: "

    main(["check", site.url, *options])
    of_client = capsys.readouterr().err
    check_with_the_engine([site.url, *options])
    of_engine = capsys.readouterr().err

    assert (reason in of_client, reason in of_engine) == (says_so, says_so)


def test_url_that_cannot_be_checked_never_passes(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["check", "http://127.0.0.1:9/", "--only", "doctype"])

    assert status == exits.ERROR
    shown = capsys.readouterr()
    assert "Could not be checked: http://127.0.0.1:9/" in shown.out
    assert "http://127.0.0.1:9/ could not be checked: 127.0.0.1 does not resolve to a public" in shown.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["check", "https://a.example/", "--only", "no_such_check"],
        ["check", "https://a.example/", "--fail-on", "bad"],
        ["findings", "list", "--severity", "bad"],
        ["findings", "list", "--report", "json=no-such-folder/a.json"],
        ["findings", "list", "--write-baseline", "no-such-folder/a.json"],
        ["findings", "list", "--baseline", "no-such-file.json"],
        ["export", "--output", "no-such-folder/a.pdf"],
        ["scan", "https://a.example/", "--fail-on", "high"],
        ["verify", "no-id"],
        ["approve", "no-id"],
        ["nothing"],
    ],
)
def test_wrong_usage_exits_with_2(logged_in: Scenario, arguments: list[str]) -> None:
    assert main(arguments) == exits.USAGE
    assert not Report.objects.exists()
    assert not Scan.objects.exists()


def test_damaged_baseline_is_refused_before_the_scan(logged_in: Scenario, tmp_path: Path) -> None:
    (tmp_path / "base.json").write_text("{}")

    status = main(["scan", "--wait", "--baseline", "base.json"])

    assert (status, Scan.objects.count()) == (exits.USAGE, 0)


def test_refused_choice_names_the_choices(logged_in: Scenario, capsys: pytest.CaptureFixture[str]) -> None:
    main(["findings", "list", "--severity", "urgent"])

    assert "'critical'" in capsys.readouterr().err


def test_file_that_cannot_be_written_is_named(
    logged_in: Scenario, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["findings", "list", "--report", f"json={tmp_path}"])

    assert (status, str(tmp_path) in capsys.readouterr().err) == (exits.USAGE, True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_file_on_a_full_disk_is_named(logged_in: Scenario, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["findings", "list", "--write-baseline", "/dev/full"])

    assert (status, "/dev/full: No space left" in capsys.readouterr().err) == (exits.USAGE, True)


@pytest.mark.slow
@pytest.mark.parametrize(("format", "encoding"), [("table", "latin-1"), ("markdown", "utf-8")])
def test_text_that_the_encoding_of_the_output_lacks_is_no_error(
    logged_in: Scenario, format: str, encoding: str
) -> None:
    factories.finding(logged_in, title="Caf\u00e9 \U0001f525")
    command = [sys.executable, "-m", "krafter_client.cli", "findings", "list", "--format", format]

    ended = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(PACKAGE), "PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert (ended.returncode, ended.stderr) == (0, b"")
    assert "Caf\u00e9" in ended.stdout.decode(encoding)


@pytest.mark.parametrize(("key", "status"), [("{}\r\n", 0), ("{}\u00e9", 2), ("{} {}", 2), ("a\r{}", 2)])
def test_key_with_other_characters_is_refused_and_not_shown(
    logged_in: Scenario,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    key: str,
    status: int,
) -> None:
    monkeypatch.setenv("KRAFTER_AUDIT_API_KEY", key.replace("{}", logged_in.key))

    found = main(["findings", "list"])

    output = capsys.readouterr()
    assert (found, logged_in.key in output.out + output.err) == (status, False)


def test_invalid_url_of_the_api_is_an_error(
    logged_in: Scenario, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KRAFTER_AUDIT_URL", "http://[::1")

    assert main(["findings", "list"]) == exits.ERROR
    assert "Error: " in capsys.readouterr().err


def test_missing_package_of_the_checks_is_named() -> None:
    with pytest.raises(
        engine.EngineMissing, match=r"package no_such_package: install krafter-audit\[check\]"
    ):
        engine.load("no_such_package")


def test_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("krafter-audit 0.")
