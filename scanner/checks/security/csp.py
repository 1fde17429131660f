"""Content-Security-Policy: whether a policy is enforced, and whether its directives are restrictive."""

from collections.abc import Callable

from scanner.checks import config_snippets
from scanner.outcome import Outcome, failed, not_applicable, passed
from scanner.page.context import PageContext
from scanner.parsing import csp_policy
from scanner.parsing.csp_policy import BROAD_SOURCES, INLINE_SOURCES, PASSIVE_DIRECTIVES, CspPolicy
from scanner.registry import HIGH, LOW, MEDIUM, Fix, check

MDN = "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Content-Security-Policy"
GUIDE = "https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CSP"
SPECIFICATION = "https://www.w3.org/TR/CSP3/"
HEADER = "Content-Security-Policy"
HEADERS = ("content-security-policy", "content-security-policy-report-only")
SAFE = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
DJANGO = (
    'MIDDLEWARE += ["django.middleware.csp.ContentSecurityPolicyMiddleware"]; '
    'SECURE_CSP = {"default-src": [CSP.SELF], "object-src": [CSP.NONE], "base-uri": [CSP.NONE]}'
)
HELMET = "app.use(helmet.contentSecurityPolicy())"
INSECURE_SCHEMES = ("http:", "ftp:")


@check(
    "security_header_csp",
    severity=HIGH,
    title="Content-Security-Policy is missing or not enforced",
    why="An enforced Content-Security-Policy limits the damage of cross-site scripting (XSS). A report-only policy "
    "blocks nothing.",
    fix=Fix(
        "Send an enforced Content-Security-Policy header with every HTML response.",
        (
            "List the resources that the page loads: scripts, styles, images, fonts, frames and connections.",
            "Send a policy that allows only these as Content-Security-Policy-Report-Only, and read the reports.",
            "Send the same policy as Content-Security-Policy, with each directive once.",
        ),
        (MDN, GUIDE, "https://owasp.org/www-project-secure-headers/"),
        {**config_snippets.header(HEADER, SAFE, DJANGO), "express": HELMET},
    ),
    headers=HEADERS,
    oracle={"observatory": "content-security-policy"},
    version=3,
)
def content_security_policy(context: PageContext) -> Outcome:
    """An enforced Content-Security-Policy, in a header or a meta element, is valid and repeats no directive."""
    page = context.page
    policies = csp_policy.enforced_policies(page)
    if not policies:
        report_only = page.header("content-security-policy-report-only")
        return failed(
            "Only a report-only policy is sent." if report_only else "No Content-Security-Policy is sent."
        )
    repeated = [fault for policy in policies for fault in policy.faults if "more than once" in fault]
    if repeated:
        return failed(
            "A directive is set more than once, so browsers ignore part of the policy.", faults=repeated
        )
    if not any(csp_policy.is_usable(policy) for policy in policies):
        return failed("The policy contains no directive that browsers know.")
    if all(_blocks_every_script(policy) for policy in policies):
        return failed("'strict-dynamic' is set without a nonce or a hash, so no script can run.")
    return passed("A Content-Security-Policy is enforced.", policies=len(policies))


def _blocks_every_script(policy: CspPolicy) -> bool:
    scripts = policy.sources("script-src", "default-src")
    return "'strict-dynamic'" in scripts and not csp_policy.has_nonce_or_hash(scripts)


def _require_one_safe(
    context: PageContext, unsafe: Callable[[CspPolicy], frozenset[str]], problem: str
) -> Outcome:
    """Pass when an enforced policy has no unsafe source."""
    policies = csp_policy.enforced_policies(context.page)
    if not policies:
        return not_applicable("No Content-Security-Policy is sent.")
    if context.is_verification:
        policies = [policy.with_any_host_as_star() for policy in policies]
    found = [sorted(unsafe(policy)) for policy in policies]
    # Browsers load a resource only if every policy allows it.
    if all(found):
        sources = sorted({source for listed in found for source in listed})
        return failed(f"{problem}: {', '.join(found[0])}.", faults=sources)
    return passed("The policy contains no unsafe source for this directive.")


def _fix(summary: str, steps: tuple[str, ...], directive: str, example: str) -> Fix:
    return Fix(
        summary,
        steps,
        (f"{MDN}/{directive}" if directive else MDN, SPECIFICATION),
        {"policy": example, **config_snippets.header(HEADER, f"…; {example}")},
    )


@check(
    "csp_script_src_safe",
    severity=HIGH,
    title="Content-Security-Policy allows unsafe script sources",
    why="A policy that allows 'unsafe-inline', data: or any host in script-src does not block injected scripts (XSS).",
    fix=_fix(
        "Allow scripts only by nonce, hash or specific host.",
        (
            "Move inline scripts into files, or give each of them a new nonce in every response.",
            "Remove 'unsafe-inline', data:, * and bare schemes from script-src (or default-src).",
            "Set object-src 'none'.",
        ),
        "script-src",
        "script-src 'nonce-<random>' 'strict-dynamic'; object-src 'none'",
    ),
    headers=HEADERS,
    oracle={"observatory": "policy.unsafeInline"},
    version=6,
)
def script_src_is_safe(context: PageContext) -> Outcome:
    """The effective script-src has no 'unsafe-inline', data: or broad source, and object-src is not broad."""

    def unsafe(policy: CspPolicy) -> frozenset[str]:
        scripts = policy.fetches_of_elements_and_attributes("script-src") & (BROAD_SOURCES | INLINE_SOURCES)
        return scripts | (policy.sources("object-src", "default-src") & BROAD_SOURCES)

    return _require_one_safe(context, unsafe, "script-src or object-src allows unsafe sources")


@check(
    "csp_no_unsafe_eval",
    severity=MEDIUM,
    title="Content-Security-Policy allows 'unsafe-eval'",
    why="'unsafe-eval' allows strings to be executed as JavaScript, which makes cross-site scripting (XSS) easier.",
    fix=_fix(
        "Remove 'unsafe-eval' from the policy.",
        (
            "Replace eval(), new Function() and timers with string arguments by functions.",
            "Use builds of libraries that need no eval; most frameworks have one.",
            "Remove 'unsafe-eval' from script-src and style-src.",
        ),
        "script-src",
        "script-src 'self'",
    ),
    headers=HEADERS,
    oracle={"observatory": "policy.unsafeEval"},
)
def no_unsafe_eval(context: PageContext) -> Outcome:
    """Neither script-src nor style-src has 'unsafe-eval'."""
    return _require_one_safe(
        context,
        lambda policy: (policy.fetches("script-src") | policy.fetches("style-src")) & {"'unsafe-eval'"},
        "The policy allows",
    )


@check(
    "csp_no_insecure_scheme",
    severity=MEDIUM,
    title="Content-Security-Policy allows HTTP sources on an HTTPS page",
    why="Resources loaded over plain HTTP can be read and modified by an attacker on the network.",
    fix=_fix(
        "Allow only https: sources.",
        (
            "Serve every resource that the policy allows over HTTPS.",
            "Replace http: and ftp: sources by https: sources or by host names without a scheme.",
            "Add upgrade-insecure-requests for URLs that still start with http:.",
        ),
        "upgrade-insecure-requests",
        "img-src 'self' https://images.example.com; upgrade-insecure-requests",
    ),
    headers=HEADERS,
    oracle={"observatory": "policy.insecureSchemeActive, policy.insecureSchemePassive"},
    version=2,
)
def no_insecure_scheme(context: PageContext) -> Outcome:
    """On an HTTPS page, no source of the policy starts with http: or ftp:."""
    if not context.page.is_https:
        return not_applicable("The page is not served over HTTPS.")

    def unsafe(policy: CspPolicy) -> frozenset[str]:
        passive = frozenset().union(*(policy.directives.get(name, ()) for name in PASSIVE_DIRECTIVES))
        return frozenset(
            source for source in policy.all_sources() | passive if source.startswith(INSECURE_SCHEMES)
        )

    return _require_one_safe(context, unsafe, "The policy allows insecure sources")


@check(
    "csp_style_src_safe",
    severity=LOW,
    title="Content-Security-Policy allows unsafe style sources",
    why="Injected styles can read form values character by character and change what the page shows.",
    fix=_fix(
        "Allow styles only by nonce, hash or specific host.",
        (
            "Move inline styles into style sheets, or give each style element a nonce.",
            "Remove 'unsafe-inline', data:, * and bare schemes from style-src (or default-src).",
        ),
        "style-src",
        "style-src 'self'",
    ),
    headers=HEADERS,
    oracle={"observatory": "policy.unsafeInlineStyle"},
    version=6,
)
def style_src_is_safe(context: PageContext) -> Outcome:
    """The effective style-src has no 'unsafe-inline' (without a nonce or a hash), data: or broad source."""
    return _require_one_safe(
        context,
        lambda policy: (
            policy.fetches_of_elements_and_attributes("style-src") & (BROAD_SOURCES | INLINE_SOURCES)
        ),
        "style-src allows unsafe sources",
    )


@check(
    "csp_object_src",
    severity=MEDIUM,
    title="Content-Security-Policy does not restrict object-src",
    why="Plugins and documents in object and embed elements can run code in the context of the page.",
    fix=_fix(
        "Set object-src 'none'.",
        ("Add object-src 'none' to the policy; current sites do not need object or embed.",),
        "object-src",
        "object-src 'none'",
    ),
    headers=HEADERS,
    oracle={"observatory": "policy.unsafeObjects"},
    version=4,
)
def object_src_is_restricted(context: PageContext) -> Outcome:
    """object-src (else default-src, else *) is not broad."""
    return _require_one_safe(
        context,
        lambda policy: policy.sources("object-src", "default-src") & BROAD_SOURCES,
        "object-src allows broad sources",
    )


@check(
    "csp_base_uri",
    severity=LOW,
    title="Content-Security-Policy does not restrict base-uri",
    why="An injected base element redirects all relative URLs, including those of scripts, to another host.",
    fix=_fix(
        "Set base-uri 'none' or 'self'.",
        ("Add base-uri 'none' to the policy, or 'self' if the page has a base element.",),
        "base-uri",
        "base-uri 'none'",
    ),
    headers=HEADERS,
    oracle={"observatory": "policy.insecureBaseUri"},
    version=4,
)
def base_uri_is_restricted(context: PageContext) -> Outcome:
    """base-uri is set and is neither broad nor unsafe."""
    return _require_one_safe(
        context,
        lambda policy: policy.sources("base-uri") & (BROAD_SOURCES | INLINE_SOURCES),
        "base-uri is missing or allows broad sources",
    )


@check(
    "csp_form_action",
    severity=LOW,
    title="Content-Security-Policy does not restrict form-action",
    why="An injected form can send the values that a visitor enters, such as passwords, to any host.",
    fix=_fix(
        "Set form-action to the hosts that forms are submitted to.",
        ("Add form-action 'self' to the policy, and every other host that a form is submitted to.",),
        "form-action",
        "form-action 'self'",
    ),
    headers=HEADERS,
    oracle={"observatory": "policy.insecureFormAction"},
    version=4,
)
def form_action_is_restricted(context: PageContext) -> Outcome:
    """form-action is set and is not broad."""
    return _require_one_safe(
        context,
        lambda policy: policy.sources("form-action") & BROAD_SOURCES,
        "form-action is missing or allows broad sources",
    )
