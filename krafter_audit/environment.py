"""Reading the environment: what cannot be read is noted by its name, and `krafter_audit/system_checks.py` stops the start."""

from collections.abc import Callable
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

YES_AND_NO = {*environ.Env.BOOLEAN_TRUE_STRINGS, "false", "off", "no", "n", "0", ""}


class Environment(environ.Env):
    """The environment; `problems` holds a sentence for each value that could not be read."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []

    def int(self, var: str, default: Any = 0) -> int:
        """Return a whole number."""
        return int(self._read(super().int, var, default, "is not a whole number"))

    def bool(self, var: str, default: Any = False) -> bool:
        """Return yes or no."""
        word = self.str(var, default="true" if default else "false")
        if word.strip().lower() not in YES_AND_NO:
            self.problems.append(f"{var} is neither true nor false.")
        return word.strip().lower() in self.BOOLEAN_TRUE_STRINGS

    def db(self, var: str = "DATABASE_URL", default: Any = "", **more: Any) -> Any:
        """Return a database's settings from its URL."""
        return self._read(super().db, var, default, "is not the URL of a database", **more)

    def mail(self, var: str, default: Any) -> Any:
        """Return a mail server's settings from its URL."""
        return self._read(super().email_url, var, default, "is not the URL of a mail server")

    def _read(self, read: Callable[..., Any], var: str, default: Any, wrong: str, **more: Any) -> Any:
        try:
            return read(var, default=default, **more)
        except (ValueError, KeyError, ImproperlyConfigured):
            self.problems.append(f"{var} {wrong}.")  # the value may hold a password: it is not repeated
            return read("", default=default, **more)
