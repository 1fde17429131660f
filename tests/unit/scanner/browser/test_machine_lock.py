"""A timed load runs alone on the machine; untimed visits run beside each other."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from scanner.browser import machine_lock
from scanner.browser.machine_lock import lab_slot, visit_slot


@pytest.fixture(autouse=True)
def _own_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_lock, "DIRECTORY", tmp_path)


class Holder:
    """Takes a slot in another thread, and holds it until `release`."""

    def __init__(self, slot: Callable[[], AbstractContextManager[None]]) -> None:
        self._slot, self._taken, self._released = slot, threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._hold, daemon=True)
        self._thread.start()

    def _hold(self) -> None:
        with self._slot():
            self._taken.set()
            self._released.wait(10)

    def has_it(self, within: float = 0.1) -> bool:
        return self._taken.wait(within)

    def release(self) -> None:
        self._released.set()
        self._thread.join(10)


def test_visits_run_beside_each_other() -> None:
    first, second = Holder(visit_slot), Holder(visit_slot)

    assert (first.has_it(10), second.has_it(10)) == (True, True)
    first.release()
    second.release()


@pytest.mark.parametrize(
    ("held", "wanted"), [(lab_slot, visit_slot), (visit_slot, lab_slot), (lab_slot, lab_slot)]
)
def test_timed_load_and_another_visit_exclude_each_other(held: object, wanted: object) -> None:
    first = Holder(held)
    assert first.has_it(10)
    second = Holder(wanted)
    waited = not second.has_it()
    first.release()

    assert (waited, second.has_it(10)) == (True, True)
    second.release()


@pytest.mark.slow
def test_visit_does_not_overtake_a_waiting_timed_load() -> None:
    running = Holder(visit_slot)
    assert running.has_it(10)
    timed = Holder(lab_slot)
    assert not timed.has_it()
    late = Holder(visit_slot)
    overtook = late.has_it()
    running.release()

    assert (overtook, timed.has_it(10), late.has_it()) == (False, True, False)
    timed.release()
    assert late.has_it(10)
    late.release()


def test_slot_is_free_after_an_error() -> None:
    with pytest.raises(ValueError, match="broken"), lab_slot():
        raise ValueError("broken")

    with lab_slot():
        pass
