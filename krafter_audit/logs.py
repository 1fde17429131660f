"""Logging: one line per event with the request id, as logfmt or JSON."""

import logging
import re
from typing import Any

import structlog

SHARE_TOKEN = re.compile(r"(/shared/)[^/\s]+")

PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


def only_exceptions(record: logging.LogRecord) -> bool:
    """Keep Django's log of an exception, without the token of a shared report.

    Everything else about a request is in our own request line, without the secrets of its path.
    """
    if not record.exc_info:
        return False
    record.msg, record.args = SHARE_TOKEN.sub(r"\1…", record.getMessage()), None
    return True


def logging_config(*, level: str, as_json: bool) -> dict[str, Any]:
    """Return Django's LOGGING: all libraries use the same processors."""
    structlog.configure(
        processors=[*PROCESSORS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    keys = ["timestamp", "level", "logger", "event", "request_id"]
    render: Any = structlog.processors.JSONRenderer()
    if not as_json:
        render = structlog.processors.LogfmtRenderer(key_order=keys, drop_missing=True)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": PROCESSORS,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
            }
        },
        "filters": {
            "only_exceptions": {"()": "django.utils.log.CallbackFilter", "callback": only_exceptions}
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        # Django would log every error response again, and Celery every job: django-structlog logs both already.
        "loggers": {
            "django.request": {"level": "ERROR", "filters": ["only_exceptions"]},
            "celery.app.trace": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
        },
    }
