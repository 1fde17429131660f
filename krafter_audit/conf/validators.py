"""Validators of text settings, which raise ValueError without repeating a secret."""

import re
import shutil
import ssl
from email.utils import parseaddr
from importlib.util import find_spec
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

_HOST = re.compile(r"(\*\.)?[a-z0-9][a-z0-9.:-]*", re.IGNORECASE)
_ORIGIN = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?")
_ALLOWED_HOST = re.compile(r"\*|\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\]", re.IGNORECASE)


def http_url(value: str) -> None:
    try:
        parts = urlsplit(value)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        valid = valid and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise ValueError("it must be a URL that begins with https:// or http://.")


def database_url(value: str) -> None:
    try:
        engine = environ.Env.db_url_config(value)["ENGINE"]
    except (ValueError, KeyError, ImproperlyConfigured):
        engine = ""
    if not str(engine).endswith("postgresql"):
        raise ValueError(
            "it must be the URL of a PostgreSQL database: postgres://user:password@host:5432/name."
        )


def host_and_port(value: str) -> None:
    host, _, port = value.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise ValueError("it must be an address and a port: 127.0.0.1:9808.")


def role_name(value: str) -> None:
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", value):
        raise ValueError(
            "it must be the name of a database role: lower-case letters, digits and underscores."
        )


def redis_url(value: str) -> None:
    try:
        parts = urlsplit(value)
        valid = parts.scheme in ("redis", "rediss") and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise ValueError("it must be the URL of a Redis or Valkey server: redis://:password@host:6379/0.")


def otlp_url(value: str) -> None:
    http_url(value)
    if not find_spec("opentelemetry") or not find_spec("opentelemetry.sdk"):
        raise ValueError("the package opentelemetry-sdk is missing: install requirements/image.txt.")


def s3_bucket(value: str) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", value):
        raise ValueError(
            "it must be the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens."
        )
    if not find_spec("storages") or not find_spec("boto3"):
        raise ValueError("the package django-storages is missing: install requirements/image.txt.")


def email_url(value: str) -> None:
    try:
        environ.Env.email_url_config(value)
    except (ValueError, KeyError, ImproperlyConfigured):
        raise ValueError("it must be the URL of a mail server: smtp+tls://user:password@host:587.") from None


def email_sender(value: str) -> None:
    if "@" not in parseaddr(value)[1]:
        raise ValueError("it must be an e-mail address, or a name with one: Audit <audit@example.com>.")


def allowed_host(value: str) -> None:
    if not _ALLOWED_HOST.fullmatch(value):
        raise ValueError(
            f"'{value}' is not a host name. Write example.com, .example.com or *, without a scheme."
        )


def origin(value: str) -> None:
    if not _ORIGIN.fullmatch(value):
        raise ValueError(
            f"'{value}' is not an origin. Write https://app.example.com, in lower case, without a path."
        )


def owned_hosts(value: str) -> None:
    for entry in filter(None, (part.strip() for part in value.split(","))):
        if not _HOST.fullmatch(entry):
            raise ValueError(f"'{entry}' is not a host name.")


def ca_file(value: str) -> None:
    try:
        ssl.create_default_context(cafile=value)
    except OSError as error:
        raise ValueError(f"the file cannot be read: {error}.") from None


def program(value: str) -> None:
    if not shutil.which(value):
        raise ValueError(f"{value} is not an executable program.")
