"""A worker answers with the time of its machine."""

import os
import subprocess
import sys
import time

import pytest
from celery import current_app

from tests.waiting import eventually


@pytest.mark.slow
def test_worker_answers_with_its_time() -> None:
    worker = [sys.executable, "-m", "celery", "-A", "krafter_audit", "worker", "--concurrency", "1"]
    worker += ["--without-gossip", "--without-mingle", "--queues", "scan_browser", "--hostname", "clock@here"]
    quiet, answers, before = subprocess.DEVNULL, [], time.time()
    with subprocess.Popen(worker, env=os.environ, stdout=quiet, stderr=quiet) as process:
        try:
            assert eventually(
                lambda: (
                    answers.extend(
                        current_app.control.broadcast("wall_clock", reply=True, destination=["clock@here"])
                    )
                    or answers
                ),
                seconds=60,
            )
        finally:
            process.kill()

    assert before < answers[0]["clock@here"] < time.time()
