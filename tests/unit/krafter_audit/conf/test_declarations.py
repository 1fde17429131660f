"""The declarations of the settings: defaults, names, documentation."""

import pkgutil
import re

import pytest
from django.conf import settings as django_settings

from integrations.providers.registry import PROVIDERS as PROVIDER_NAMES
from krafter_audit.conf.declarations import DB_POOL_SIZE, PROVIDER_SETTINGS, PROVIDERS, SETTINGS
from krafter_audit.conf.reader import SettingsReader
from krafter_audit.conf.setting import Setting, SettingSection
from krafter_audit.conf.settings_tables import END_MARKER, START_MARKER, default, with_tables
from krafter_audit.server import RESERVED_THREADS, THREADS

ALL = [*SETTINGS, *PROVIDER_SETTINGS]
WITH_DEFAULT = [s for s in SETTINGS if s.default != "" or s.section is not SettingSection.REQUIRED]


@pytest.mark.parametrize("setting", WITH_DEFAULT, ids=lambda setting: setting.name)
def test_every_default_is_accepted(setting: Setting) -> None:
    setting.validate(setting.default)


def test_help_of_every_setting_is_a_sentence() -> None:
    assert [setting.name for setting in ALL if not setting.help.endswith((".", ")", "]"))] == []


def test_every_number_is_bounded() -> None:
    numbers = [setting for setting in ALL if type(setting.default) is int]

    assert len(numbers) > 10
    assert [setting.name for setting in numbers if None in (setting.minimum, setting.maximum)] == []


def test_every_validator_exists() -> None:
    validators = {setting.validator for setting in ALL if isinstance(setting.validator, str)}

    assert len(validators) > 3
    assert [name for name in validators if not callable(pkgutil.resolve_name(name))] == []


def test_an_empty_variable_has_the_default() -> None:
    reader = SettingsReader({setting.name: "" for setting in SETTINGS})

    assert {setting.name: reader[setting.name] for setting in SETTINGS} == {
        setting.name: setting.default for setting in SETTINGS
    }
    assert reader.problems == {}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("KRAFTER_RATE_DEFAULT", " 250 ", 250),
        ("KRAFTER_DB_POOL", "1", True),
        ("KRAFTER_DB_POOL", "Yes", True),
        ("KRAFTER_CHROMIUM_SANDBOX", "0", False),
        ("KRAFTER_CHROMIUM_SANDBOX", "False", False),
        ("KRAFTER_ALLOWED_HOSTS", "a.example, b.example,", ["a.example", "b.example"]),
        ("KRAFTER_LOG_LEVEL", "debug", "DEBUG"),
        ("KRAFTER_SECRET_KEY", "$not-another-variable", "$not-another-variable"),
    ],
)
def test_a_value_is_parsed_by_its_type(name: str, text: str, value: object) -> None:
    assert SettingsReader({name: text})[name] == value


def test_names_are_declared_once() -> None:
    names = [setting.name for setting in ALL]

    assert len(names) == len(set(names))


def test_the_settings_of_providers_are_those_of_the_registry() -> None:
    assert {name.lower() for name in PROVIDERS} == set(PROVIDER_NAMES)


def test_settings_read_exactly_the_declared_names() -> None:
    source = (django_settings.BASE_DIR / "krafter_audit" / "settings.py").read_text()
    read = set(re.findall(r"\benv\.\w+\([\"'](\w+)[\"']\)", source))

    declared = {
        s.name for s in SETTINGS if s.section not in (SettingSection.COMMANDS, SettingSection.INTERNAL)
    }
    assert read == declared


def test_the_pool_has_a_connection_for_each_thread_that_uses_the_database() -> None:
    assert THREADS + RESERVED_THREADS["/admin/login/"] == DB_POOL_SIZE


def test_settings_without_a_default_are_documented_as_none() -> None:
    without = [setting for setting in ALL if not setting.default_text and setting.default in ("", ())]

    assert {default(setting) for setting in without} == {"none"}


def test_the_tables_of_operations_md_are_those_of_the_declarations() -> None:
    page = (django_settings.BASE_DIR / "docs" / "operations.md").read_text(encoding="utf-8")

    assert with_tables(page) == page


def test_outdated_table_is_rewritten() -> None:
    page = f"# Operations\n\n{START_MARKER}\n\nOld.\n\n{END_MARKER}\n\n## Production\n"

    written = with_tables(page)

    assert "Old." not in written
    assert (
        "| `KRAFTER_RATE_DEFAULT` | `100` | 1 to 1000000 | Requests per minute and organisation. |" in written
    )
    assert written.startswith("# Operations\n")
    assert written.endswith(f"{END_MARKER}\n\n## Production\n")
    assert with_tables(written) == written


def test_a_page_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="has no lines"):
        with_tables("# Operations\n")
