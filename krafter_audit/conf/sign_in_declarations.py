from krafter_audit.conf import validators
from krafter_audit.conf.setting import Setting, SettingSection, in_section

MAX_SECONDS = 86_400

SIGN_IN = in_section(
    SettingSection.SIGN_IN,
    Setting(
        name="KRAFTER_SIGN_IN_ATTEMPTS",
        default=5,
        minimum=1,
        maximum=1000,
        help="Failed attempts to sign in to an account before each further one is followed by a pause of 30 s, 1 min,"
        " 2 min and so on; ten times as many from one client address.",
    ),
    Setting(
        name="KRAFTER_SIGN_IN_PAUSE_SECONDS",
        default=900,
        minimum=1,
        maximum=MAX_SECONDS,
        help="The longest of these pauses, in seconds.",
    ),
    Setting(
        name="KRAFTER_REQUIRE_SECOND_FACTOR",
        default=False,
        help="`true`: staff who sign in with a password must set up a second factor before they see any page.",
    ),
    Setting(
        name="KRAFTER_SESSION_IDLE_MINUTES",
        default=120,
        minimum=1,
        maximum=MAX_SECONDS // 60,
        help="Minutes without a request after which a session of the admin ends.",
    ),
    Setting(
        name="KRAFTER_SESSION_HOURS",
        default=12,
        minimum=1,
        maximum=720,
        help="Hours after the sign-in at which a session of the admin ends in any case.",
    ),
    Setting(
        name="KRAFTER_OIDC_URL",
        validator=validators.http_url,
        hint="Example: https://login.example.com/realms/staff",
        help="The issuer of an OpenID Connect identity provider, with which staff sign in"
        " ([Single sign-on](#single-sign-on)). A host that is not public must also be in `KRAFTER_ALLOWED_NETWORKS`.",
    ),
    Setting(
        name="KRAFTER_OIDC_CLIENT_ID",
        help="The client that is registered at the identity provider.",
    ),
    Setting(
        name="KRAFTER_OIDC_CLIENT_SECRET",
        secret=True,
        help="The secret of the client.",
    ),
    Setting(
        name="KRAFTER_OIDC_NAME",
        default="single sign-on",
        help="The name of the identity provider on the sign-in page.",
    ),
    Setting(
        name="KRAFTER_OIDC_GROUPS",
        default=(),
        validator="accounts.sign_in.group_mapping:parse_group",
        hint="Example: audit-team=0192f0c1-2f0e-7c3a-9d5e-8f1b2a3c4d5e:member",
        help="Groups of the claim `groups`, comma-separated, each `group=organisation id:role`: a person of such a"
        " group who has no account gets one with this role. Without it, single sign-on creates no account.",
    ),
    Setting(
        name="KRAFTER_OIDC_TRUSTED_DOMAINS",
        default=(),
        help="Domains, comma-separated, whose e-mail addresses count as verified although the identity provider does"
        " not send `email_verified`. No other identity provider may issue addresses of these domains.",
    ),
)
