"""Refuse to start with a wrong setting, in a sentence that names it."""

import re
import shutil
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register, run_checks

from krafter_audit.http.addresses import AddressPolicy
from krafter_audit.http.dns import parse_servers
from krafter_audit.security.vault import parse_keys
from scanner.evidence_bundle.keys import parse_signing_keys

MAKE_KEYS = (
    "Make one: python -c \"import os, base64; print('k1:' + base64.b64encode(os.urandom(32)).decode())\""
)
HOW_TO_MAKE_ONE = "Make one: python -c 'import secrets; print(secrets.token_urlsafe(48))'"


@register("environment")
def environment(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Look at the settings that this system reads from the environment."""
    found = [
        *(
            Error(problem, hint="docs/operations.md lists every setting.", id="krafter.E000")
            for problem in settings.KRAFTER_PROBLEMS
        ),
        _secret_key(),
        _parsed("KRAFTER_ENCRYPTION_KEYS", parse_keys, MAKE_KEYS),
        _parsed("KRAFTER_SIGNING_KEYS", parse_signing_keys, MAKE_KEYS),
        _unsigned(),
        _parsed("KRAFTER_ALLOWED_NETWORKS", AddressPolicy.from_setting, "Example: 127.0.0.0/8,10.1.0.0/16"),
        _parsed("KRAFTER_OWNED_HOSTS", _host_names, "Example: example.com,*.example.com"),
        _parsed("KRAFTER_DNS_SERVERS", parse_servers, "Example: 192.0.2.53,192.0.2.54:5353"),
        _public_url(),
        _months("KRAFTER_EVENTS_KEEP_MONTHS"),
        _months("KRAFTER_EVIDENCE_KEEP_MONTHS"),
        _rate("KRAFTER_REPLICA_LAG_SECONDS", "It is a number of seconds."),
        *(_rate(f"KRAFTER_RATE_{kind}") for kind in ("DEFAULT", "STRICT", "PUBLIC", "HOOKS")),
        _ca_file(),
        _chromium(),
    ]
    return [message for message in found if message is not None]


def _secret_key() -> CheckMessage | None:
    if len(settings.SECRET_KEY) >= 32:
        return None
    return Error(
        "KRAFTER_SECRET_KEY is missing or shorter than 32 characters.",
        hint=HOW_TO_MAKE_ONE,
        id="krafter.E001",
    )


def _parsed(name: str, parse: Callable[[str], object], hint: str) -> CheckMessage | None:
    try:
        parse(getattr(settings, name))
    except ValueError as error:
        return Error(f"{name}: {error}", hint=hint, id="krafter.E002")
    return None


def _unsigned() -> CheckMessage | None:
    if settings.KRAFTER_SIGNING_KEYS.strip():
        return None
    return Warning(
        "KRAFTER_SIGNING_KEYS is not set: evidence is chained but not signed, and no bundle of it can be had.",
        hint=MAKE_KEYS,
        id="krafter.W001",
    )


def _host_names(setting: str) -> None:
    """Take `example.com` and `*.example.com`. Raises ValueError with a sentence that names the entry at fault."""
    for entry in filter(None, (part.strip() for part in setting.split(","))):
        if not re.fullmatch(r"(\*\.)?[a-z0-9][a-z0-9.:-]*", entry, re.IGNORECASE):
            raise ValueError(f"'{entry}' is no host name.")


def _public_url() -> CheckMessage | None:
    parts = urlsplit(settings.KRAFTER_PUBLIC_URL)
    if parts.scheme in ("http", "https") and parts.hostname:
        return None
    return Error(
        "KRAFTER_PUBLIC_URL is not an http(s) address.",
        hint="Example: https://audit.example.com",
        id="krafter.E003",
    )


def _rate(name: str, hint: str = "It is the number of requests a minute.") -> CheckMessage | None:
    if getattr(settings, name) > 0:
        return None
    return Error(f"{name} must be at least 1.", hint=hint, id="krafter.E004")


def _result_days() -> CheckMessage | None:
    if settings.KRAFTER_RESULTS_KEEP_DAYS >= 0:
        return None
    return Error(
        "KRAFTER_RESULTS_KEEP_DAYS must be at least 0.",
        hint="It is how long what each check said in a scan is kept; 0 is for ever.",
        id="krafter.E013",
    )


def _host_rate() -> CheckMessage | None:
    if settings.KRAFTER_HOST_RATE >= 0:
        return None
    return Error(
        "KRAFTER_HOST_RATE must be at least 0.",
        hint="It is the number of requests a second to one site; 0 is no limit.",
        id="krafter.E009",
    )


def _months(name: str) -> CheckMessage | None:
    if getattr(settings, name) >= 0:
        return None
    return Error(
        f"{name} is below 0.", hint="It is a number of months; 0 keeps everything.", id="krafter.E012"
    )


def _ca_file() -> CheckMessage | None:
    import ssl

    if not settings.KRAFTER_CA_FILE:
        return None
    try:
        ssl.create_default_context(cafile=settings.KRAFTER_CA_FILE)
    except OSError as error:
        return Error(
            f"KRAFTER_CA_FILE cannot be read: {error}", hint="A PEM file of certificates.", id="krafter.E005"
        )
    return None


def _chromium() -> CheckMessage | None:
    if not settings.KRAFTER_CHROMIUM or shutil.which(settings.KRAFTER_CHROMIUM):
        return None
    return Error(
        f"KRAFTER_CHROMIUM names {settings.KRAFTER_CHROMIUM}, which cannot be run.",
        hint="Example: /usr/bin/chromium-headless-shell. Left out, the one on the PATH is taken.",
        id="krafter.E006",
    )


def stop_unless_right() -> None:
    """End the process with a sentence for each setting that is wrong: granian and Celery run no system checks."""
    messages = run_checks(tags=["environment"])
    for message in messages:
        sys.stderr.write(f"{message.msg} {message.hint}\n")
    if any(message.is_serious() for message in messages):
        raise SystemExit(1)
