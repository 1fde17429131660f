"""Figures are compared with their aims and, page by page, with the bare run."""

from devtools.benchmark import tables
from devtools.benchmark.scans import aims, report
from devtools.benchmark.scans.measurement import Figures
from tests.project_rules.source import ROOT


def scan(**changes: object) -> Figures:
    values = {
        "pages": 25,
        "seconds": 20.0,
        "cpu": 50.0,
        "requests": 200,
        "first_finding": 1.5,
        "findings": 15,
    }
    return Figures(aims.SCAN_TRIVIAL, **{**values, "outcome": "completed", **changes})  # type: ignore[arg-type]


BARE = Figures(aims.BARE_AXE_TRIVIAL, pages=25, seconds=10.0, cpu=10.0, requests=75, megabytes=400)


def by_figure(*measured: Figures) -> dict[str, aims.ComparedFigure]:
    compared = aims.compare({figures.name: figures for figures in measured})
    return {comparison.figure: comparison for comparison in compared if comparison.case == aims.SCAN_TRIVIAL}


def test_figures_are_beside_their_aims_with_the_ratio_to_the_bare_run() -> None:
    compared = by_figure(scan(), BARE)

    assert (compared["seconds"].value, compared["seconds"].ratio, compared["seconds"].met) == (
        20.0,
        2.0,
        True,
    )
    assert (compared["cpu_per_page"].value, compared["cpu_per_page"].ratio) == (2.0, 5.0)
    assert not compared["cpu_per_page"].met
    assert compared["requests_per_page"].ratio == 2.67
    assert compared["megabytes"].met


def test_a_scan_without_all_findings_misses_its_aim() -> None:
    assert by_figure(scan())["findings"].met
    assert not by_figure(scan(findings=14))["findings"].met
    assert not by_figure(scan(findings=16))["findings"].met
    assert not by_figure(scan(first_finding=None))["first_finding"].met


def test_ratio_of_verifications_is_per_page() -> None:
    verification = Figures(aims.AXE_PASSED, pages=5, seconds=4.0, cpu=1.0, requests=20, outcome="passed")

    (compared,) = aims.compare({aims.AXE_PASSED: verification, BARE.name: BARE})

    assert compared.ratio == 2.0


def test_an_outcome_that_was_not_planted_is_reported() -> None:
    measured = {aims.SCAN_TRIVIAL: scan(outcome="failed"), BARE.name: BARE}

    assert aims.wrong_outcomes(measured) == ["scan, 25 trivial pages: failed instead of completed"]


def test_tables_have_every_case_and_aim() -> None:
    measured = {figures.name: figures for figures in (BARE, scan())}

    text = report.markdown(measured, list(aims.compare(measured)), {}, latency=5)

    assert "the sites answer after 5 ms" in text
    assert text.count("| scan, 25 trivial pages") == 1 + len(by_figure(scan()))


def test_section_of_scans_and_section_of_the_api_are_replaced_separately() -> None:
    page = (ROOT / "docs" / "benchmarks.md").read_text()

    written = tables.replace_figures(page, "the scans\n", report.START_MARKER, report.END_MARKER)
    both = tables.replace_figures(written, "the API\n")

    assert page.partition(report.START_MARKER)[0] == written.partition(report.START_MARKER)[0]
    assert page.partition(report.END_MARKER)[2] == written.partition(report.END_MARKER)[2]
    assert f"{report.START_MARKER}\n\nthe scans\n\n{report.END_MARKER}" in both
    assert f"{tables.START_MARKER}\n\nthe API\n\n{tables.END_MARKER}" in both
