"""`./krafter check`: nothing is stored, and no site can end the command."""

import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import scanner
from scanner.cli import run
from scanner.cli.__main__ import main
from scanner.cli.environment import Environment
from scanner.cli.output import Table
from scanner.cli.run import AnyHost, UrlResult, UrlRun
from scanner.outcome import failed, inconclusive, passed
from tests.fakes.faulty_site import FaultySite
from tests.fakes.raw_servers import Server, redirects, sends
from tests.unit.scanner.checks.check_kinds import WITHOUT_BROWSER

CSP = {"Content-Security-Policy": "default-src 'self'"}
ONLY_CSP = ["--only", "security_header_csp"]


@pytest.fixture(autouse=True)
def _loopback_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRAFTER_ALLOWED_NETWORKS", "127.0.0.0/8")


def lines(out: str) -> dict[str, dict[str, Any]]:
    """`{url: its checks}` of lines of JSON."""
    return {line["url"]: line["checks"] for line in map(json.loads, out.splitlines())}


def test_failed_check_is_printed_and_exits_with_1(site: FaultySite, capsys: Any):
    ended = main([site.url, *ONLY_CSP])

    shown = capsys.readouterr().out.splitlines()
    assert (ended, shown[1], " ".join(shown[2:4]).split(maxsplit=2)) == (
        1,
        site.url,
        ["FAILED", "security_header_csp", "No Content-Security-Policy is sent."],
    )
    assert shown[-1].startswith("  1 failed (")


def test_passed_exits_with_0_and_inconclusive_with_2(site: FaultySite, no_retry_delay: None, capsys: Any):
    site.headers |= CSP

    assert main([site.url, *ONLY_CSP]) == 0
    site.status = 500
    assert main([site.url, *ONLY_CSP]) == 2
    assert "inconclusive" in capsys.readouterr().out


def test_failed_takes_precedence_over_inconclusive(site: FaultySite, capsys: Any):
    assert main([site.url, "nonsense", *ONLY_CSP]) == 1


def test_json_is_one_line_per_url_with_every_check(site: FaultySite, capsys: Any):
    main([site.url, "--json", "--no-browser"])

    out = capsys.readouterr().out
    checks = lines(out)[site.url]
    assert (out.count("\n"), list(checks)) == (1, WITHOUT_BROWSER)
    assert {name: checks["security_header_csp"][name] for name in ("outcome", "value", "reason")} == {
        "outcome": "failed", "value": None, "reason": None,
    }  # fmt: skip
    assert checks["security_header_csp"]["evidence"]["detail"] == "No Content-Security-Policy is sent."
    assert checks["ttfb"]["value"] < 600


def test_only_runs_the_named_checks(site: FaultySite, capsys: Any):
    main([site.url, "--json", "--only", "doctype,charset", "--only", "doctype"])

    assert list(lines(capsys.readouterr().out)[site.url]) == ["doctype", "charset"]
    assert site.hits == ["GET /"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["http://a/", "--only", "security_header_cps"], "'security_header_cps'. Similar: security_header_csp,"),
        (["http://a/", "--only", "referrer"], "Similar: security_header_referrer_policy."),
        (["http://a/", "--only", ","], "check: --only names no check."),
        ([], "check: The following arguments are required: URL."),
        (["http://a/", "--fast"], "check: Unrecognized arguments: --fast."),
        (["--fast"], "check: Unrecognized arguments: --fast."),
    ],
)  # fmt: skip
def test_usage_error_is_a_sentence_and_exits_with_64(arguments: list[str], sentence: str, capsys: Any):
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert (ended.value.code, sentence in capsys.readouterr().err) == (64, True)


@pytest.mark.parametrize(
    ("name", "value"), [("KRAFTER_ALLOWED_NETWORKS", "nonsense"), ("KRAFTER_CA_FILE", "/nowhere/ca.pem")]
)
def test_invalid_setting_is_named_and_exits_with_64(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, capsys: Any
):
    monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit) as ended:
        main(["http://a/"])

    assert (ended.value.code, f"check: {name}: " in capsys.readouterr().err) == (64, True)


def test_settings_may_have_spaces_around_them_as_those_of_the_server(ca_file: str):
    padded = {
        "KRAFTER_CA_FILE": f" {ca_file}\n",
        "KRAFTER_CHROMIUM": " /usr/bin/chromium ",
        "KRAFTER_CHROMIUM_SANDBOX": " No ",
    }

    environment = Environment.read(padded)

    assert environment == Environment.read({name: text.strip() for name, text in padded.items()})
    assert not environment.chromium.sandbox


def test_invalid_or_refused_url_is_inconclusive_for_every_check(monkeypatch: pytest.MonkeyPatch, capsys: Any):
    monkeypatch.delenv("KRAFTER_ALLOWED_NETWORKS")
    given = [
        "",
        "nonsense",
        "http://[::1",
        "http://a\x1b[31m/",
        "file:///etc/passwd",
        "http://u:p@a/",
        "http://127.0.0.1/",
    ]
    given += ["http://a\udcff/", "http://169.254.169.254/", "//", "http://" + "a" * 9000]

    ended = main([*given, "--json"])

    found = lines(capsys.readouterr().out)
    assert (ended, len(found)) == (2, len(given))
    assert {outcome["outcome"] for checks in found.values() for outcome in checks.values()} == {
        "inconclusive"
    }
    assert found["http://127.0.0.1/"]["security_header_csp"]["reason"] == "refused_address"


def reset(connection: socket.socket, _request: bytes) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


OF_HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX: \xff\r\nConnection: close\r\n\r\n"
HOSTILE = {
    "resets the connection": reset,
    "sends garbage": sends(b"\x00\xff\x1b[2J not HTTP\r\n\r\n"),
    "redirects to itself": redirects("/"),
    "redirects to a closed port": redirects("http://127.0.0.2:1/"),
    "nests without end": sends(OF_HTML + b"<title>x</title>" + b"<div>" * 200_000),
}


@pytest.mark.slow
def test_hostile_sites_are_inconclusive_and_do_not_affect_other_urls(
    site: FaultySite, no_retry_delay: None, capsys: Any
):
    with ExitStack() as opened:
        hostile = {f"{opened.enter_context(Server(respond)).url}/": name for name, respond in HOSTILE.items()}
        ended = main([*hostile, site.url, "--json", "--only", "security_header_csp,title_present"])

    outcomes = {
        hostile.get(url, "other"): [outcome["outcome"] for outcome in checks.values()]
        for url, checks in lines(capsys.readouterr().out).items()
    }
    assert ended == 1
    assert outcomes == {
        **dict.fromkeys(HOSTILE, ["inconclusive"] * 2),
        "other": ["failed", "passed"],
    }


def test_malformed_bytes_break_no_check_and_reach_no_terminal(
    site: FaultySite, no_retry_delay: None, capsys: Any
):
    page = b'<!doctype html><title>\x1b[2J\xff\xfe</title><a href="http://[">x</a><img src="//"><base href="http://[::1">'
    with Server(sends(OF_HTML + page)) as server:
        url = f"{server.url}/"
        main([url, "--json", "--no-browser"])
        checks = lines(capsys.readouterr().out)[url]
        main([url, "--no-browser"])

    broken = [
        key
        for key, outcome in checks.items()
        if outcome["evidence"].get("detail") == "The check raised an error."
    ]
    assert (broken, "\x1b" in capsys.readouterr().out) == ([], False)


def test_urls_of_one_host_are_checked_one_after_another_and_hosts_in_parallel(
    monkeypatch: pytest.MonkeyPatch,
):
    running: list[str] = []
    most: dict[str, int] = {"one host": 0, "in all": 0}
    gate = threading.Barrier(run.MAX_CONCURRENT_URLS)

    def record(this: UrlRun) -> None:
        running.append(this.host)
        most["one host"] = max(most["one host"], running.count(this.host))
        most["in all"] = max(most["in all"], len(running))
        if "first" in this.url:
            gate.wait(timeout=5)
        running.remove(this.host)

    monkeypatch.setattr(UrlRun, "run_http_checks", record)
    urls = [
        f"http://h{host}/{part}"
        for host in range(run.MAX_CONCURRENT_URLS)
        for part in ("first", "second", "third")
    ]

    results = list(run.check_urls(urls, [], Environment(), no_browser=run.BROWSER_DISABLED))

    assert (sorted(result.url for result in results), most) == (
        sorted(urls),
        {"one host": 1, "in all": run.MAX_CONCURRENT_URLS},
    )


def test_narrow_terminal_shows_the_detail_below_its_key(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "40")
    outcomes = {
        "csp_base_uri": failed("The policy names no base-uri at all, so that anything goes."),
        "doctype": passed(""),
    }

    shown = list(Table(show_passed=False).lines(UrlResult("http://a/", outcomes, 0.2)))

    assert shown == [
        "",
        "http://a/",
        "  FAILED       csp_base_uri",
        "    The policy names no base-uri at all,",
        "    so that anything goes.",
        "  1 failed, 1 passed (0.2 s)",
    ]


@pytest.mark.parametrize(
    "command", ["::error title=x::y", "::add-mask::x", "##[error]x", "##vso[task.setvariable]x"]
)
def test_text_of_a_site_is_printed_without_commands_to_ci_runners(command: str):
    result = UrlResult(command, {"csp": failed(f"{'a' * 200} {command}")}, 0.2)

    printed = "\n".join(Table(show_passed=False).lines(result))

    assert command[:5] not in printed
    assert printed.count(f"{command[0]}\u200b{command[1]}") == 2


def test_reason_shared_by_many_checks_is_printed_once():
    gone = inconclusive("timeout", "The request to a took longer than 10 s.")
    outcomes = {**dict.fromkeys(["doctype", "charset", "lcp", "fcp"], gone), "ttfb": failed("Slow.")}

    shown = [
        " ".join(line.split())
        for line in Table(show_passed=False).lines(UrlResult("http://a/", outcomes, 22))
    ]

    assert shown[2:] == [
        "inconclusive 4 checks",
        "timeout: The request to a took longer than 10 s.",
        "FAILED ttfb",
        "Slow.",
        "1 failed, 4 inconclusive (22.0 s)",
    ]


@pytest.mark.needs_chromium
def test_browser_checks_run_in_one_chromium_for_all_urls(site: FaultySite, capsys: Any):
    site.pages = {"/second": site.body.replace("<h1>Shop</h1>", '<h1>Shop</h1><a href="/" id="nothing"></a>')}
    second = f"{site.url}second"

    ended = main([site.url, second, "--json", "--only", "a11y_link_name,dom_size,doctype"])

    found = lines(capsys.readouterr().out)
    outcomes = {
        url: {key: outcome["outcome"] for key, outcome in checks.items()} for url, checks in found.items()
    }
    assert (ended, outcomes) == (
        1,
        {
            site.url: {"a11y_link_name": "passed", "dom_size": "passed", "doctype": "passed"},
            second: {"a11y_link_name": "failed", "dom_size": "passed", "doctype": "passed"},
        },
    )
    assert found[second]["a11y_link_name"]["evidence"]["method"] == "browser"


def test_browser_checks_are_inconclusive_without_chromium(
    site: FaultySite, monkeypatch: pytest.MonkeyPatch, capsys: Any
):
    monkeypatch.setenv("KRAFTER_CHROMIUM", "/nowhere/chromium")

    ended = main([site.url, "--json", "--only", "dom_size,a11y_link_name"])

    printed = capsys.readouterr()
    checks = lines(printed.out)[site.url]
    assert "KRAFTER_CHROMIUM is /nowhere/chromium" in printed.err
    assert "apt-get install chromium-headless-shell" in printed.err
    assert (ended, {key: (outcome["outcome"], outcome["reason"]) for key, outcome in checks.items()}) == (
        2,
        {"dom_size": ("inconclusive", "not_available"), "a11y_link_name": ("inconclusive", "not_available")},
    )
    # Where standard error is not kept, the result says how to install a browser.
    assert {outcome["evidence"]["detail"] for outcome in checks.values()} == {printed.err.strip()}


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_full_disk_is_an_error_message_and_not_a_failed_check(site: FaultySite, options: list[str]):
    command = [sys.executable, "-P", "-m", "scanner.cli", site.url, *ONLY_CSP, *options]
    env = {"PYTHONPATH": str(Path(scanner.__file__).parent.parent), "KRAFTER_ALLOWED_NETWORKS": "127.0.0.0/8"}

    with open("/dev/full", "w") as disk:
        ended = subprocess.run(
            command, stdout=disk, stderr=subprocess.PIPE, text=True, timeout=30, check=False, env=env
        )

    expected = "check: The results cannot be written: No space left on device.\n"
    assert (ended.returncode, ended.stderr) == (64, expected)


def test_every_host_counts_as_verified():
    assert AnyHost().covers("example.com")


@pytest.mark.slow
def test_command_needs_no_database_broker_or_settings(site: FaultySite, tmp_path: Any):
    site.headers |= CSP
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(scanner.__file__).parent.parent),
        "KRAFTER_ALLOWED_NETWORKS": "127.0.0.0/8",
    }

    ended = subprocess.run(
        [sys.executable, "-P", "-m", "scanner.cli", "-", "--json", *ONLY_CSP],
        input=f"{site.url}\n",
        env=env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert (ended.returncode, ended.stderr, list(lines(ended.stdout))) == (0, "", [site.url])
