import difflib
from collections.abc import Iterator, Mapping
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from krafter_audit.conf.declarations import SETTINGS, settings_of_providers
from krafter_audit.conf.setting import Setting

PREFIX = "KRAFTER_"


class SettingsReader:
    """The values of the declared settings; `problems` has a sentence for each unparsable one."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.problems: dict[str, str] = {}
        self._values = {setting.name: self._parsed(setting) for setting in SETTINGS}

    def _parsed(self, setting: Setting) -> Any:
        try:
            return setting.parse(self.environment.get(setting.name, ""))
        except ValueError as error:
            self.problems[setting.name] = str(error)
            # Settings can always be loaded: a system check reports all problems together, not the first traceback.
            return setting.default

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def text(self, name: str) -> str:
        return str(self._values[name])

    def integer(self, name: str) -> int:
        return int(self._values[name])

    def boolean(self, name: str) -> bool:
        return bool(self._values[name])

    def texts(self, name: str) -> list[str]:
        return list(self._values[name])

    def database(self, name: str) -> dict[str, Any]:
        try:
            return dict(environ.Env.db_url_config(self._values[name]))
        except (ValueError, KeyError, ImproperlyConfigured):
            return {}

    def mail(self, name: str) -> dict[str, Any]:
        try:
            return dict(environ.Env.email_url_config(self._values[name]))
        except (ValueError, KeyError, ImproperlyConfigured):
            return dict(environ.Env.email_url_config("consolemail://"))


def unknown_variables(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield unknown KRAFTER_* variables, with the most similar setting or ""."""
    # Otherwise a misspelled variable would have no effect, without a message.
    known = {setting.name.removeprefix(PREFIX) for setting in (*SETTINGS, *settings_of_providers())}
    for name in sorted(environment):
        ending = name.removeprefix(PREFIX)
        if name.startswith(PREFIX) and ending not in known:
            similar = difflib.get_close_matches(ending, known, n=1)
            yield name, f"{PREFIX}{similar[0]}" if similar else ""
