"""Security response headers other than Content-Security-Policy and Strict-Transport-Security."""

import re

from scanner.checks import config_snippets
from scanner.outcome import Outcome, failed, passed
from scanner.page.context import PageContext
from scanner.parsing import csp_policy
from scanner.parsing.cross_origin_policies import OPENER_POLICIES, RESOURCE_POLICIES
from scanner.registry import HIGH, LOW, MEDIUM, Fix, check

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
# HTML, 4.2.5.1: values that are valid only in meta elements.
LEGACY_REFERRERS = {
    "always": "unsafe-url",
    "default": "strict-origin-when-cross-origin",
    "never": "no-referrer",
    "origin-when-crossorigin": "origin-when-cross-origin",
}

# A dictionary of structured fields (RFC 9651, 3.2): feature=(allowlist), feature=(allowlist).
_KEY = r"[a-z*][a-z0-9_.*-]*"
_CHARACTERS = r'(?:[ !#-\[\]-~]|\\["\\])*+'
_STRING = f'"{_CHARACTERS}"'
_BARE_ITEM = (
    rf"(?:-?\d{{1,15}}(?:\.\d{{1,3}})?|{_STRING}|[A-Za-z*][\w!#$%&'*+.^`|~:/-]*|:[A-Za-z0-9+/=]*:|\?[01])"
)
_PARAMETERS = rf"(?:; *{_KEY}(?:={_BARE_ITEM})?)*"
_ITEM = _BARE_ITEM + _PARAMETERS
_MEMBER = re.compile(
    rf"{_KEY}(?:=(?:\( *+(?:{_ITEM}(?: ++{_ITEM})*+)? *+\)|{_BARE_ITEM}))?{_PARAMETERS}", re.ASCII
)
# A string that is not closed makes the header invalid wherever it ends.
_MEMBERS = re.compile(rf"(?:\"{_CHARACTERS}\"?|[^,])++|(?<=,)(?=,|\Z)")


def header_fix(summary: str, name: str, header_value: str, *steps: str, django: str = "") -> Fix:
    """Return the fix of a missing header; `django` is Django's setting for it, if there is one."""
    last = f"Send {name}: {header_value} with every response, including error pages."
    return Fix(
        summary, (*steps, last), (f"{MDN}/{name}", OWASP), config_snippets.header(name, header_value, django)
    )


@check(
    "security_header_x_content_type_options",
    severity=MEDIUM,
    title="X-Content-Type-Options header is not set to nosniff",
    why="Without nosniff a browser may interpret an uploaded text or image as a script (MIME sniffing) and run it.",
    fix=header_fix(
        "Send X-Content-Type-Options: nosniff.",
        "X-Content-Type-Options",
        "nosniff",
        "Make sure that every file is sent with the correct Content-Type.",
        django="SECURE_CONTENT_TYPE_NOSNIFF = True",
    ),
    headers=("x-content-type-options",),
    oracle={"observatory": "x-content-type-options"},
)
def content_type_options(context: PageContext) -> Outcome:
    """X-Content-Type-Options is exactly nosniff."""
    sent = context.page.header("x-content-type-options")
    if sent is None:
        return failed("The X-Content-Type-Options header is not sent.")
    if sent.strip().lower() != "nosniff":
        return failed(f"X-Content-Type-Options is {sent[:80]!r}, not nosniff.")
    return passed("X-Content-Type-Options is nosniff.")


@check(
    "security_header_frame_options",
    severity=HIGH,
    title="Clickjacking protection is missing (frame-ancestors or X-Frame-Options)",
    why="Another site can show the page in an invisible frame and make visitors click in it (clickjacking).",
    fix=header_fix(
        "Restrict which sites may embed the page in a frame.",
        "X-Frame-Options",
        "SAMEORIGIN",
        "Decide which sites may embed this page; usually none, or only your own.",
        "Add frame-ancestors 'self' (or 'none') to the Content-Security-Policy header.",
        django='X_FRAME_OPTIONS = "DENY"',
    ),
    headers=("x-frame-options", "content-security-policy"),
    oracle={"observatory": "x-frame-options", "lighthouse": "clickjacking-mitigation"},
    version=5,
)
def framing_is_restricted(context: PageContext) -> Outcome:
    """A CSP header has frame-ancestors other than *, or X-Frame-Options is DENY or SAMEORIGIN."""
    page = context.page
    policies = [
        policy.with_any_host_as_star() if context.is_verification else policy
        for policy in csp_policy.header_policies(page)
    ]
    allowed = [
        policy.sources("frame-ancestors") for policy in policies if "frame-ancestors" in policy.directives
    ]
    # A scheme such as `frame-ancestors https:` passes, as in Observatory and Lighthouse.
    if any("*" not in sources for sources in allowed):
        return passed("frame-ancestors restricts which sites may embed the page.")
    # Where a policy has frame-ancestors, browsers ignore X-Frame-Options.
    if allowed:
        return failed("frame-ancestors allows every site to embed the page.")
    sent = {part.strip().lower() for part in (page.header("x-frame-options") or "").split(",")} - {""}
    if not sent:
        return failed("Neither frame-ancestors nor X-Frame-Options is sent.")
    if sent in ({"deny"}, {"sameorigin"}):
        return passed(f"X-Frame-Options is {sent.pop().upper()}.")
    return failed("X-Frame-Options is neither DENY nor SAMEORIGIN.", values=sorted(sent))


@check(
    "security_header_referrer_policy",
    severity=LOW,
    title="Referrer-Policy header is missing or too permissive",
    why="Full URLs, including query strings, are sent to other origins in the Referer header.",
    fix=header_fix(
        "Send Referrer-Policy: strict-origin-when-cross-origin, or a stricter policy.",
        "Referrer-Policy",
        "strict-origin-when-cross-origin",
        django='SECURE_REFERRER_POLICY = "same-origin"',
    ),
    headers=("referrer-policy",),
    oracle={"observatory": "referrer-policy"},
    version=2,
)
def referrer_policy(context: PageContext) -> Outcome:
    """The last valid token of Referrer-Policy (header, then meta) sends no URL path to other origins."""
    page = context.page
    values = page.header_lines("referrer-policy")
    tokens = [token.strip().lower() for value in values for token in value.split(",")]
    metas = [token.strip().lower() for token in (page.metas("referrer") if page.is_html else [])]
    tokens += [LEGACY_REFERRERS.get(token, token) for token in metas]
    known = [token for token in tokens if token in REFERRER_TOKENS]
    if not known:
        return failed("No valid Referrer-Policy is set.")
    if known[-1] not in PRIVATE_REFERRERS:
        return failed(f"Referrer-Policy is {known[-1]}.")
    return passed(f"Referrer-Policy is {known[-1]}.")


@check(
    "security_header_permissions_policy",
    severity=LOW,
    title="Permissions-Policy header is missing or invalid",
    why="Without it, injected scripts and embedded sites can request the camera, microphone or location in the name "
    "of the site.",
    fix=header_fix(
        "Send a Permissions-Policy that disables the features that the site does not use.",
        "Permissions-Policy",
        "camera=(), microphone=(), geolocation=()",
    ),
    headers=("permissions-policy",),
    oracle={"zap": "10063"},
    version=2,
)
def permissions_policy(context: PageContext) -> Outcome:
    """Permissions-Policy is sent and is a valid structured dictionary."""
    sent = context.page.header("permissions-policy")
    if not sent or not sent.strip():
        return failed("The Permissions-Policy header is not sent.")
    members = [member.strip() for member in _MEMBERS.findall(sent)]
    invalid = [member[:80] for member in members if not _MEMBER.fullmatch(member)]
    if invalid:
        return failed("The Permissions-Policy header is invalid, so browsers ignore it.", faults=invalid)
    return passed("The Permissions-Policy header is valid.")


@check(
    "security_header_coop",
    severity=LOW,
    title="Cross-Origin-Opener-Policy does not isolate the page",
    why="A page that opens this one keeps a reference to its window, and can navigate it or measure its state "
    "(cross-site leaks).",
    fix=header_fix(
        "Send Cross-Origin-Opener-Policy: same-origin.",
        "Cross-Origin-Opener-Policy",
        "same-origin",
        "If the site opens pop-ups of other sites, such as a login or a payment, use same-origin-allow-popups.",
        django='SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"',
    ),
    headers=("cross-origin-opener-policy",),
    oracle={"lighthouse": "origin-isolation"},
    version=2,
)
def opener_policy(context: PageContext) -> Outcome:
    """Cross-Origin-Opener-Policy is same-origin, same-origin-allow-popups or noopener-allow-popups."""
    sent = context.page.header("cross-origin-opener-policy")
    if sent is None:
        return failed("The Cross-Origin-Opener-Policy header is not sent.")
    # The value is a structured-fields item: a case-sensitive token, and parameters (report-to=…).
    item = re.fullmatch(rf"({'|'.join(OPENER_POLICIES)}){_PARAMETERS}", sent.strip())
    if item:
        return passed(f"Cross-Origin-Opener-Policy is {item[1]}.")
    return failed(f"Cross-Origin-Opener-Policy is {sent.strip()[:80]!r}.")


@check(
    "security_header_corp",
    severity=LOW,
    title="Cross-Origin-Resource-Policy header has an invalid value",
    why="Browsers ignore an invalid value, so the resource is not protected.",
    fix=header_fix(
        "Send a valid value, or remove the header.", "Cross-Origin-Resource-Policy", "same-origin"
    ),
    headers=("cross-origin-resource-policy",),
    oracle={"observatory": "cross-origin-resource-policy"},
    version=2,
)
def resource_policy(context: PageContext) -> Outcome:
    """Cross-Origin-Resource-Policy, if sent, is same-origin, same-site or cross-origin."""
    sent = context.page.header("cross-origin-resource-policy")
    if sent is None:
        return passed("The Cross-Origin-Resource-Policy header is not sent, which is allowed.")
    policy = sent.strip()  # Fetch, 3.7: case matters
    if policy in RESOURCE_POLICIES:
        return passed(f"Cross-Origin-Resource-Policy is {policy}.")
    return failed(f"Cross-Origin-Resource-Policy is {policy[:80]!r}.")
