"""Fixtures and hooks of all tests."""

import gc
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kombu
import pytest
from django.test import Client, TransactionTestCase, override_settings
from whitenoise.middleware import WhiteNoiseMiddleware

from krafter_audit.celery import app
from krafter_audit.db import redis_client
from krafter_audit.jobs import fair_queue, queues
from tests import (
    changed_tests,
    database_flush,
    database_role,
    database_template,
    factories,
    missing_packages,
    openapi_validation,
    slow_modules,
    staff,
)
from tests.browser import chromium
from tests.fakes import faulty_site

SLOW_TEST_SECONDS = 600
CHOSEN = pytest.StashKey[set[str]]()  # the paths of test files for `--changed`
gc.set_threshold(20_000)  # not 2,000: a seventh of the time went into looking for garbage
gc.disable()  # until the tests are collected


@pytest.fixture(scope="session", autouse=True)
def _search_static_files_once() -> Iterator[None]:
    """Search the static files once: each test client starts WhiteNoise, which would search the folders again."""
    look, found = WhiteNoiseMiddleware.add_files_from_finders, {}

    def once(server: WhiteNoiseMiddleware) -> None:
        if not found:
            look(server)
            found.update(server.files)
        server.files.update(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", once)
        yield


@pytest.fixture(scope="session", autouse=True)
def _close_chromium() -> Iterator[None]:
    """Close the browser that the tests of a process share (tests/browser/chromium.py)."""
    yield
    chromium.close()


@pytest.fixture(scope="session", autouse=True)
def _delete_rows_instead_of_truncating() -> Iterator[None]:
    """Empty the tables after a test that commits without TRUNCATE (tests/database_flush.py)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", database_flush.flush)
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, django_db_blocker: Any, worker_id: str
) -> Iterator[None]:
    """Run the migrations once for all processes (tests/database_template.py)."""
    if worker_id == "master":  # a single process
        yield
        return
    with django_db_blocker.unblock():
        database_template.use()
    yield
    with django_db_blocker.unblock():
        database_template.drop()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Run the tests as the application role, as the web and the workers run."""
    with django_db_blocker.unblock():
        database_role.enter()
    yield
    database_role.leave()


@pytest.fixture
def database_owner(db: None) -> Iterator[None]:
    """Run this test as the owner of the tables."""
    with database_role.as_owner():
        yield


@pytest.fixture(scope="session", autouse=True)
def _validate_responses() -> Iterator[None]:
    """Validate every response to a test's client against the OpenAPI description (tests/openapi_validation.py)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "request", openapi_validation.request_and_validate)
        yield


@pytest.fixture
def scenario(db: None) -> factories.Scenario:
    """Return an organisation with an owner, a project, an API key and a client."""
    return factories.scenario()


@pytest.fixture(scope="session", autouse=True)
def _fast_hasher_and_high_rate_limits() -> Iterator[None]:
    """Use a fast password hasher and high rate limits; tests of these set their own values."""
    roomy = dict.fromkeys(
        (
            "KRAFTER_RATE_DEFAULT",
            "KRAFTER_RATE_STRICT",
            "KRAFTER_RATE_PUBLIC",
            "KRAFTER_RATE_WRONG_KEYS",
            "KRAFTER_RATE_ANONYMOUS",
        ),
        1_000_000,
    )
    cheap = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(**roomy, KRAFTER_HOST_RATE=0, PASSWORD_HASHERS=cheap):
        yield


@pytest.fixture
def operator(db: None) -> Client:
    """Return a client that is logged in to the admin as a superuser."""
    return staff.logged_in_client()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--changed",
        nargs="?",
        const="HEAD",
        metavar="COMMIT",
        help="Run only the tests of what has changed since a commit, by default since the last one.",
    )
    parser.addoption("--count", type=int, default=0, help="How many long histories to run (tests/histories).")
    parser.addoption("--seed", type=int, default=1, help="The seed of the first of them.")


def pytest_configure(config: pytest.Config) -> None:
    """Choose the test files for `--changed`."""
    if commit := config.getoption("--changed"):
        try:
            config.stash[CHOSEN] = changed_tests.tests_of_all(changed_tests.changed_files(commit))
        except ValueError as error:
            raise pytest.UsageError(str(error)) from None


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Ignore the test files that were not chosen, and those of which no test would run."""
    if not collection_path.match("test_*.py"):
        return None
    chosen = config.stash.get(CHOSEN, None)
    if chosen is not None:
        return str(collection_path.relative_to(config.rootpath)) not in chosen or None
    return slow_modules.is_left_out(collection_path, config.getoption("markexpr")) or None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what cannot run here, and begin with the slow tests: the others fill the time beside them."""
    missing_packages.skip_tests(items)
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.timeout(SLOW_TEST_SECONDS))


def pytest_collection_finish() -> None:
    """Look for no garbage in the modules and the tests themselves, which stay to the end."""
    gc.freeze()
    gc.enable()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Report the tests that were skipped without Chromium or Pango, or left out as slow."""
    if terminalreporter.config.getoption("markexpr") == slow_modules.LEFT_OUT:
        terminalreporter.write_line(
            "Slow tests were left out: ./krafter test --all runs them too.", yellow=True
        )
    skipped = terminalreporter.stats.get("skipped", [])
    for line in missing_packages.summary(report.longrepr[2] for report in skipped):
        terminalreporter.write_line(line, yellow=True)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """Reset the retry delays after a broker or Redis failure, so that they do not affect the next test."""
    redis_client._retry_at = queues._retry_at = 0.0


@pytest.fixture
def no_recorded_use() -> None:
    """Delete what organisations have used of the workers, which decides who is served next."""
    for key in redis_client.connection().keys(f"{fair_queue.PREFIX}*"):
        redis_client.connection().delete(key)


@pytest.fixture
def enqueued(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Return the list of enqueued jobs, each with its name and arguments. Inspection of workers still works."""
    jobs: list[tuple[str, ...]] = []
    publish = kombu.Producer.publish

    def record(producer: kombu.Producer, body: Any, *, headers: dict[str, Any], **options: Any) -> None:
        if "task" in headers:
            jobs.append((headers["task"], *body[0]))
        else:
            publish(producer, body, headers=headers, **options)

    monkeypatch.setattr(kombu.Producer, "publish", record)
    return jobs


@pytest.fixture
def eager_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each job at once in the process that enqueues it."""
    app.loader.import_default_modules()

    def run_job(producer: kombu.Producer, body: Any, *, headers: dict[str, Any], **options: Any) -> None:
        app.tasks[headers["task"]].apply(body[0])

    monkeypatch.setattr(kombu.Producer, "publish", run_job)


@pytest.fixture
def site(settings: object) -> Iterator[faulty_site.FaultySite]:
    """Serve a website on loopback, which the test's settings allow to be scanned."""
    settings.KRAFTER_ALLOWED_NETWORKS = "127.0.0.0/8"  # type: ignore[attr-defined]
    with faulty_site.serve() as served:
        yield served


@pytest.fixture
def no_retry_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retry at once after an outage instead of after seconds. The requests are real."""
    monkeypatch.setattr("scanner.fetcher.time.sleep", lambda seconds: None)


@pytest.fixture
def mid_minute_clock(time_machine: Any) -> None:
    """Stop the clock in the middle of a minute, so that a test does not cross two rate limit windows."""
    time_machine.move_to(int(time.time()) // 60 * 60 + 30, tick=False)
