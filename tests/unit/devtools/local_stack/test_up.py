"""What `./krafter up` tells its user."""

import pytest

from devtools.local_stack import up


@pytest.mark.parametrize(
    ("user", "chromium", "is_told"),
    [(0, "/usr/bin/chromium", True), (1000, "/usr/bin/chromium", False), (0, None, False)],
)
def test_root_is_told_that_chromium_has_no_sandbox(
    user: int, chromium: str | None, is_told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: user)
    monkeypatch.setattr("scanner.browser.executables.chromium", lambda configured: chromium)

    assert ("without its sandbox" in up.sandbox_notice()) == is_told


def test_user_is_told_what_the_role_of_the_database_may_do() -> None:
    assert up.role_notice("") == ""
    assert "krafter owns 163 tables" in up.role_notice("krafter owns 163 tables")
