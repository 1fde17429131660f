"""Output formats of the command line, and the gate."""

import json
import os
import re
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from krafter_client.cli import baseline
from krafter_client.cli.formats import FORMATS
from krafter_client.cli.problems import CheckedRule, Problem, Result, apply_gate

from tests.unit.clients.python import sarif_subset

# Commands that GitHub, GitLab or Azure Pipelines execute in the output of a step.
COMMAND = re.compile(r"\s*::|.*##[a-z]*\[")
CSP = Problem(
    fingerprint="f-csp",
    rule="security_header_csp",
    title="Content-Security-Policy is missing",
    severity="high",
    domain="security",
    message="No policy\nis sent: 100%",
    urls=("https://shop.example/a b", "https://shop.example/c"),
    description="Long",
    fix="Send one",
    references=("https://example.com/csp",),
)
TITLE = Problem(
    fingerprint="f-title",
    rule="title_length",
    title="Title | is \x1b[31m<b>too</b> long",
    severity="low",
    domain="seo",
    message="\x00",
    urls=(),
)
RESULT = Result(
    (CSP, TITLE),
    passed=(CheckedRule("doctype", "Doctype", "https://shop.example/"),),
    inconclusive=(CheckedRule("lcp", "LCP", "https://shop.example/", "unsteady"),),
    unreachable=("https://gone.example/",),
)


def written(format: str, *, unreachable: tuple[str, ...] = (), **texts: Any) -> str:
    """Return the result with one problem, whose texts are these, in a format."""
    return FORMATS[format](replace(RESULT, problems=(replace(CSP, **texts),), unreachable=unreachable))


def gate_result(fail_on: str | None = "high", known: tuple[str, ...] | None = None) -> Result:
    return apply_gate(RESULT, fail_on=fail_on, known=None if known is None else dict.fromkeys(known))


@pytest.mark.parametrize(
    ("fail_on", "known", "failing"),
    [
        (None, None, []),
        ("never", (), []),
        ("critical", None, []),
        ("high", None, ["f-csp"]),
        ("low", None, ["f-csp", "f-title"]),
        (None, (), ["f-csp", "f-title"]),
        (None, ("f-csp",), ["f-title"]),
        ("high", ("f-csp",), []),
    ],
)
def test_gate_fails_by_severity_and_only_for_new_problems(
    fail_on: str | None, known: tuple[str, ...] | None, failing: list[str]
) -> None:
    assert [problem.fingerprint for problem in gate_result(fail_on, known).failing] == failing


def test_baseline_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    baseline.write(path, RESULT)

    assert set(baseline.read(path)) == {"f-csp", "f-title"}
    assert apply_gate(RESULT, fail_on="low", known=baseline.read(path)).failing == []


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 2, "problems": []}', '{"version": 1}'])
def test_damaged_baseline_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(text)

    with pytest.raises(baseline.InvalidBaseline, match=r"baseline\.json"):
        baseline.read(path)


@pytest.mark.parametrize("result", [gate_result(), gate_result("low", ("f-csp",)), Result(())])
def test_sarif_follows_the_standard(result: Result) -> None:
    document = json.loads(FORMATS["sarif"](result))

    jsonschema.Draft202012Validator(sarif_subset.SCHEMA).validate(document)
    run = document["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [
        result["ruleId"] for result in run["results"]
    ]


@pytest.mark.skipif(
    "KRAFTER_SARIF_SCHEMA" not in os.environ, reason="KRAFTER_SARIF_SCHEMA names no official schema"
)
@pytest.mark.parametrize("result", [gate_result(), gate_result("low", ("f-csp",)), Result(())])
def test_sarif_is_valid_by_the_official_schema(result: Result) -> None:
    schema = json.loads(Path(os.environ["KRAFTER_SARIF_SCHEMA"]).read_text())
    validator = jsonschema.validators.validator_for(schema)

    validator(schema, format_checker=validator.FORMAT_CHECKER).validate(json.loads(FORMATS["sarif"](result)))


def test_sarif_states_severity_place_and_baseline() -> None:
    results = json.loads(FORMATS["sarif"](gate_result("low", ("f-csp",))))["runs"][0]["results"]

    assert [(result["level"], result["baselineState"]) for result in results] == [
        ("error", "unchanged"),
        ("note", "new"),
    ]
    uri = results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "https://shop.example/a%20b"


def test_sarif_has_no_link_of_a_site_in_its_texts() -> None:
    text = r"[Sign in](https://evil.example) [a\](b) [a\\](b) a[0] [b] (c) \d"

    [run] = json.loads(written("sarif", title=text, message=text, fix=text, description=text))["runs"]
    rule = run["tool"]["driver"]["rules"][0]

    shown = r"[Sign in\](https://evil.example) [a\](b) [a\\\](b) a[0] [b] (c) \d"
    assert run["results"][0]["message"]["text"] == shown
    assert [rule[name]["text"] for name in ("shortDescription", "fullDescription", "help")] == [shown] * 3


def test_sarif_without_a_baseline_has_no_baseline_state() -> None:
    assert "baselineState" not in FORMATS["sarif"](gate_result())


def test_junit_counts_failures_and_skips_what_the_gate_lets_pass() -> None:
    suites = ElementTree.fromstring(FORMATS["junit"](gate_result("high")))

    counts = {name: int(suites.attrib[name]) for name in ("tests", "failures", "skipped", "errors")}
    assert counts == {"tests": 5, "failures": 1, "skipped": 2, "errors": 1}
    assert suites.find(".//failure").attrib["message"] == "high: Content-Security-Policy is missing"


def test_junit_without_a_gate_has_every_problem_as_failure() -> None:
    assert FORMATS["junit"](gate_result(None)).count("<failure") == 2


def test_github_annotations_are_escaped_and_leave_out_known_problems() -> None:
    lines = FORMATS["github"](gate_result("low")).splitlines()

    assert lines.pop(0) == "::error title=Could not be checked::https://gone.example/"
    assert lines[0] == (
        "::error title=high%3A Content-Security-Policy is missing (security_header_csp)::"
        "https://shop.example/a b and 1 more%0ANo policy%0Ais sent: 100%25%0ASend one"
    )
    assert lines[1].startswith("::notice ")
    assert FORMATS["github"](gate_result("low", ("f-csp", "f-title"))).splitlines()[1:] == []


def test_markdown_escapes_what_a_site_has_written() -> None:
    text = FORMATS["markdown"](gate_result("high"))

    assert "| **high** | Content-Security-Policy is missing | https://shop.example/a b and 1 more |" in text
    assert r"Title \| is" in text
    assert r"\<b\>too\</b\>" in text
    assert text.startswith("## Krafter Audit: 1 high, 1 low; 1 fail the gate; 1 check inconclusive")


def test_markdown_mentions_no_account_and_refers_to_no_issue() -> None:
    title = "@acme/team see acme/web#12, !3 and #abc; mail@example.com"

    text = written("markdown", title=title, urls=("https://shop.example/@team",))

    space = "\u200b"
    assert f"| @{space}acme/team see acme/web\\#{space}12, !{space}3 and \\#abc; mail@example.com |" in text
    assert "| https://shop.example/@team |" in text


@pytest.mark.parametrize(
    "command", ["::stop-commands::x", "::error file=a::b", "##[add-mask]e", "##vso[task.x]y"]
)
def test_no_line_of_the_table_is_a_command_to_a_runner(command: str) -> None:
    texts = ["x" * before + command for before in range(40, 60)]  # wherever the table breaks the line

    tables = [written("table", title=text, urls=(text,), unreachable=(command,)) for text in texts]

    assert [line for table in tables for line in table.splitlines() if COMMAND.match(line)] == []


@pytest.mark.parametrize("format", ["json", "sarif", "junit", "github", "markdown"])
def test_no_line_of_a_format_is_a_command_of_a_site_to_a_runner(format: str) -> None:
    text = "a\n ::error::b\n::add-mask::c ##[group]d ##vso[task.setvariable variable=PATH]e"

    document = written(
        format, title=text, message=text, fix=text, description=text, urls=(text,), unreachable=(text,)
    )

    # An annotation is a command itself: its first one, of ours, ends the rest.
    lines = [line.replace("::", "", 1) if format == "github" else line for line in document.splitlines()]
    assert [line for line in lines if COMMAND.match(line)] == []


def test_json_and_junit_keep_the_texts_of_a_site() -> None:
    text = "a\n ::error::b ##[group]d\u202e\U000e0041"

    [problem] = json.loads(written("json", title=text))["problems"]
    failure = ElementTree.fromstring(written("junit", message="a\n ::error::b")).findtext(".//failure")

    assert problem["title"] == text
    assert "a\n ::error::b" in str(failure)


@pytest.mark.parametrize(
    ("format", "text"),
    [
        ("github", "a\x1b[31m\x9b\x07\u202e\u2066\u2028b\r\nc\ud800\U000e0041"),
        ("markdown", "a\x1b[31m\x9b\x07\u202e\u2066\u2028b\r\nc\ud800\U000e0041"),
        # These escape line ends, and a reader of them gets the rest as it is.
        ("json", "a\x1b[31m\x9b\x07\u202e\u2066\u2028b\U000e0041"),
        ("sarif", "a\x1b[31m\x9b\x07\u202e\u2066\u2028b\U000e0041"),
        ("junit", "a\x1b[31m\x9b\x07\u202e\u2066\u2028b\U000e0041"),
    ],
)
def test_control_and_hidden_characters_of_a_site_are_not_printed(format: str, text: str) -> None:
    document = written(
        format, rule=text, title=text, message=text, fix=text, urls=(text,), unreachable=(text,)
    )

    printed = document.replace("\n", "").replace("\u200b", "")
    assert {unicodedata.category(character) for character in printed} & {
        "Cc",
        "Cf",
        "Cs",
        "Zl",
        "Zp",
    } == set()


def test_entities_in_markdown_are_shown_as_they_are() -> None:
    text = written("markdown", title="&#64;acme &lt;b&gt; ~~x~~")

    assert r"\&\#\u200b64;acme \&lt;b\&gt; \~\~x\~\~".replace(r"\u200b", "\u200b") in text


def test_table_and_json_name_every_problem() -> None:
    table, document = FORMATS["table"](gate_result()), json.loads(FORMATS["json"](gate_result()))

    assert "security_header_csp" in table
    assert "\x1b" not in table
    assert "Could not be checked: https://gone.example/" in table
    assert [problem["fails"] for problem in document["problems"]] == [True, False]
    assert (document["failing"], document["counts"]["low"]) == (1, 1)


def test_formats_have_no_problem_with_an_empty_result() -> None:
    empty = replace(RESULT, problems=(), passed=(), inconclusive=(), unreachable=())

    assert "No problems." in FORMATS["table"](empty)
    assert FORMATS["github"](empty) == ""
    assert ElementTree.fromstring(FORMATS["junit"](empty)).attrib["tests"] == "0"
