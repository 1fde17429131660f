"""The report of a soak."""

import pytest

from devtools.soak.__main__ import main, report
from devtools.soak.load import Load
from devtools.soak.samples import History, Sample


def test_report_names_growing_processes_and_errors(capsys) -> None:
    load = Load({"demo_site": "s", "api_key": "k", "url": "u", "org_id": "o", "project_id": "p"})
    flat, growing = History(), History()
    for number in range(120):
        flat.add({"web 1": Sample(100, 30)})
        growing.add({"web 1": Sample(100 + 5 * number, 30)})

    assert (report(flat, load), report(growing, load), report(History(), load)) == (True, False, False)
    load.responses["POST scans", 500] += 1
    assert report(flat, load) is False
    assert "web 1" in capsys.readouterr().out


def test_soak_that_is_shorter_than_its_warm_up_is_refused(capsys) -> None:
    with pytest.raises(SystemExit):
        main(["--minutes", "5"])

    assert "less than 10 minutes" in capsys.readouterr().err
