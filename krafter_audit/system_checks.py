import os
import sys
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register, run_checks
from django.core.exceptions import ImproperlyConfigured

from krafter_audit.conf.declarations import SETTINGS, settings_of_providers
from krafter_audit.conf.reader import SettingsReader, unknown_variables
from krafter_audit.conf.setting import Setting

TAG = "environment"


@register(TAG)
def check_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [
        *_invalid_settings(),
        *_invalid_provider_settings(),
        *_missing_signing_key(),
        *_incomplete_single_sign_on(),
        *_unknown_variables(),
    ]


def _invalid_settings() -> Iterator[CheckMessage]:
    environment: SettingsReader = settings.ENVIRONMENT
    for setting in SETTINGS:
        problem = environment.problems.get(setting.name)
        if problem:
            yield Error(problem, hint=setting.hint, id="krafter.E001")
        else:
            yield from _problem(setting, _value_of(setting))


def _value_of(setting: Setting) -> Any:
    try:
        return getattr(settings, setting.django_name or setting.name, settings.ENVIRONMENT[setting.name])
    except ImproperlyConfigured:  # Django returns no empty SECRET_KEY
        return ""


def _invalid_provider_settings() -> Iterator[CheckMessage]:
    for setting in settings_of_providers():
        yield from _problem(setting, os.environ.get(setting.name, "").strip())


def _problem(setting: Setting, value: Any) -> Iterator[CheckMessage]:
    try:
        setting.validate(value)
    except ValueError as error:
        yield Error(str(error), hint=setting.hint, id="krafter.E002")


def _missing_signing_key() -> Iterator[CheckMessage]:
    if not settings.KRAFTER_SIGNING_KEYS.strip():
        hint = next(setting.hint for setting in SETTINGS if setting.name == "KRAFTER_SIGNING_KEYS")
        sentence = (
            "KRAFTER_SIGNING_KEYS is not set: evidence is chained but not signed and cannot be exported."
        )
        yield Warning(sentence, hint=hint, id="krafter.W001")


def _incomplete_single_sign_on() -> Iterator[CheckMessage]:
    if not settings.KRAFTER_OIDC_URL:
        return
    if not apps.is_installed("allauth.socialaccount"):
        hint = "Install the packages of requirements/image.txt, then run migrate."
        yield Error("KRAFTER_OIDC_URL is set without the extra `sso`.", hint=hint, id="krafter.E003")
    if not (settings.KRAFTER_OIDC_CLIENT_ID and settings.KRAFTER_OIDC_CLIENT_SECRET):
        hint = "Set KRAFTER_OIDC_CLIENT_ID and KRAFTER_OIDC_CLIENT_SECRET."
        yield Error("KRAFTER_OIDC_URL is set without a client.", hint=hint, id="krafter.E004")


def _unknown_variables() -> Iterator[CheckMessage]:
    for name, similar in unknown_variables(os.environ):
        hint = f"Did you mean {similar}?" if similar else "docs/operations.md lists every setting."
        yield Warning(
            f"{name} is not a setting of Krafter Audit and has no effect.", hint=hint, id="krafter.W002"
        )


def exit_on_invalid_settings() -> None:
    # The web server and Celery run no system checks by themselves.
    messages = run_checks(tags=[TAG])
    for message in messages:
        sys.stderr.write(f"{message.msg} {message.hint}\n")
    if any(message.is_serious() for message in messages):
        raise SystemExit(1)
