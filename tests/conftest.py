"""What every test gets."""

import time
from collections.abc import Iterator
from typing import Any

import kombu
import pytest
from django.test import TransactionTestCase, override_settings
from whitenoise.middleware import WhiteNoiseMiddleware
from xdist.scheduler import WorkStealingScheduling

from krafter_audit import jobs
from krafter_audit.api import ratelimit
from krafter_audit.celery import app
from tests import factories, flushing, sites


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_looked_for_once() -> Iterator[None]:
    """Each client of a test is a server that starts, and each would walk the same folders before its first answer."""
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
def _what_was_not_written_is_not_emptied() -> Iterator[None]:
    """See `flushing`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", flushing.flush)
        yield


@pytest.fixture
def world(db: None) -> factories.World:
    """One organisation with an owner, a project, a key and a client."""
    return factories.world()


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords_and_roomy_rate_limits() -> Iterator[None]:
    """Guessing is made slow and asking is limited for strangers; only the tests that are about it set it otherwise."""
    roomy = dict.fromkeys(("KRAFTER_RATE_DEFAULT", "KRAFTER_RATE_STRICT", "KRAFTER_RATE_PUBLIC"), 1_000_000)
    cheap = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(**roomy, KRAFTER_HOST_RATE=0, PASSWORD_HASHERS=cheap):
        yield


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes half a minute begins first: left to chance it begins last, and the other workers wait for it."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Who has nothing left takes of what others have: dealt out by number, one had half a minute of tests more."""
    return WorkStealingScheduling(config, log) if config.getoption("dist") == "load" else None


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """Who has met a broker or a Redis that was away asks it again after seconds: no concern of the next test."""
    ratelimit._resting_until = jobs._resting_until = 0.0


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The jobs that a broker was handed, each with its name and arguments; what workers are asked goes through."""
    taken: list[tuple[str, ...]] = []
    publish = kombu.Producer.publish

    def take(producer: kombu.Producer, body: Any, *, headers: dict[str, Any], **options: Any) -> None:
        if "task" in headers:
            taken.append((headers["task"], *body[0]))
        else:
            publish(producer, body, headers=headers, **options)

    monkeypatch.setattr(kombu.Producer, "publish", take)
    return taken


@pytest.fixture
def a_worker_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that has each job run by whoever sends it."""
    app.loader.import_default_modules()

    def carry_out(producer: kombu.Producer, body: Any, *, headers: dict[str, Any], **options: Any) -> None:
        app.tasks[headers["task"]].apply(body[0])

    monkeypatch.setattr(kombu.Producer, "publish", carry_out)


@pytest.fixture
def site(settings: object) -> Iterator[sites.Site]:
    """A website on loopback that this test's system may look at."""
    settings.KRAFTER_ALLOWED_NETWORKS = "127.0.0.0/8"  # type: ignore[attr-defined]
    with sites.serve() as served:
        yield served


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """An outage is asked about again at once instead of after seconds: the clock is faked, the asking is not."""
    monkeypatch.setattr("scanner.fetcher.time.sleep", lambda seconds: None)


@pytest.fixture
def middle_of_a_minute(time_machine: Any) -> None:
    """Stop the clock between two windows of a minute: a test that counts within one must not straddle two."""
    time_machine.move_to(int(time.time()) // 60 * 60 + 30, tick=False)
