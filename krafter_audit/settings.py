"""Django settings; `krafter_audit/conf/declarations.py` declares those that come from the environment."""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.templatetags.static import static

from krafter_audit.api.openapi.components import COMPONENTS, TAG_DESCRIPTIONS
from krafter_audit.conf.declarations import DB_POOL_SIZE
from krafter_audit.conf.reader import SettingsReader
from krafter_audit.db.responsive_connection import ResponsiveConnection, check_connection
from krafter_audit.jobs.beat_schedule import beat_schedule
from krafter_audit.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
env = SettingsReader(os.environ)

DEBUG = env.boolean("KRAFTER_DEBUG")
SECRET_KEY = env.text("KRAFTER_SECRET_KEY")
KRAFTER_ENCRYPTION_KEYS = env.text("KRAFTER_ENCRYPTION_KEYS")
KRAFTER_SIGNING_KEYS = env.text("KRAFTER_SIGNING_KEYS")
KRAFTER_ALLOWED_NETWORKS = env.text("KRAFTER_ALLOWED_NETWORKS")
KRAFTER_OWNED_HOSTS = env.text("KRAFTER_OWNED_HOSTS")
KRAFTER_DNS_SERVERS = env.text("KRAFTER_DNS_SERVERS")
KRAFTER_CA_FILE = env.text("KRAFTER_CA_FILE")
KRAFTER_CHROMIUM = env.text("KRAFTER_CHROMIUM")
KRAFTER_CHROMIUM_SANDBOX = env.boolean("KRAFTER_CHROMIUM_SANDBOX")
KRAFTER_PUBLIC_URL = env.text("KRAFTER_PUBLIC_URL").rstrip("/")
KRAFTER_RATE_DEFAULT = env.integer("KRAFTER_RATE_DEFAULT")
KRAFTER_RATE_STRICT = env.integer("KRAFTER_RATE_STRICT")
KRAFTER_INVITATIONS_PER_DAY = env.integer("KRAFTER_INVITATIONS_PER_DAY")
KRAFTER_SHARED_MAILS_PER_DAY = env.integer("KRAFTER_SHARED_MAILS_PER_DAY")
KRAFTER_RATE_PUBLIC = env.integer("KRAFTER_RATE_PUBLIC")
KRAFTER_RATE_HOOKS = env.integer("KRAFTER_RATE_HOOKS")
KRAFTER_RATE_ANONYMOUS = env.integer("KRAFTER_RATE_ANONYMOUS")
KRAFTER_RATE_WRONG_KEYS = env.integer("KRAFTER_RATE_WRONG_KEYS")
KRAFTER_HOST_RATE = env.integer("KRAFTER_HOST_RATE")
KRAFTER_TRUSTED_PROXIES = env.integer("KRAFTER_TRUSTED_PROXIES")
KRAFTER_EVIDENCE_KEEP_MONTHS = env.integer("KRAFTER_EVIDENCE_KEEP_MONTHS")
KRAFTER_RESULTS_KEEP_DAYS = env.integer("KRAFTER_RESULTS_KEEP_DAYS")
KRAFTER_WEBHOOKS_KEEP_DAYS = env.integer("KRAFTER_WEBHOOKS_KEEP_DAYS")
KRAFTER_WEBHOOKS_PER_ORGANIZATION = env.integer("KRAFTER_WEBHOOKS_PER_ORGANIZATION")
KRAFTER_EVENTS_KEEP_MONTHS = env.integer("KRAFTER_EVENTS_KEEP_MONTHS")
KRAFTER_HISTORY_KEEP_MONTHS = env.integer("KRAFTER_HISTORY_KEEP_MONTHS")
REDIS_URL = env.text("REDIS_URL")
KRAFTER_METRICS_TOKEN = env.text("KRAFTER_METRICS_TOKEN")
KRAFTER_WORKER_METRICS = env.text("KRAFTER_WORKER_METRICS")

ALLOWED_HOSTS = env.texts("KRAFTER_ALLOWED_HOSTS") or [
    urlsplit(KRAFTER_PUBLIC_URL).hostname or "",
    "127.0.0.1",
    "localhost",
    "[::1]",
]
CSRF_TRUSTED_ORIGINS = [KRAFTER_PUBLIC_URL]
CSRF_FAILURE_VIEW = "krafter_audit.web.error_pages.form_expired"
CORS_ALLOWED_ORIGINS = env.texts("KRAFTER_CORS_ORIGINS")
CORS_URLS_REGEX = r"^/api/v1/"
CORS_ALLOW_CREDENTIALS = False
CORS_ALLOW_HEADERS = (
    "accept", "authorization", "content-type", "idempotency-key", "if-match", "if-none-match", "x-request-id",
)  # fmt: skip
CORS_EXPOSE_HEADERS = (
    "etag", "link", "location", "retry-after", "idempotent-replayed", "x-request-id", "x-ratelimit-limit",
    "x-ratelimit-remaining", "x-ratelimit-reset", "deprecation", "sunset",
)  # fmt: skip
ROOT_URLCONF = "krafter_audit.urls"
WSGI_APPLICATION = "krafter_audit.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.roles.MembershipBackend"]
LOGIN_URL, LOGIN_REDIRECT_URL = "/admin/login/", "/admin/"

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "krafter_audit.admin_site.config.AdminSiteConfig",
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
    "corsheaders",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_structlog",
    "pgtrigger",
    "krafter_audit",
    "krafter_audit.api",
    "accounts",
    "events",
    "bulk_changes",
    "findings",
    "scans",
    "remediation",
    "assurance",
    "campaigns",
    "integrations",
    "notifications",
    "reports",
    "operations",
    "documentation",
]

# Single sign-on is an extra (docs/operations.md).
if find_spec("oauthlib") and find_spec("requests"):
    _place = INSTALLED_APPS.index("krafter_audit")
    INSTALLED_APPS[_place:_place] = [
        "allauth.socialaccount",
        "allauth.socialaccount.providers.openid_connect",
    ]

MIDDLEWARE = [
    # First, so that the responses and log lines of the other middlewares have the id too.
    "krafter_audit.api.middleware.RequestIdMiddleware",
    "krafter_audit.api.throttling.anonymous_rate_limit.AnonymousRateLimitMiddleware",
    "krafter_audit.web.compression.CompressionMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "krafter_audit.web.permissions_policy.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.sign_in.session_age.SessionAgeMiddleware",
    "accounts.time_zones.middleware.TimeZoneMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "krafter_audit.web.control_characters.ControlCharactersMiddleware",
]
if CORS_ALLOWED_ORIGINS:
    # Second, so that errors of the middlewares below have its headers too.
    MIDDLEWARE.insert(1, "corsheaders.middleware.CorsMiddleware")

KRAFTER_OTLP_URL = env.text("KRAFTER_OTLP_URL")
CELERY_IMPORTS: tuple[str, ...] = ("krafter_audit.jobs.worker_clock",)  # by workers and beat
if KRAFTER_OTLP_URL:
    MIDDLEWARE.insert(1, "krafter_audit.telemetry.TracingMiddleware")
    CELERY_IMPORTS += ("krafter_audit.telemetry",)

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

# A statement that takes too long is cancelled, and a lock that is not acquired in time is a 503. No generic plans:
# such a plan of a prepared statement searches a long IN list row by row.
_limits = (
    f"-c statement_timeout={env.integer('KRAFTER_DB_STATEMENT_SECONDS')}s"
    f" -c lock_timeout={env.integer('KRAFTER_DB_LOCK_SECONDS')}s"
    " -c idle_in_transaction_session_timeout=120s -c plan_cache_mode=force_custom_plan"
)
_pooled = env.boolean("KRAFTER_DB_POOL")
DATABASES: dict[str, dict[str, Any]] = {"default": env.database("DATABASE_URL")}
if env.text("KRAFTER_REPLICA_URL"):
    DATABASES["replica"] = env.database("KRAFTER_REPLICA_URL")
for _database in DATABASES.values():
    _database |= {"ENGINE": "django.db.backends.postgresql", "CONN_HEALTH_CHECKS": not _pooled}
    # Django refuses persistent connections with a pool.
    _database["CONN_MAX_AGE"] = 0 if _pooled else 60
    _database["OPTIONS"] = {
        "connect_timeout": 5,
        # A network that drops packets closes the connection after ten seconds instead of two hours.
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,  # milliseconds
        # Repeated statements are prepared, which needs parameters that the server binds.
        "server_side_binding": True,
        "prepare_threshold": 5,
        "options": _limits,
        **_database.get("OPTIONS", {}),
    }
    if _pooled:
        _database["OPTIONS"]["pool"] = {
            "min_size": 1,
            "max_size": DB_POOL_SIZE,
            "timeout": 5,
            "connection_class": ResponsiveConnection,
            "check": check_connection,
        }
KRAFTER_DB_ROLE = env.text("KRAFTER_DB_ROLE")
DATABASE_ROUTERS = ["krafter_audit.db.read_replica.Router"]
KRAFTER_REPLICA_LAG_SECONDS = env.integer("KRAFTER_REPLICA_LAG_SECONDS")

KRAFTER_BACKUP_DIR = env.text("KRAFTER_BACKUP_DIR")
KRAFTER_BACKUP_HOURS = env.integer("KRAFTER_BACKUP_HOURS")
KRAFTER_BACKUP_KEEP = env.integer("KRAFTER_BACKUP_KEEP")
KRAFTER_DRILL_URL = env.text("KRAFTER_DRILL_URL")
KRAFTER_DRILL_HOURS = env.integer("KRAFTER_DRILL_HOURS")
KRAFTER_PG_BIN = env.text("KRAFTER_PG_BIN")

_validation = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_validation}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {
        "NAME": f"{_validation}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {"NAME": f"{_validation}.CommonPasswordValidator"},
    {"NAME": f"{_validation}.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 3600  # seconds

KRAFTER_SIGN_IN_ATTEMPTS = env.integer("KRAFTER_SIGN_IN_ATTEMPTS")
KRAFTER_SIGN_IN_PAUSE_SECONDS = env.integer("KRAFTER_SIGN_IN_PAUSE_SECONDS")
KRAFTER_REQUIRE_SECOND_FACTOR = env.boolean("KRAFTER_REQUIRE_SECOND_FACTOR")
KRAFTER_OIDC_URL = env.text("KRAFTER_OIDC_URL")
KRAFTER_OIDC_CLIENT_ID = env.text("KRAFTER_OIDC_CLIENT_ID")
KRAFTER_OIDC_CLIENT_SECRET = env.text("KRAFTER_OIDC_CLIENT_SECRET")
KRAFTER_OIDC_NAME = env.text("KRAFTER_OIDC_NAME")
KRAFTER_OIDC_GROUPS = env.texts("KRAFTER_OIDC_GROUPS")
KRAFTER_OIDC_TRUSTED_DOMAINS = env.texts("KRAFTER_OIDC_TRUSTED_DOMAINS")
SOCIALACCOUNT_ADAPTER = "accounts.sign_in.single_sign_on.SocialAccountAdapter"
# A form's redirect to another host would be against the policy of the pages.
SOCIALACCOUNT_LOGIN_ON_GET = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(KRAFTER_PUBLIC_URL).scheme
ACCOUNT_ADAPTER = "accounts.sign_in.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {"reauthenticate": "accounts.sign_in.forms.ConfirmPasswordForm"}
MFA_ADAPTER = "accounts.sign_in.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "accounts.sign_in.forms.CodeForm",
    "reauthenticate": "accounts.sign_in.forms.ConfirmCodeForm",
    "activate_totp": "accounts.sign_in.forms.SetUpForm",
}
MFA_TOTP_ISSUER = "Krafter Audit"
MFA_TOTP_TOLERANCE = 1  # also accept the previous and the next code, for a clock that is 30 s wrong
MFA_ALLOW_UNVERIFIED_EMAIL = True  # accounts are created by administrators
ACCOUNT_RATE_LIMITS = False  # accounts/sign_in/lockout.py counts in Redis, for all processes

TIME_ZONE = "UTC"
USE_I18N = False
FORMAT_MODULE_PATH = "krafter_audit.formats"

STATIC_URL = "static/"
STATIC_ROOT = env.text("KRAFTER_STATIC_ROOT") or str(BASE_DIR / "static")
MEDIA_ROOT = env.text("KRAFTER_MEDIA_ROOT") or str(BASE_DIR / "media")
KRAFTER_S3_BUCKET = env.text("KRAFTER_S3_BUCKET")
KRAFTER_S3_ENDPOINT = env.text("KRAFTER_S3_ENDPOINT")
KRAFTER_S3_REGION = env.text("KRAFTER_S3_REGION")
KRAFTER_S3_PREFIX = env.text("KRAFTER_S3_PREFIX").strip("/")
KRAFTER_S3_ACCESS_KEY = env.text("KRAFTER_S3_ACCESS_KEY")
KRAFTER_S3_SECRET_KEY = env.text("KRAFTER_S3_SECRET_KEY")
_directory = "django.core.files.storage.FileSystemStorage"
STORAGES = {
    "default": {"BACKEND": "krafter_audit.object_storage.ObjectStorage" if KRAFTER_S3_BUCKET else _directory},
    "staticfiles": {"BACKEND": "krafter_audit.web.static_files.HashedStaticFilesStorage"},
}
# Also without collectstatic, as in `./krafter up`.
WHITENOISE_USE_FINDERS = True
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # every page names a file by its hash

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
# Unfold evaluates expressions in attributes and has inline styles; only pages of the admin and the sign-in use it.
ADMIN_CSP = SECURE_CSP | {
    "script-src": ["'self'", "'unsafe-eval'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "connect-src": ["'self'"],
    "frame-src": ["'self'"],
    "frame-ancestors": ["'self'"],
}
# Swagger UI runs a script that sets inline styles and fetches the schema.
DOCS_CSP = SECURE_CSP | {
    "script-src": ["'self'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "connect-src": ["'self'"],
}
# A Secure cookie would not be sent to a local installation without TLS.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = KRAFTER_PUBLIC_URL.startswith("https://")
if SESSION_COOKIE_SECURE:
    # Browsers accept this prefix only from the host itself, over TLS: no other host of the domain can set the cookie.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
KRAFTER_SESSION_IDLE_MINUTES = env.integer("KRAFTER_SESSION_IDLE_MINUTES")
KRAFTER_SESSION_HOURS = env.integer("KRAFTER_SESSION_HOURS")
SESSION_COOKIE_AGE = KRAFTER_SESSION_HOURS * 3600
# The server marks every request as https then (krafter_audit/server.py): TLS ends at a proxy in front of it.
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SESSION_COOKIE_SECURE else 0
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700  # exports have a project's findings
DATA_UPLOAD_MAX_MEMORY_SIZE = 17 * 1024 * 1024  # above the API's largest limit (krafter_audit/api/parsers.py)

_mail = env.mail("EMAIL_URL")
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
DEFAULT_FROM_EMAIL = env.text("KRAFTER_FROM_EMAIL")

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["krafter_audit.api.envelope.EnvelopeRenderer"],
    "DEFAULT_PARSER_CLASSES": ["krafter_audit.api.parsers.StrictJSONParser"],
    # An operation has no query parameters but those that it declares.
    "URL_FORMAT_OVERRIDE": None,
    # accounts/viewsets.py authenticates requests by API key.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "EXCEPTION_HANDLER": "krafter_audit.api.exceptions.handle_exception",
    "DEFAULT_SCHEMA_CLASS": "krafter_audit.api.openapi.schema.EnvelopeSchema",
    "UNAUTHENTICATED_USER": None,
    # Whole seconds in UTC, as the contract has them.
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
    "SITE_URL": "/docs",
    "STYLES": [lambda request: static("krafter_audit/admin.css")],
    "SCRIPTS": [
        lambda request: static("krafter_audit/admin.js"),
        lambda request: static("krafter_audit/palette.js"),
        lambda request: static("krafter_audit/live.js"),
    ],
    "SHOW_HISTORY": True,
    "DASHBOARD_CALLBACK": "krafter_audit.admin_site.dashboard.dashboard",
    "ACCOUNT": {"navigation": "krafter_audit.admin_site.dashboard.account_links"},
    "SIDEBAR": {"navigation": "krafter_audit.admin_site.menu.navigation"},
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Krafter Audit API",
    "DESCRIPTION": "Findings become tasks, tasks are verified on the live site, and a verification closes them.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "DEFAULT_GENERATOR_CLASS": "krafter_audit.api.openapi.schema.DescriptionGenerator",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    # No enum components: "status" is five different enums here, so they are described where they are used.
    "POSTPROCESSING_HOOKS": [],
    "COMPONENT_SPLIT_PATCH": False,
    # A description of each value would only repeat the value.
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "APPEND_COMPONENTS": COMPONENTS,
    "TAGS": [{"name": name, "description": text} for name, text in TAG_DESCRIPTIONS.items()],
    "SECURITY": [{"apiKey": []}],
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
# A message is acknowledged after its job, so that a killed worker's message is delivered again; jobs are idempotent.
CELERY_TASK_ACKS_LATE = True
# A scan takes minutes: a prefetched message would wait behind it while other workers are idle.
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_ROUTES = {
    "scans.run_scan": {"queue": "scan_http"},
    "scans.run_scan_in_browser": {"queue": "scan_browser"},
    # Verifications have their own queues: a person waits for each.
    "remediation.run_verification": {"queue": "verify_http"},
    "remediation.finish_without_browser": {"queue": "verify_http"},
    "remediation.run_verification_in_browser": {"queue": "verify_browser"},
    # A provider may be slow for minutes: alerts, exports and verifications do not wait for it.
    "integrations.run_sync": {"queue": "sync"},
    "assurance.check_pull_request": {"queue": "sync"},
    # Nor do they wait for an organisation's slow endpoints or long reports, which do not wait for each other either.
    "notifications.deliver_to_webhook": {"queue": "webhook"},
    "reports.export": {"queue": "export"},
}
CELERY_TASK_SOFT_TIME_LIMIT = 150
CELERY_TASK_TIME_LIMIT = 180
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Longer than any job, or Redis delivers its message twice.
    "visibility_timeout": 3600,
    "socket_timeout": 3,
    "socket_connect_timeout": 2,
    # A request does not wait for an unavailable broker: a beat job enqueues the row again.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
CELERY_TASK_PUBLISH_RETRY = False
DJANGO_STRUCTLOG_CELERY_ENABLED = True  # a task's log lines carry the id of the request that enqueued it
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "krafter_audit.jobs.beat_scheduler:LeasedScheduler"
CELERY_BEAT_SCHEDULE = beat_schedule(env.integer("KRAFTER_SWEEP_SECONDS"))

LOGGING = logging_config(level=env.text("KRAFTER_LOG_LEVEL"), as_json=env.boolean("KRAFTER_LOG_JSON"))

ENVIRONMENT = env  # for the system checks
