"""Every setting, from the environment. `krafter_audit/checks.py` refuses to start with a wrong one and says why."""

from pathlib import Path
from typing import Any

from django.templatetags.static import static

from krafter_audit.clock import by_the_clock
from krafter_audit.environment import Environment
from krafter_audit.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()

DEBUG = env.bool("KRAFTER_DEBUG", default=False)
SECRET_KEY = env.str("KRAFTER_SECRET_KEY", default="")
KRAFTER_ENCRYPTION_KEYS = env.str("KRAFTER_ENCRYPTION_KEYS", default="")
KRAFTER_SIGNING_KEYS = env.str("KRAFTER_SIGNING_KEYS", default="")
KRAFTER_ALLOWED_NETWORKS = env.str("KRAFTER_ALLOWED_NETWORKS", default="")
KRAFTER_OWNED_HOSTS = env.str("KRAFTER_OWNED_HOSTS", default="")
KRAFTER_DNS_SERVERS = env.str("KRAFTER_DNS_SERVERS", default="")
KRAFTER_CA_FILE = env.str("KRAFTER_CA_FILE", default="")
KRAFTER_CHROMIUM = env.str("KRAFTER_CHROMIUM", default="")
KRAFTER_CHROMIUM_SANDBOX = env.bool("KRAFTER_CHROMIUM_SANDBOX", default=True)
KRAFTER_PUBLIC_URL = env.str("KRAFTER_PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
KRAFTER_RATE_DEFAULT = env.int("KRAFTER_RATE_DEFAULT", default=100)
KRAFTER_RATE_STRICT = env.int("KRAFTER_RATE_STRICT", default=30)
KRAFTER_RATE_PUBLIC = env.int("KRAFTER_RATE_PUBLIC", default=200)
KRAFTER_RATE_HOOKS = env.int("KRAFTER_RATE_HOOKS", default=600)
KRAFTER_HOST_RATE = env.int("KRAFTER_HOST_RATE", default=2)
KRAFTER_TRUSTED_PROXIES = env.int("KRAFTER_TRUSTED_PROXIES", default=0)
KRAFTER_EVIDENCE_KEEP_MONTHS = env.int("KRAFTER_EVIDENCE_KEEP_MONTHS", default=0)
KRAFTER_RESULTS_KEEP_DAYS = env.int("KRAFTER_RESULTS_KEEP_DAYS", default=90)
KRAFTER_EVENTS_KEEP_MONTHS = env.int("KRAFTER_EVENTS_KEEP_MONTHS", default=0)
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
KRAFTER_METRICS_TOKEN = env.str("KRAFTER_METRICS_TOKEN", default="")

ALLOWED_HOSTS = env.list("KRAFTER_ALLOWED_HOSTS", default=["*"])
CSRF_TRUSTED_ORIGINS = [KRAFTER_PUBLIC_URL]
ROOT_URLCONF = "krafter_audit.urls"
WSGI_APPLICATION = "krafter_audit.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL, LOGIN_REDIRECT_URL = "/admin/login/", "/admin/"
SILENCED_SYSTEM_CHECKS: list[str] = []

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "krafter_audit.admin_site.SiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_structlog",
    "krafter_audit",
    "krafter_audit.api",
    "accounts",
    "events",
    "findings",
    "scans",
    "remediation",
    "integrations",
    "reports",
]

MIDDLEWARE = [
    "krafter_audit.api.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "krafter_audit.api.for_pages.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "krafter_audit.api.for_pages.CsrfMiddleware",
    "krafter_audit.api.for_pages.AuthenticationMiddleware",
    "krafter_audit.api.for_pages.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "krafter_audit.api.for_pages.HeavyMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# The database ends a statement that takes too long, and a lock that is not acquired in time is a 503. Prepared
# statements are planned for their values: a generic plan searches a long IN list row by row.
_limits = (
    f"-c statement_timeout={env.int('KRAFTER_DB_STATEMENT_SECONDS', default=60)}s"
    f" -c lock_timeout={env.int('KRAFTER_DB_LOCK_SECONDS', default=10)}s"
    " -c idle_in_transaction_session_timeout=120s -c plan_cache_mode=force_custom_plan"
)
_pooled = env.bool("KRAFTER_DB_POOL", default=False)
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db("DATABASE_URL", default="postgres://krafter@127.0.0.1:5432/krafter")
}
if env.str("KRAFTER_REPLICA_URL", default=""):
    DATABASES["replica"] = env.db("KRAFTER_REPLICA_URL", default="")
for _database in DATABASES.values():
    _database |= {"ENGINE": "django.db.backends.postgresql", "CONN_HEALTH_CHECKS": True}
    _database["CONN_MAX_AGE"] = 0 if _pooled else 60
    _options = _database.setdefault("OPTIONS", {})
    _options.setdefault("connect_timeout", 5)
    _options.setdefault("server_side_binding", True)
    _options.setdefault("prepare_threshold", 5)
    _options.setdefault("options", _limits)
    if _pooled:
        _options["pool"] = {"min_size": 1, "max_size": 24, "timeout": 5}
DATABASE_ROUTERS = ["krafter_audit.api.replica.Router"]
KRAFTER_REPLICA_LAG_SECONDS = env.int("KRAFTER_REPLICA_LAG_SECONDS", default=5)

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = env.path("KRAFTER_STATIC_ROOT", default=str(BASE_DIR / "static"))
MEDIA_ROOT = env.path("KRAFTER_MEDIA_ROOT", default=str(BASE_DIR / "media"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CSP = {
    "default-src": ["'none'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}
# Its scripts evaluate expressions in attributes and its styles are inline: krafter_audit/admin_site.py alone takes it.
ADMIN_CSP = SECURE_CSP | {
    "script-src": ["'self'", "'unsafe-eval'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "connect-src": ["'self'"],
    "frame-src": ["'self'"],
    "frame-ancestors": ["'self'"],
}
# The page of the API's documentation runs its own script, which styles what it draws and fetches the schema.
DOCS_CSP = SECURE_CSP | {
    "script-src": ["'self'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "connect-src": ["'self'"],
}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = KRAFTER_PUBLIC_URL.startswith("https://")
SESSION_COOKIE_HTTPONLY = True
DATA_UPLOAD_MAX_MEMORY_SIZE = (
    17 * 1024 * 1024
)  # the API has its own, smaller caps (krafter_audit/api/parsers.py)

_mail = env.mail("EMAIL_URL", default="consolemail://")
_mail_options = {
    "host": _mail.get("EMAIL_HOST") or "localhost",
    "port": _mail.get("EMAIL_PORT") or 25,
    "username": _mail.get("EMAIL_HOST_USER"),
    "password": _mail.get("EMAIL_HOST_PASSWORD"),
    "use_tls": _mail.get("EMAIL_USE_TLS", False),
    "use_ssl": _mail.get("EMAIL_USE_SSL", False),
    "timeout": 10,
}
MAILERS = {
    "default": {
        "BACKEND": _mail["EMAIL_BACKEND"],
        "OPTIONS": _mail_options if "smtp" in _mail["EMAIL_BACKEND"] else {},
    }
}
DEFAULT_FROM_EMAIL = env.str("KRAFTER_FROM_EMAIL", default="Krafter Audit <audit@localhost>")

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["krafter_audit.api.envelope.EnvelopeRenderer"],
    "DEFAULT_PARSER_CLASSES": ["krafter_audit.api.parsers.StrictJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "krafter_audit.api.envelope.Negotiation",
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "EXCEPTION_HANDLER": "krafter_audit.api.exceptions.handle",
    "DEFAULT_SCHEMA_CLASS": "krafter_audit.api.schema.EnvelopeSchema",
    "UNAUTHENTICATED_USER": None,
    "DATETIME_FORMAT": "%Y-%m-%dT%H:%M:%SZ",
}

UNFOLD = {
    "SITE_TITLE": "Krafter Audit",
    "SITE_HEADER": "Krafter Audit",
    "SITE_SUBHEADER": "Find, fix, verify",
    "SITE_SYMBOL": "verified",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("krafter_audit/icon.svg")},
    ],
    "SITE_URL": "/api/docs",
    "SHOW_HISTORY": True,
    "DASHBOARD_CALLBACK": "krafter_audit.admin_site.first_page",
    "SIDEBAR": {"navigation": "krafter_audit.admin_site.navigation"},
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Krafter Audit API",
    "DESCRIPTION": "Findings become tasks, tasks are verified on the live site, and a verification closes them.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "PREPROCESSING_HOOKS": ["krafter_audit.api.schema.read_what_is_described"],
    # Enums stay where they are used: "status" means five different lists of words here.
    "POSTPROCESSING_HOOKS": ["krafter_audit.api.schema.add_security"],
}

CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_ROUTES = {
    "scans.scan": {"queue": "scan_http"},
    "remediation.recheck": {"queue": "scan_http"},
    "*_in_browser": {"queue": "scan_browser"},
}
CELERY_TASK_SOFT_TIME_LIMIT = 150
CELERY_TASK_TIME_LIMIT = 180
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 3,
    "socket_connect_timeout": 2,
    # A request that cannot wake a worker up does not wait for the broker: a sweep sends the job again.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = by_the_clock(env.int("KRAFTER_SWEEP_SECONDS", default=10))

LOGGING = logging_config(
    level=env.str("KRAFTER_LOG_LEVEL", default="INFO"), as_json=env.bool("KRAFTER_LOG_JSON", default=False)
)

KRAFTER_PROBLEMS = env.problems
