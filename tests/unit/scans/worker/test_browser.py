"""A worker has a browser where the configured Chromium exists; its settings are those of the operator."""

from typing import Any

from scans.worker.browser import chromium_options, worker_browser


def test_options_are_the_settings_of_the_operator(settings: Any) -> None:
    settings.KRAFTER_CHROMIUM, settings.KRAFTER_CHROMIUM_SANDBOX = "/opt/chromium", True
    settings.KRAFTER_CA_FILE = "/etc/ca.pem"

    options = chromium_options()

    assert (options.executable, options.sandbox, options.ca_file) == ("/opt/chromium", True, "/etc/ca.pem")


def test_worker_has_no_browser_without_chromium(settings: Any) -> None:
    settings.KRAFTER_CHROMIUM = "/nowhere/chromium"

    with worker_browser() as browser:
        assert browser is None
