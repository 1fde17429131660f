"""The settings of the sign-in to the admin."""

from krafter_audit.conf.setting import Section, Setting, in_section

MAX_SECONDS = 86_400

SIGN_IN = in_section(
    Section.SIGN_IN,
    Setting(
        name="KRAFTER_SIGN_IN_ATTEMPTS",
        type=int,
        default=5,
        minimum=1,
        maximum=1000,
        help="Failed attempts to sign in to an account before each further one is followed by a pause of 30 s, 1 min,"
        " 2 min and so on; ten times as many from one client address.",
    ),
    Setting(
        name="KRAFTER_SIGN_IN_PAUSE_SECONDS",
        type=int,
        default=900,
        minimum=1,
        maximum=MAX_SECONDS,
        help="The longest of these pauses, in seconds.",
    ),
    Setting(
        name="KRAFTER_REQUIRE_SECOND_FACTOR",
        type=bool,
        default=False,
        help="`true`: staff who sign in with a password must set up a second factor before they see any page.",
    ),
    Setting(
        name="KRAFTER_SESSION_IDLE_MINUTES",
        type=int,
        default=120,
        minimum=1,
        maximum=MAX_SECONDS // 60,
        help="Minutes without a request after which a session of the admin ends.",
    ),
    Setting(
        name="KRAFTER_SESSION_HOURS",
        type=int,
        default=12,
        minimum=1,
        maximum=720,
        help="Hours after the sign-in at which a session of the admin ends in any case.",
    ),
)
