"""Tests that need Chromium or Pango: skipped with a reason and a summary, except in continuous integration."""

import pytest

from tests import missing_packages


@pytest.fixture(autouse=True)
def _clear_cache() -> None:
    missing_packages.problem.cache_clear()


@pytest.mark.parametrize("name", missing_packages.NEEDS)
def test_tests_with_missing_packages_fail_in_continuous_integration(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("KRAFTER_CHROMIUM", "/nowhere")

    assert missing_packages.problem(name) == ""


def test_skips_and_counts_tests_whose_package_is_missing(request: pytest.FixtureRequest) -> None:
    item = pytest.Function.from_parent(request.node.parent, name="any", callobj=lambda: None)
    item.add_marker(pytest.mark.needs_chromium)

    missing_packages.skip_tests([item], problem=lambda name: "is not installed")
    reason = f"Skipped: {item.get_closest_marker('skip').kwargs['reason']}"

    lines = missing_packages.summary([reason, reason, "Skipped: another reason"])
    assert lines[:2] == ["Not proved on this machine:", "  2 tests need Chromium, which is not installed"]
    assert "chromium-headless-shell" in lines[2]


def test_skips_no_test_whose_package_is_installed(request: pytest.FixtureRequest) -> None:
    item = pytest.Function.from_parent(request.node.parent, name="any", callobj=lambda: None)
    item.add_marker(pytest.mark.needs_pango)

    missing_packages.skip_tests([item], problem=lambda name: "")

    assert item.get_closest_marker("skip") is None
    assert missing_packages.summary(["Skipped: another reason"]) == []
