import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import environ

TRUE_WORDS = frozenset(environ.Env.BOOLEAN_TRUE_STRINGS)
FALSE_WORDS = frozenset({"false", "off", "no", "n", "0"})

# Raises ValueError with a sentence about the error, without the value, which may be a secret.
type Validator = Callable[[str], object]


class SettingSection(StrEnum):
    REQUIRED = "Required"
    WEB = "Web"
    SIGN_IN = "Sign-in"
    SCANNING = "Scanning"
    DATABASE = "Database"
    RETENTION = "Retention"
    FILES_AND_MAIL = "Files and e-mail"
    OPERATION = "Operation"
    BACKUPS = "Backups"
    PROVIDERS = "Providers"
    COMMANDS = "The script and the commands"
    INTERNAL = "Internal"  # not documented: one process of the system sets it for another


@dataclass(frozen=True, kw_only=True)
class Setting:
    """An environment variable: its default, bounds and documentation."""

    name: str
    help: str
    # The default has the type of the value; a tuple is parsed from comma-separated texts.
    default: str | int | bool | tuple[str, ...] = ""
    default_text: str = ""
    minimum: int | None = None
    maximum: int | None = None
    min_length: int = 0
    choices: tuple[str, ...] = ()
    # A function, or its path `module:function` if an import would load too much.
    validator: Validator | str | None = None
    hint: str = "docs/operations.md describes every setting."
    secret: bool = False
    django_name: str = ""  # the Django setting of the value, if named differently
    section: SettingSection = SettingSection.INTERNAL

    def parse(self, text: str) -> Any:
        """Return the value of an environment variable; the default if it is empty. Raises ValueError."""
        text = text.strip()
        if not text:
            return self.default
        if isinstance(self.default, bool):
            value: Any = self._boolean(text)
        elif isinstance(self.default, int):
            value = self._integer(text)
        elif isinstance(self.default, tuple):
            value = [entry.strip() for entry in text.split(",") if entry.strip()]
        else:
            value = text.upper() if self.choices else text
        self._check_bounds(value)
        return value

    def validate(self, value: Any) -> None:
        """Raise ValueError with a sentence of the setting and its accepted values."""
        if self.min_length and len(value) < self.min_length:
            raise ValueError(f"{self.name} is missing or shorter than {self.min_length} characters.")
        self._check_bounds(value)
        if self.validator is None or not (value or self.section is SettingSection.REQUIRED):
            return
        validator = (
            pkgutil.resolve_name(self.validator) if isinstance(self.validator, str) else self.validator
        )
        for entry in value if isinstance(self.default, tuple) else [value]:
            try:
                validator(entry)
            except ValueError as error:
                raise ValueError(f"{self.name}: {error}") from None

    def _integer(self, text: str) -> int:
        try:
            return int(text)
        except ValueError:
            raise ValueError(f"{self.name} is not a whole number. Accepted: {self.accepted}.") from None

    def _boolean(self, text: str) -> bool:
        if text.lower() not in TRUE_WORDS | FALSE_WORDS:
            raise ValueError(f"{self.name} is neither true nor false. Accepted: {self.accepted}.")
        return text.lower() in TRUE_WORDS

    def _check_bounds(self, value: Any) -> None:
        if self.minimum is not None and value < self.minimum:
            raise ValueError(f"{self.name} is less than {self.minimum}. Accepted: {self.accepted}.")
        if self.maximum is not None and value > self.maximum:
            raise ValueError(f"{self.name} is more than {self.maximum}. Accepted: {self.accepted}.")
        if self.choices and value not in self.choices:
            raise ValueError(f"{self.name} is none of the accepted words. Accepted: {self.accepted}.")

    @property
    def accepted(self) -> str:
        """Return the accepted values in words, such as `1 to 1000`, or ""."""
        if self.choices:
            return ", ".join(self.choices)
        if isinstance(self.default, bool):
            return "true or false"
        if isinstance(self.default, int):
            return f"{self.minimum} to {self.maximum}"
        return f"at least {self.min_length} characters" if self.min_length else ""


def in_section(section: SettingSection, *settings: Setting) -> tuple[Setting, ...]:
    return tuple(replace(setting, section=section) for setting in settings)
