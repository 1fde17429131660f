"""The bench's world is one that the system could have made, and its figures say what they are held against."""

import itertools
from typing import Any

import pytest

from accounts import services
from devtools.benchmark import cases, tables, targets
from devtools.benchmark.measurement import Measured, together
from devtools.benchmark.process_stats import Memory
from devtools.benchmark.sample_data import PROJECTS, generate
from events import recount
from findings.models import Finding
from remediation import evidence
from remediation.models import Chain, Evidence, Task, Verification
from tests import factories


@pytest.mark.django_db(transaction=True)
def test_the_world_is_skewed_and_its_totals_and_its_evidence_are_right():
    world = factories.world()
    slugs = [f"site-{number}" for number in range(PROJECTS)]
    others = [
        services.create_project(world.organization, slug=slug, site_url="https://example.com")
        for slug in slugs
    ]
    projects, said = [world.project, *others], list[str]()

    generate(
        500,
        30,
        organization=world.organization,
        projects=projects,
        owners=[world.owner.pk] * 40,
        say=said.append,
    )

    assert (Finding.objects.filter(project=world.project).count(), Finding.objects.count()) == (400, 530)
    assert Finding.objects.filter(project=others[-1]).count() == 30
    assert Task.objects.count() > Verification.objects.count() > 100
    assert list(recount.differences()) == []
    links = list(Evidence.objects.filter(project=world.project).order_by("sequence"))
    assert all(evidence.is_intact(link) for link in links)
    assert [link.previous_hash for link in links[1:]] == [link.hash for link in links[:-1]]
    assert Chain.objects.get(project=world.project).hash == links[-1].hash


def figures(case: str, server: str, *, cpu: float, rows: int = 10_000, **more: Any) -> Measured:
    usual: dict[str, Any] = {
        "connections": 1,
        "requests": 100,
        "p50": 1.0,
        "p99": 2.0,
        "a_second": 500.0,
        "statements": 2.0,
        "application": cpu / 2,
        "database": cpu / 2,
        "peak": 100.0,
        "refused": {},
        "first_refusal": "",
    }
    return Measured(case=case, server=server, rows=rows, cpu=cpu, **usual | more)


def test_figures_are_held_against_the_bare_view_and_against_a_smaller_table():
    measured = [
        figures(cases.LIST, targets.BARE, cpu=2.0),
        figures(cases.LIST, targets.OURS, cpu=1.0),
        figures(cases.SUMMARY, targets.OURS, cpu=1.0),
        figures(cases.LIST, targets.BARE, cpu=2.0, rows=1_000_000),
        figures(cases.LIST, targets.OURS, cpu=1.5, rows=1_000_000, statements=6.0),
    ]

    found = {
        aim.what: (round(aim.value, 2), aim.met)
        for aim in targets.aims(measured, [], {10_000: Memory(100, 120, 80), 1_000_000: Memory(111, 120, 80)})
    }

    assert found == {
        "10,000: list of 25, CPU beside a bare list of 25": (0.5, True),
        "10,000: summary, CPU beside a bare list of 25": (0.5, True),
        "10,000: list of 25, statements": (2.0, True),
        "10,000: the web after all of it, MB": (100.0, True),
        "1,000,000: list of 25, CPU beside a bare list of 25": (0.75, False),
        "1,000,000: list of 25, statements": (6.0, False),
        "1,000,000: the web after all of it, MB": (111.0, False),
        "list of 25, CPU at 1,000,000 beside 10,000": (1.5, False),
    }


def test_two_writers_of_one_project_are_held_against_two_of_two():
    measured = [
        figures(cases.TOGETHER, targets.OURS, cpu=1.0, p50=6.5, connections=2),
        figures(cases.APART, targets.OURS, cpu=1.0, p50=5.0, connections=2),
    ]

    [aim] = targets.aims(measured, [], {})

    assert aim.what == "10,000: two writers, one project, time beside two of two"
    assert (aim.value, aim.met) == (1.3, False)


def test_two_writers_take_turns_and_never_have_the_same_finding():
    facts = {
        "base": "/",
        "slug": "a",
        "other": "b",
        "key": "k",
        "findings": list("123456"),
        "others": list("xy"),
    }

    of_one, of_two = (
        [ask.path for ask in itertools.islice(cases.writers(*slugs)(facts), 5)]
        for slugs in (("slug", "slug"), ("slug", "other"))
    )

    assert of_one == [f"/a/audit/findings/{pk}" for pk in "12341"]
    assert of_two == [
        f"/{slug}/audit/findings/{pk}" for slug, pk in (("a", 1), ("b", "x"), ("a", 2), ("b", "y"), ("a", 1))
    ]


def test_turns_make_one_row_and_the_table_can_be_read():
    turns = [figures(cases.LIST, targets.OURS, cpu=cpu, p50=cpu) for cpu in (3.0, 1.0, 2.0)]

    row = tables.of_measured([together(turns)]).splitlines()[-1]

    assert [cell.strip() for cell in row.strip("|").split("|")] == [
        "list of 25", "this API", "1", "2.00", "2.00", "500", "2.0", "2.00", "1.00", "1.00", "100",
    ]  # fmt: skip
