"""Response headers that tell a browser to be careful."""

import re

from scanner.checks import config_snippets
from scanner.outcome import Outcome, failed, passed
from scanner.page_context import Facts
from scanner.parsing import csp_policy
from scanner.registry import HIGH, LOW, MEDIUM, SECURITY, Fix, check

MDN = "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers"
OWASP = "https://owasp.org/www-project-secure-headers/"

PRIVATE_REFERRERS = ("no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin")
REFERRER_TOKENS = (
    *PRIVATE_REFERRERS,
    "no-referrer-when-downgrade",
    "origin",
    "origin-when-cross-origin",
    "unsafe-url",
)
OPENER_POLICIES = ("same-origin", "same-origin-allow-popups", "noopener-allow-popups")
RESOURCE_POLICIES = ("same-origin", "same-site", "cross-origin")

# A structured-fields dictionary (RFC 9651) as far as Permissions-Policy uses one: feature=(allowlist), comma
# apart.
_ALLOWLIST = r'(?:\*|self|src|none|"[^"\\]*"|\((?:\s*(?:\*|self|src|none|"[^"\\]*"))*\s*\)|\?[01])'
_MEMBER = re.compile(rf"[a-z*][a-z0-9_.*-]*(?:=\s*{_ALLOWLIST}(?:;\s*[a-z*][a-z0-9_.*-]*(?:=[^;,\s]+)?)*)?")


def header_fix(summary: str, name: str, header_value: str, *steps: str, django: str = "") -> Fix:
    """Return the fix of a header that is to be sent; `django` is its setting, where Django has one."""
    last = f"Send {name}: {header_value} with every response, also with errors."
    return Fix(
        summary, (*steps, last), (f"{MDN}/{name}", OWASP), config_snippets.header(name, header_value, django)
    )


@check(
    "security_header_x_content_type_options",
    domain=SECURITY,
    severity=MEDIUM,
    needs={"page"},
    title="X-Content-Type-Options is not nosniff",
    why="Without it a browser may guess that an uploaded text or image is a script, and run it.",
    fix=header_fix(
        "Send X-Content-Type-Options: nosniff.",
        "X-Content-Type-Options",
        "nosniff",
        "Make sure that every file is sent with its right Content-Type.",
        django="SECURE_CONTENT_TYPE_NOSNIFF = True",
    ),
    headers=("x-content-type-options",),
    oracle={"observatory": "x-content-type-options"},
)
def content_type_options(facts: Facts) -> Outcome:
    """X-Content-Type-Options is exactly nosniff."""
    sent = facts.page.header("x-content-type-options")
    if sent is None:
        return failed("The header is not sent.")
    if sent.strip().lower() != "nosniff":
        return failed(f"The header says {sent[:80]!r}.")
    return passed("The header says nosniff.")


@check(
    "security_header_frame_options",
    domain=SECURITY,
    severity=HIGH,
    needs={"page"},
    title="The page may be framed by any site",
    why="A foreign page can show yours in an invisible frame and have visitors click in it without knowing.",
    fix=header_fix(
        "Say who may frame the page.",
        "X-Frame-Options",
        "SAMEORIGIN",
        "Decide which sites may show this page in a frame; mostly none or your own.",
        "Add frame-ancestors 'self' (or 'none') to the Content-Security-Policy header.",
        django='X_FRAME_OPTIONS = "DENY"',
    ),
    headers=("x-frame-options", "content-security-policy"),
    oracle={"observatory": "x-frame-options", "lighthouse": "clickjacking-mitigation"},
    version=2,
)
def framing_is_restricted(facts: Facts) -> Outcome:
    """A CSP header has frame-ancestors other than *, or X-Frame-Options is DENY or SAMEORIGIN.

    A scheme as in `frame-ancestors https:` keeps something out and is what somebody chose, so it passes, as in
    Observatory and Lighthouse; * keeps nobody out. Where a policy has frame-ancestors, browsers do not read
    X-Frame-Options.
    """
    page = facts.page
    allowed = [
        policy.sources("frame-ancestors")
        for policy in csp_policy.from_headers(page)
        if "frame-ancestors" in policy.directives
    ]
    if any("*" not in sources for sources in allowed):
        return passed("frame-ancestors is set.")
    if allowed:
        return failed("frame-ancestors lets every site in.")
    sent = {part.strip().lower() for part in (page.header("x-frame-options") or "").split(",")} - {""}
    if not sent:
        return failed("Neither header is sent.")
    if sent in ({"deny"}, {"sameorigin"}):
        return passed(f"X-Frame-Options is {sent.pop().upper()}.")
    return failed("X-Frame-Options has a value that browsers ignore.", values=sorted(sent))


@check(
    "security_header_referrer_policy",
    domain=SECURITY,
    severity=LOW,
    needs={"page"},
    title="Referrer-Policy is missing or gives addresses away",
    why="The full address of a page, with what stands in its query, is told to other sites that it links to.",
    fix=header_fix(
        "Send Referrer-Policy: strict-origin-when-cross-origin, or a stricter one.",
        "Referrer-Policy",
        "strict-origin-when-cross-origin",
        django='SECURE_REFERRER_POLICY = "same-origin"',
    ),
    headers=("referrer-policy",),
    oracle={"observatory": "referrer-policy"},
)
def referrer_policy(facts: Facts) -> Outcome:
    """The last known token of Referrer-Policy (header, then meta) keeps paths from other sites."""
    page = facts.page
    said = page.header_lines("referrer-policy") + (page.metas("referrer") if page.is_html else [])
    tokens = [token.strip().lower() for line in said for token in line.split(",")]
    known = [token for token in tokens if token in REFERRER_TOKENS]
    if not known:
        return failed("No referrer policy is set.")
    if known[-1] not in PRIVATE_REFERRERS:
        return failed(f"The referrer policy is {known[-1]}.")
    return passed(f"The referrer policy is {known[-1]}.")


@check(
    "security_header_permissions_policy",
    domain=SECURITY,
    severity=LOW,
    needs={"page"},
    title="Permissions-Policy is missing or malformed",
    why="Without it an injected script or a framed site may ask for camera, microphone, place and more in "
    "your name.",
    fix=header_fix(
        "Send a Permissions-Policy that switches off what the site does not use.",
        "Permissions-Policy",
        "camera=(), microphone=(), geolocation=()",
    ),
    headers=("permissions-policy",),
    oracle={"zap": "10063"},
)
def permissions_policy(facts: Facts) -> Outcome:
    """Permissions-Policy is sent and parses as a dictionary of features."""
    sent = facts.page.header("permissions-policy")
    if not sent or not sent.strip():
        return failed("The header is not sent.")
    wrong = [member.strip()[:80] for member in sent.split(",") if not _MEMBER.fullmatch(member.strip())]
    if wrong:
        return failed("The header does not parse, so a browser ignores it.", faults=wrong)
    return passed("The header parses.")


@check(
    "security_header_coop",
    domain=SECURITY,
    severity=LOW,
    needs={"page"},
    title="Cross-Origin-Opener-Policy does not isolate the page",
    why="A page that opens yours keeps a handle on its window, and can steer it or learn about it.",
    fix=header_fix(
        "Send Cross-Origin-Opener-Policy: same-origin.",
        "Cross-Origin-Opener-Policy",
        "same-origin",
        "Where the site opens a login or payment of another site in a window, use same-origin-allow-popups.",
        django='SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"',
    ),
    headers=("cross-origin-opener-policy",),
    oracle={"lighthouse": "origin-isolation"},
)
def opener_policy(facts: Facts) -> Outcome:
    """Cross-Origin-Opener-Policy is same-origin, same-origin-allow-popups or noopener-allow-popups."""
    sent = facts.page.header("cross-origin-opener-policy")
    if sent is None:
        return failed("The header is not sent.")
    # A browser reads it as a structured-fields item: parameters (report-to=…) may follow.
    said = sent.split(";")[0].strip().lower()
    return (
        passed(f"The policy is {said}.")
        if said in OPENER_POLICIES
        else failed(f"The policy is {said[:80]!r}.")
    )


@check(
    "security_header_corp",
    domain=SECURITY,
    severity=LOW,
    needs={"page"},
    title="Cross-Origin-Resource-Policy has a value that browsers ignore",
    why="A value that is not known is no protection, though it looks like one.",
    fix=header_fix(
        "Send a value that browsers know, or no header.", "Cross-Origin-Resource-Policy", "same-origin"
    ),
    headers=("cross-origin-resource-policy",),
    oracle={"observatory": "cross-origin-resource-policy"},
)
def resource_policy(facts: Facts) -> Outcome:
    """Cross-Origin-Resource-Policy, when sent, is same-origin, same-site or cross-origin."""
    sent = facts.page.header("cross-origin-resource-policy")
    if sent is None:
        return passed("The header is not sent, which is allowed.")
    said = sent.strip().lower()
    return (
        passed(f"The policy is {said}.")
        if said in RESOURCE_POLICIES
        else failed(f"The policy is {said[:80]!r}.")
    )
