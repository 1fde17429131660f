"""Every setting, declared once. `manage.py generate_docs` writes docs/operations.md from here."""

from dataclasses import replace

from krafter_audit.conf import validators
from krafter_audit.conf.command_declarations import COMMANDS
from krafter_audit.conf.file_and_mail_declarations import FILES_AND_MAIL
from krafter_audit.conf.setting import Setting, SettingSection, in_section
from krafter_audit.conf.sign_in_declarations import SIGN_IN
from scanner.browser.executables import CHROMIUM_USER

DB_POOL_SIZE = 26  # connections of one web process: one for each thread that uses the database
MAX_REQUESTS = 1_000_000  # per minute, the maximum of a rate limit
MAX_MONTHS, MAX_DAYS = 1200, 36_500
MAX_WEBHOOKS = 1000
MAX_SECONDS = 86_400
MAX_HOURS = 10_000

_MAKE_KEYS = (
    "Generate one: python -c \"import base64, os; print('k1:' + base64.b64encode(os.urandom(32)).decode())\""
)


REQUIRED = in_section(
    SettingSection.REQUIRED,
    Setting(
        name="KRAFTER_SECRET_KEY",
        django_name="SECRET_KEY",
        secret=True,
        min_length=32,
        hint="Generate one: python -c 'import secrets; print(secrets.token_urlsafe(48))'",
        help="Signs the sessions of the admin and the links of shared reports, alerts, unsubscribing, invitations and"
        " password resets.",
    ),
    Setting(
        name="KRAFTER_ENCRYPTION_KEYS",
        secret=True,
        validator="krafter_audit.security.vault:parse_keys",
        hint=_MAKE_KEYS,
        help="`id:base64,…`, each 32 random bytes. The first key encrypts the credentials of integrations, of sites"
        " behind a login and of webhook endpoints; all keys decrypt.",
    ),
    Setting(
        name="KRAFTER_SIGNING_KEYS",
        secret=True,
        validator="scanner.evidence_bundle.keys:parse_signing_keys",
        hint=_MAKE_KEYS,
        help="`id:base64,…`, each 32 random bytes (an Ed25519 seed). The first key signs the evidence of verifications."
        " Without a key the system starts with a warning: evidence is chained but not signed."
        " [evidence.md](evidence.md)",
    ),
    Setting(
        name="DATABASE_URL",
        secret=True,
        default="postgres://krafter@127.0.0.1:5432/krafter",
        validator=validators.database_url,
        help="PostgreSQL 15 or newer. When it is not set, `./krafter up` runs its own server.",
    ),
    Setting(
        name="REDIS_URL",
        secret=True,
        default="redis://127.0.0.1:6379/0",
        validator=validators.redis_url,
        help="Redis 7, Valkey 8, or newer. When it is not set, `./krafter up` runs its own server.",
    ),
    Setting(
        name="KRAFTER_PUBLIC_URL",
        default="http://127.0.0.1:8000",
        validator=validators.http_url,
        hint="Example: https://audit.example.com",
        help="The URL at which users reach the system; links of shared reports begin with it. With `https://` the"
        " cookies of the admin are sent over TLS only.",
    ),
)

WEB = in_section(
    SettingSection.WEB,
    Setting(
        name="KRAFTER_ALLOWED_HOSTS",
        default=(),
        default_text="the host of `KRAFTER_PUBLIC_URL`, `127.0.0.1`, `localhost`",
        django_name="ALLOWED_HOSTS",
        validator=validators.allowed_host,
        hint="Example: audit.example.com,127.0.0.1",
        help="Host names that the web answers to, comma-separated. Keep `127.0.0.1` in the list for the health check of"
        " the container.",
    ),
    Setting(
        name="KRAFTER_CORS_ORIGINS",
        default=(),
        django_name="CORS_ALLOWED_ORIGINS",
        validator=validators.origin,
        hint="Example: https://app.example.com,http://localhost:3000",
        help="Origins whose pages may call the API from a browser (CORS), comma-separated. They send an API key,"
        " never cookies. Every visitor of such a page can read it: issue it with few rights.",
    ),
    Setting(
        name="KRAFTER_TRUSTED_PROXIES",
        default=0,
        minimum=0,
        maximum=10,
        help="Number of proxies in front of the web: this many entries at the end of `X-Forwarded-For` are trusted.",
    ),
    Setting(
        name="KRAFTER_RATE_DEFAULT",
        default=100,
        minimum=1,
        maximum=MAX_REQUESTS,
        help="Requests per minute and organisation.",
    ),
    Setting(
        name="KRAFTER_RATE_STRICT",
        default=30,
        minimum=1,
        maximum=MAX_REQUESTS,
        help="Requests that start a scan, per minute and organisation.",
    ),
    Setting(
        name="KRAFTER_RATE_PUBLIC",
        default=200,
        minimum=1,
        maximum=MAX_REQUESTS,
        help="Requests to shared reports, per minute and client address.",
    ),
    Setting(
        name="KRAFTER_RATE_HOOKS",
        default=600,
        minimum=1,
        maximum=MAX_REQUESTS,
        help="Webhook requests per minute and client address.",
    ),
    Setting(
        name="KRAFTER_RATE_ANONYMOUS",
        default=300,
        minimum=1,
        maximum=MAX_REQUESTS,
        help="Requests below /api/ that need no API key, per minute and client address.",
    ),
    Setting(
        name="KRAFTER_RATE_WRONG_KEYS",
        default=60,
        minimum=1,
        maximum=MAX_REQUESTS,
        help="Requests with an invalid API key, per minute and client address.",
    ),
    Setting(
        name="KRAFTER_INVITATIONS_PER_DAY",
        default=200,
        minimum=1,
        maximum=MAX_REQUESTS,
        help="Invitations and mails to added people of an organisation in 24 hours; at most five to one address.",
    ),
    Setting(
        name="KRAFTER_SHARED_MAILS_PER_DAY",
        default=1000,
        minimum=50,
        maximum=MAX_REQUESTS,
        help="Mails with reports of an organisation in 24 hours, one for each recipient.",
    ),
    Setting(
        name="KRAFTER_WEBHOOKS_PER_ORGANIZATION",
        default=20,
        minimum=1,
        maximum=MAX_WEBHOOKS,
        help="Webhook endpoints that an organisation may have.",
    ),
    Setting(
        name="KRAFTER_METRICS_TOKEN",
        secret=True,
        help="The bearer token of `/metrics`. Without it `/metrics` is 404.",
    ),
    Setting(
        name="KRAFTER_WORKER_METRICS",
        validator=validators.host_and_port,
        hint="Example: 127.0.0.1:9808",
        help="The address at which a worker serves its metrics, without a token: `127.0.0.1:9808`. Each worker of a"
        " machine needs its own port.",
    ),
)

SCANNING = in_section(
    SettingSection.SCANNING,
    Setting(
        name="KRAFTER_ALLOWED_NETWORKS",
        validator="krafter_audit.http.addresses:AddressPolicy.from_setting",
        hint="Example: 127.0.0.0/8,10.1.0.0/16",
        help="Networks that may be requested although they are not public, comma-separated: `10.0.0.0/8`, `fd00::/8`"
        " (any port), `127.0.0.1/32:8123`, `[fd00::/8]:8123` (one port).",
    ),
    Setting(
        name="KRAFTER_OWNED_HOSTS",
        validator=validators.owned_hosts,
        hint="Example: example.com,*.example.com",
        help="Hosts that every project may scan without proof of ownership, comma-separated: `example.com`,"
        " `*.example.com` (all names below it). Every API key of this installation may then probe them.",
    ),
    Setting(
        name="KRAFTER_DNS_SERVERS",
        default_text="those of the system",
        validator="krafter_audit.http.dns:parse_servers",
        hint="Example: 192.0.2.53,192.0.2.54:5353",
        help="Name servers for the TXT records of ownership proofs, comma-separated: `192.0.2.53`,"
        " `192.0.2.53:5353`.",
    ),
    Setting(
        name="KRAFTER_CA_FILE",
        validator=validators.ca_file,
        hint="It is the path of a PEM file of certificates.",
        help="A PEM file of additional trusted root certificates, for sites (in the browser too) and for self-hosted"
        " providers.",
    ),
    Setting(
        name="KRAFTER_CHROMIUM",
        default_text="the first on the PATH",
        validator=validators.program,
        hint="Example: /usr/bin/chromium-headless-shell. When it is not set, the first Chromium on the PATH is used.",
        help="The Chromium that visits pages; the headless shell is preferred. Chromium is never downloaded. Without"
        " it, checks that need a browser are inconclusive.",
    ),
    Setting(
        name="KRAFTER_CHROMIUM_SANDBOX",
        default=True,
        help="`false` starts Chromium without its sandbox, for kernels that refuse it; isolate the worker by other"
        f" means then. A worker that runs as root starts Chromium as user {CHROMIUM_USER}.",
    ),
    Setting(
        name="KRAFTER_HOST_RATE",
        default=2,
        minimum=0,
        maximum=1000,
        help="Requests per second to one host that is neither verified nor on an allowed network, by all workers"
        " together, and at most two at the same time; `0` is unlimited for every host.",
    ),
)

DATABASE = in_section(
    SettingSection.DATABASE,
    Setting(
        name="KRAFTER_DB_POOL",
        default=False,
        help=f"`true` for the web: a pool of up to {DB_POOL_SIZE} connections per process. Without it each thread keeps"
        " a connection for 60 s, which suits workers.",
    ),
    Setting(
        name="KRAFTER_DB_ROLE",
        default="krafter_app",
        validator=validators.role_name,
        hint="Example: krafter_app",
        help="The database role of the web and the workers, which owns nothing. `migrate`, run as the owner, grants it"
        " its privileges ([Database roles](#database-roles)).",
    ),
    Setting(
        name="KRAFTER_DB_STATEMENT_SECONDS",
        default=60,
        minimum=0,
        maximum=MAX_SECONDS,
        help="Time limit of a statement in seconds; `0` is no limit.",
    ),
    Setting(
        name="KRAFTER_DB_LOCK_SECONDS",
        default=10,
        minimum=0,
        maximum=MAX_SECONDS,
        help="Time that a statement waits for a lock, in seconds; `0` is no limit.",
    ),
    Setting(
        name="KRAFTER_REPLICA_URL",
        secret=True,
        validator=validators.database_url,
        help="A streaming replica of `DATABASE_URL` that lists, summaries and exports may read.",
    ),
    Setting(
        name="KRAFTER_REPLICA_LAG_SECONDS",
        default=5,
        minimum=1,
        maximum=3600,
        help="Maximum lag of the replica in seconds. While it is further behind, the primary answers everything.",
    ),
)

RETENTION = in_section(
    SettingSection.RETENTION,
    Setting(
        name="KRAFTER_RESULTS_KEEP_DAYS",
        default=90,
        minimum=0,
        maximum=MAX_DAYS,
        help="Days for which the pages of a scan and the result of each check on them are kept; `0` is permanently."
        " Scans, their summaries and the evidence of findings are kept, and what the last scan of an unresolved finding"
        " saw fail, since it blocks approvals; screenshots that nothing else names are deleted too.",
    ),
    Setting(
        name="KRAFTER_WEBHOOKS_KEEP_DAYS",
        default=30,
        minimum=0,
        maximum=MAX_DAYS,
        help="Days for which deliveries to webhook endpoints are kept; `0` is permanently. Those that will be tried"
        " again are kept longer.",
    ),
    Setting(
        name="KRAFTER_EVENTS_KEEP_MONTHS",
        default=0,
        minimum=0,
        maximum=MAX_MONTHS,
        help="Whole months of the audit log that are kept besides the current one; `0` is permanently. Older months are"
        " dropped.",
    ),
    Setting(
        name="KRAFTER_HISTORY_KEEP_MONTHS",
        default=0,
        minimum=0,
        maximum=MAX_MONTHS,
        help="Whole months besides the current one for which past counts can be read (`as_of`); `0` is permanently."
        " Older months are dropped.",
    ),
    Setting(
        name="KRAFTER_EVIDENCE_KEEP_MONTHS",
        default=0,
        minimum=0,
        maximum=MAX_MONTHS,
        help="The same for evidence. The rest of a shortened chain stays valid ([evidence.md](evidence.md)).",
    ),
)

OPERATION = in_section(
    SettingSection.OPERATION,
    Setting(
        name="KRAFTER_SWEEP_SECONDS",
        default=10,
        minimum=1,
        maximum=3600,
        help="Interval of the jobs that enqueue pending work again, in seconds.",
    ),
    Setting(
        name="KRAFTER_LOG_LEVEL",
        default="INFO",
        choices=("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"),
        help="The lowest level that is logged.",
    ),
    Setting(
        name="KRAFTER_LOG_JSON",
        default=False,
        help="Whether each log line is a JSON object.",
    ),
    Setting(
        name="KRAFTER_OTLP_URL",
        validator=validators.otlp_url,
        help="A collector of OpenTelemetry that receives traces by OTLP over HTTP: `http://collector:4318`."
        " Without it no traces are made ([Traces](#traces)).",
    ),
    Setting(
        name="KRAFTER_DEBUG",
        default=False,
        django_name="DEBUG",
        help="Whether Django shows its debug pages. Never set it in production.",
    ),
)

BACKUPS = in_section(
    SettingSection.BACKUPS,
    Setting(
        name="KRAFTER_BACKUP_DIR",
        default_text="none; `backups/` in the data directory of `./krafter up`",
        help="The directory of the backups, on another disk than the database.",
    ),
    Setting(
        name="KRAFTER_BACKUP_HOURS",
        default=0,
        minimum=0,
        maximum=MAX_HOURS,
        help="Hours between two backups, which a worker creates; `0` is never.",
    ),
    Setting(
        name="KRAFTER_BACKUP_KEEP",
        default=7,
        minimum=1,
        maximum=10_000,
        help="Number of backups that are kept; older ones are deleted after a new one.",
    ),
    Setting(
        name="KRAFTER_DRILL_URL",
        secret=True,
        validator=validators.database_url,
        help="A PostgreSQL server with nothing of value, and a role that may create databases: a drill restores the"
        " newest backup there into a temporary database. `./krafter restore --drill` starts its own server without it.",
    ),
    Setting(
        name="KRAFTER_DRILL_HOURS",
        default=168,
        minimum=0,
        maximum=MAX_HOURS,
        help="Hours between two drills, where `KRAFTER_BACKUP_DIR` and `KRAFTER_DRILL_URL` are set; `0` is never.",
    ),
    Setting(
        name="KRAFTER_PG_BIN",
        default_text="the PATH",
        help="The directory of `pg_dump` and `pg_restore`, of the same major version as the server.",
    ),
)

INTERNAL = in_section(
    SettingSection.INTERNAL,
    Setting(
        name="KRAFTER_INSTALL",
        secret=True,
        help="Values that `./krafter up` passes to the process that creates the tables, as JSON.",
    ),
    Setting(
        name="KRAFTER_SHARED",
        help="The directory with the descriptions of provider APIs that the tests compare with.",
    ),
)

SETTINGS = (
    *REQUIRED,
    *WEB,
    *SIGN_IN,
    *SCANNING,
    *DATABASE,
    *RETENTION,
    *FILES_AND_MAIL,
    *OPERATION,
    *BACKUPS,
    *COMMANDS,
    *INTERNAL,
)

PROVIDERS = ("GA4", "GSC", "SENTRY", "GITHUB", "GITLAB", "JIRA", "LINEAR", "CLOUDFLARE")
PLACEHOLDER = "<PROVIDER>"

PROVIDER_SETTINGS = in_section(
    SettingSection.PROVIDERS,
    Setting(
        name="KRAFTER_<PROVIDER>_URL",
        default_text="that of the vendor",
        validator=validators.http_url,
        hint="Example: KRAFTER_GITHUB_URL=https://github.acme.example/api/v3",
        help="The base URL of the API, such as `https://github.acme.example/api/v3`; that of Jira is the `site` of its"
        " credentials. A host that is not public must also be in `KRAFTER_ALLOWED_NETWORKS`.",
    ),
    Setting(
        name="KRAFTER_<PROVIDER>_CLIENT_ID",
        help="The OAuth client of this installation, for `auth_code`.",
    ),
    Setting(
        name="KRAFTER_<PROVIDER>_CLIENT_SECRET",
        secret=True,
        help="The secret of the OAuth client. Set both, or neither.",
    ),
    Setting(
        name="KRAFTER_<PROVIDER>_TOKEN_URL",
        default_text="that of the vendor",
        validator=validators.http_url,
        hint="Example: KRAFTER_GITHUB_TOKEN_URL=https://github.acme.example/login/oauth/access_token",
        help="The OAuth token endpoint, which exchanges an authorization code for a token.",
    ),
)


def settings_of_providers() -> tuple[Setting, ...]:
    return tuple(
        replace(setting, name=setting.name.replace(PLACEHOLDER, provider))
        for provider in PROVIDERS
        for setting in PROVIDER_SETTINGS
    )
