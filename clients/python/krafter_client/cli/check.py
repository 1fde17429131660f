"""The command that checks URLs on this machine, without a server."""

import logging
import os
from collections.abc import Iterable, Iterator
from typing import Annotated, Any

import typer

from krafter_client.cli import engine
from krafter_client.cli.options import (
    BaselineOption,
    FailOnOption,
    Format,
    FormatOption,
    ReportOption,
    Severity,
    WriteBaselineOption,
    finish,
    note,
)
from krafter_client.cli.problems import CheckedRule, Problem, Result, fingerprint, path_of, worst_first
from krafter_client.cli.progress import Progress


def check(
    urls: Annotated[list[str], typer.Argument(metavar="URL…", help="The URLs to check.")],
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="KEY,…", help="Run only these checks; repeatable.")
    ] = None,
    browser: Annotated[
        bool,
        typer.Option("--browser/--no-browser", help="Run the checks that need Chromium, if it is installed."),
    ] = True,
    format: FormatOption = Format.TABLE,
    report: ReportOption = None,
    fail_on: FailOnOption = Severity.LOW,
    baseline: BaselineOption = None,
    write_baseline: WriteBaselineOption = None,
) -> None:
    """Check URLs on this machine, without a server. Check only sites that you are authorised to test.

    KRAFTER_ALLOWED_NETWORKS allows networks that are not public, KRAFTER_CA_FILE adds trusted roots.
    """
    with Progress("Check") as progress:
        outcomes = dict(run(urls, only, with_browser=browser, progress=progress))
    finish(
        result_of(outcomes),
        format=format,
        reports=report,
        fail_on=fail_on,
        baseline=baseline,
        write_baseline=write_baseline,
    )


def run(
    urls: list[str], only: list[str] | None, *, with_browser: bool, progress: Progress
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each URL with the outcomes of its checks by key."""
    logging.getLogger().addHandler(logging.NullHandler())
    command, environments, runs = map(
        engine.load, ("scanner.cli.__main__", "scanner.cli.environment", "scanner.cli.run")
    )
    try:
        environment = environments.Environment.read(os.environ)
        keys = command.selected_keys(only, with_browser=with_browser)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    no_browser = runs.browser_problem(environment) if with_browser else runs.BROWSER_DISABLED
    if no_browser and any(map(command.needs_browser, keys)):
        progress.note(no_browser)
    wanted = list(dict.fromkeys(urls))
    progress.show(f"0/{len(wanted)} URLs")
    results = runs.check_urls(wanted, keys, environment, no_browser=no_browser)
    for number, done in enumerate(results, start=1):
        progress.show(f"{number}/{len(wanted)} URLs")
        yield done.url, done.outcomes


def result_of(outcomes: dict[str, dict[str, Any]]) -> Result:
    """Return the problems, the passed and the inconclusive checks of all URLs."""
    registry = engine.load("scanner.registry")
    problems, passed, inconclusive, unreachable = [], [], [], []
    for url, by_key in outcomes.items():
        statuses = {outcome.status for outcome in by_key.values()}
        if statuses == {"inconclusive"}:
            unreachable.append(url)
            note(f"{url} could not be checked: {_reason(by_key.values())}")
        for key, outcome in by_key.items():
            known = registry.get(key)
            if outcome.status == "failed":
                problems.append(_problem(known, url, outcome))
            elif outcome.status == "passed":
                passed.append(CheckedRule(key, known.title, url))
            elif outcome.status == "inconclusive":
                inconclusive.append(CheckedRule(key, known.title, url, outcome.reason or "inconclusive"))
    return Result(worst_first(once(problems)), tuple(passed), tuple(inconclusive), tuple(unreachable))


def _reason(outcomes: Iterable[Any]) -> str:
    details = (str(outcome.evidence.get("detail") or "") for outcome in outcomes)
    return next(filter(None, details), "no check had a result.")


def once(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Yield each problem once: URLs of several hosts with the same path have the same fingerprint."""
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for problem in problems:
        if (problem.fingerprint, problem.urls) not in seen:
            seen.add((problem.fingerprint, problem.urls))
            yield problem


def _problem(known: Any, url: str, outcome: Any) -> Problem:
    fix = known.fix.as_recommended_fix()
    return Problem(
        fingerprint=fingerprint(known.key, path_of(url)),
        rule=known.key,
        title=known.title,
        severity=known.severity,
        domain=known.domain,
        message=str(outcome.evidence.get("detail") or ""),
        urls=(url,),
        description=known.why,
        fix=fix["summary"],
        references=tuple(fix["references"]),
    )
