"""The benchmark generates data that the application could have made, and measures it correctly."""

import itertools
import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from accounts import services
from devtools.benchmark import aims, cases, process_stats, tables
from devtools.benchmark.__main__ import parse_arguments
from devtools.benchmark.measurement import CaseResult, merge_repetitions
from devtools.benchmark.process_stats import ProcessMemory
from devtools.benchmark.sample_data import PROJECTS, generate
from events.totals import reconciliation
from findings.models import Finding
from remediation.evidence import chain
from remediation.models import Evidence, EvidenceChain, Task, Verification
from tests import database_role, factories


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_generated_data_is_skewed_with_correct_totals_and_evidence():
    scenario = factories.scenario()
    slugs = [f"site-{number}" for number in range(PROJECTS)]
    others = [
        services.create_project(scenario.organization, slug=slug, site_url="https://example.com")
        for slug in slugs
    ]
    projects, lines = [scenario.project, *others], list[str]()

    with database_role.as_owner():
        generate(
            500,
            30,
            organization=scenario.organization,
            projects=projects,
            owners=[scenario.owner.pk] * 40,
            report=lines.append,
        )

    assert (Finding.objects.filter(project=scenario.project).count(), Finding.objects.count()) == (400, 530)
    assert Finding.objects.filter(project=others[-1]).count() == 30
    assert Task.objects.count() > Verification.objects.count() > 100
    assert list(reconciliation.differences()) == []
    links = list(Evidence.objects.filter(project=scenario.project).order_by("sequence"))
    assert all(chain.is_intact(link) for link in links)
    assert [link.previous_hash for link in links[1:]] == [link.hash for link in links[:-1]]
    assert EvidenceChain.objects.get(project=scenario.project).hash == links[-1].hash


def case_result(case: str, server: str, *, cpu: float, rows: int = 10_000, **values: Any) -> CaseResult:
    defaults: dict[str, Any] = {
        "connections": 1,
        "requests": 100,
        "p50": 1.0,
        "p99": 2.0,
        "per_second": 500.0,
        "statements": 2.0,
        "application": cpu / 2,
        "database": cpu / 2,
        "peak": 100.0,
        "errors": {},
        "first_error": "",
    }
    return CaseResult(case=case, server=server, rows=rows, cpu=cpu, **defaults | values)


def test_figures_are_compared_with_the_empty_view_and_a_smaller_table():
    measured = [
        case_result(cases.LIST, aims.BARE, cpu=2.0),
        case_result(cases.LIST, aims.OURS, cpu=1.0),
        case_result(cases.SUMMARY, aims.OURS, cpu=1.0),
        case_result(cases.LIST, aims.BARE, cpu=2.0, rows=1_000_000),
        case_result(cases.LIST, aims.OURS, cpu=1.5, rows=1_000_000, statements=6.0),
    ]

    found = {
        aim.what: (round(aim.value, 2), aim.met)
        for aim in aims.aims(
            measured, [], {10_000: ProcessMemory(100, 120, 80), 1_000_000: ProcessMemory(151, 160, 80)}
        )
    }

    assert found == {
        "10,000: list of 25, CPU relative to bare list of 25": (0.5, True),
        "10,000: summary, CPU relative to bare list of 25": (0.5, True),
        "10,000: list of 25, statements": (2.0, True),
        "10,000: web worker at the end, MB": (100.0, True),
        "1,000,000: list of 25, CPU relative to bare list of 25": (0.75, False),
        "1,000,000: list of 25, statements": (6.0, False),
        "1,000,000: web worker at the end, MB": (151.0, False),
        "list of 25, CPU at 1,000,000 relative to 10,000": (1.5, False),
    }


def test_two_writers_of_one_project_are_compared_with_writers_of_two_projects():
    measured = [
        case_result(cases.TOGETHER, aims.OURS, cpu=1.0, p50=6.5, connections=2),
        case_result(cases.APART, aims.OURS, cpu=1.0, p50=5.0, connections=2),
    ]

    [aim] = aims.aims(measured, [], {})

    assert aim.what == "10,000: two writers, one project, time relative to two projects"
    assert (aim.value, aim.met) == (1.3, False)


def test_two_writers_never_change_the_same_finding():
    dataset = {
        "base": "/",
        "slug": "a",
        "other": "b",
        "key": "k",
        "findings": list("123456"),
        "others": list("xy"),
    }

    of_one, of_two = (
        [request.path for request in itertools.islice(cases.writers(*slugs)(dataset), 5)]
        for slugs in (("slug", "slug"), ("slug", "other"))
    )

    assert of_one == [f"/a/audit/findings/{pk}" for pk in "12341"]
    assert of_two == [
        f"/{slug}/audit/findings/{pk}" for slug, pk in (("a", 1), ("b", "x"), ("a", 2), ("b", "y"), ("a", 1))
    ]


def test_repeated_measurements_become_one_row_with_the_least_cpu_time():
    repetitions = [case_result(cases.LIST, aims.OURS, cpu=cpu, p50=cpu) for cpu in (3.0, 1.0, 2.0)]

    row = tables.results_table([merge_repetitions(repetitions)]).splitlines()[-1]

    assert [cell.strip() for cell in row.strip("|").split("|")] == [
        "list of 25", "this API", "1", "2.00", "2.00", "500", "2.0", "1.00", "0.50", "0.50", "100",
    ]  # fmt: skip


def test_repetition_that_no_rows_were_left_for_is_left_out():
    measured = case_result(cases.APPROVE, aims.OURS, cpu=3.0, p50=3.0)

    merged = merge_repetitions([measured, replace(measured, requests=0, cpu=0.0, p50=0.0)])

    assert merged == measured


def test_cpu_time_is_that_of_the_living_processes():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        before = process_stats.exact_cpu_seconds(os.getpid())
        child.communicate(b"\n")

    since = process_stats.cpu_seconds_since(before, os.getpid())

    assert (child.pid in before, since > 0) == (True, True)


def test_new_figures_replace_those_between_the_markers():
    page = f"# Benchmarks\n\nProse.\n\n{tables.START_MARKER}\n\nold\n{tables.END_MARKER}\n\n## More prose\n"

    written = tables.replace_figures(page, "new\n")

    assert (
        written
        == f"# Benchmarks\n\nProse.\n\n{tables.START_MARKER}\n\nnew\n\n{tables.END_MARKER}\n\n## More prose\n"
    )
    assert tables.replace_figures(written, "new\n") == written


def test_figures_are_appended_to_a_page_without_markers():
    assert tables.replace_figures("", "new\n") == f"{tables.START_MARKER}\n\nnew\n\n{tables.END_MARKER}\n"


@pytest.mark.parametrize(
    "wrong", [["--findings", "nope"], ["--findings", "10,0"], ["--out", "/missing/page.md"]]
)
def test_wrong_arguments_are_refused_before_anything_is_measured(wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse_arguments(wrong)

    assert ended.value.code == 2
    assert parse_arguments(["--findings", "10,20"]).findings == [10, 20]
