"""Logging: one line per event with the request id, as logfmt or JSON."""

import logging
from collections.abc import MutableMapping
from typing import Any

import structlog

from krafter_audit.api.middleware import without_secrets
from krafter_audit.security.control_characters import escape_controls

SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


class LogfmtRenderer(structlog.processors.LogfmtRenderer):
    """Escapes what would control a terminal: a site may have chosen a text of an exception or a library."""

    def __call__(self, logger: Any, name: str, event: MutableMapping[str, Any]) -> str:
        return escape_controls(super().__call__(logger, name, event))


def exceptions_only(record: logging.LogRecord) -> bool:
    """Keep only exceptions of Django's request log, without the token of a shared report."""
    # RequestIdMiddleware has logged the request itself, without the secrets in its path.
    if not record.exc_info:
        return False
    record.msg, record.args = without_secrets(record.getMessage()), None
    return True


def without_traceback(record: logging.LogRecord) -> bool:
    # Anybody can send such requests, and each would log four kilobytes without its sender.
    record.exc_info = None
    return True


def logging_config(*, level: str, as_json: bool) -> dict[str, Any]:
    structlog.configure(
        processors=[*SHARED_PROCESSORS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    first = ["timestamp", "level", "logger", "event", "request_id"]
    render: Any = structlog.processors.JSONRenderer()
    if not as_json:
        render = LogfmtRenderer(key_order=first, drop_missing=True)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED_PROCESSORS,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
            }
        },
        "filters": {
            "exceptions": {"()": "django.utils.log.CallbackFilter", "callback": exceptions_only},
            "no_traceback": {"()": "django.utils.log.CallbackFilter", "callback": without_traceback},
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        # Both would repeat the lines that RequestIdMiddleware and django-structlog log with the request id.
        "loggers": {
            "django.request": {"level": "ERROR", "filters": ["exceptions"]},
            # Errors of a Host header of another site, and of more than 1,000 parameters.
            "django.security.DisallowedHost": {"filters": ["no_traceback"]},
            "django.security.TooManyFieldsSent": {"filters": ["no_traceback"]},
            "celery.app.trace": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
        },
    }
