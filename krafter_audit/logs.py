"""One line an event, with the request id in it, for people (logfmt) or for machines (JSON)."""

import logging
import re
from typing import Any

import structlog

SHARE_TOKEN = re.compile(r"(/shared/)[^/\s]+")

SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


def crashes_alone(record: logging.LogRecord) -> bool:
    """Keep what Django says of a crash, without the token of a shared report.

    Whatever else it says of a request, the request's own line tells already, and without its path's secrets.
    """
    if not record.exc_info:
        return False
    record.msg, record.args = SHARE_TOKEN.sub(r"\1…", record.getMessage()), None
    return True


def logging_config(*, level: str, as_json: bool) -> dict[str, Any]:
    """Return Django's LOGGING: every line of every library goes through the same processors."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    first = ["timestamp", "level", "logger", "event", "request_id"]
    render: Any = structlog.processors.JSONRenderer()
    if not as_json:
        render = structlog.processors.LogfmtRenderer(key_order=first, drop_missing=True)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
            }
        },
        "filters": {"crashes": {"()": "django.utils.log.CallbackFilter", "callback": crashes_alone}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        # Django would say every refusal a second time; the request's own line tells its status.
        # Celery says of each job what django-structlog's line says with the request id in it.
        "loggers": {
            "django.request": {"level": "ERROR", "filters": ["crashes"]},
            "celery.app.trace": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
        },
    }
