"""Content-Security-Policy: is one enforced, and does it keep out what it should."""

from collections.abc import Callable

from scanner.checks import config_snippets
from scanner.outcome import Outcome, failed, not_applicable, passed
from scanner.page_context import Facts
from scanner.parsing import csp_policy
from scanner.parsing.csp_policy import BROAD, INLINE, NONCE_OR_HASH, PASSIVE, Policy
from scanner.registry import HIGH, LOW, MEDIUM, SECURITY, Fix, check

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
    domain=SECURITY,
    severity=HIGH,
    needs={"page"},
    title="Content-Security-Policy is missing or not enforced",
    why="Without an enforced policy, one place that lets foreign text into a page is enough to run foreign "
    "script "
    "in your visitors' browsers. A report-only policy watches, but stops nothing.",
    fix=Fix(
        "Send a Content-Security-Policy header with every HTML response.",
        (
            "List what the page really loads: scripts, styles, images, fonts, frames and connections.",
            "Send a policy that names only those as Content-Security-Policy-Report-Only and read the "
            "reports.",
            "Send the same policy as Content-Security-Policy, each directive once.",
        ),
        (MDN, GUIDE, "https://owasp.org/www-project-secure-headers/"),
        {**config_snippets.header(HEADER, SAFE, DJANGO), "express": HELMET},
    ),
    headers=HEADERS,
    oracle={"observatory": "content-security-policy"},
    version=2,
)
def content_security_policy(facts: Facts) -> Outcome:
    """An enforced Content-Security-Policy, in a header or a meta element, parses and repeats no directive."""
    page = facts.page
    policies = csp_policy.enforced(page)
    if not policies:
        reporting = page.header("content-security-policy-report-only")
        return failed("Only a report-only policy is sent." if reporting else "No policy is sent.")
    faults = [fault for policy in policies for fault in policy.faults if "repeated" in fault]
    if faults:
        return failed("A directive is repeated, so a browser ignores part of the policy.", faults=faults)
    if not any(csp_policy.is_usable(policy) for policy in policies):
        return failed("The policy has no directive that a browser knows.")
    if all(_trusts_nothing_dynamically(policy) for policy in policies):
        return failed("'strict-dynamic' is used without a nonce or a hash, so no script can run.")
    return passed("A policy is enforced.", policies=len(policies))


def _trusts_nothing_dynamically(policy: Policy) -> bool:
    scripts = policy.sources("script-src", "default-src")
    return "'strict-dynamic'" in scripts and not any(source.startswith(NONCE_OR_HASH) for source in scripts)


def _refused_by_one(facts: Facts, bad: Callable[[Policy], frozenset[str]], what: str) -> Outcome:
    """Pass when at least one enforced policy has nothing bad: each of them must let a resource through."""
    policies = csp_policy.enforced(facts.page)
    if not policies:
        return not_applicable("No policy is sent.")
    found = [sorted(bad(policy)) for policy in policies]
    if all(found):
        return failed(
            f"{what}: {', '.join(found[0])}.", faults=sorted({one for each in found for one in each})
        )
    return passed("A policy that is enforced rules it out.")


def _fix(summary: str, steps: tuple[str, ...], directive: str, example: str) -> Fix:
    return Fix(
        summary,
        steps,
        (f"{MDN}/{directive}" if directive else MDN, SPECIFICATION),
        {"policy": example, **config_snippets.header(HEADER, f"…; {example}")},
    )


@check(
    "csp_script_src_safe",
    domain=SECURITY,
    severity=HIGH,
    needs={"page"},
    title="Content-Security-Policy lets unsafe scripts run",
    why="A policy that allows inline script, data: or every host for scripts stops no injected script.",
    fix=_fix(
        "Allow scripts by nonce, hash or named host only.",
        (
            "Move inline scripts into files, or give each one a fresh nonce in every response.",
            "Take 'unsafe-inline', data:, * and bare schemes out of script-src (or default-src).",
            "Set object-src 'none'.",
        ),
        "script-src",
        "script-src 'nonce-<random>' 'strict-dynamic'; object-src 'none'",
    ),
    headers=HEADERS,
    oracle={"observatory": "policy.unsafeInline"},
)
def scripts_are_restricted(facts: Facts) -> Outcome:
    """The effective script-src has no 'unsafe-inline', data: or broad source, and object-src is not broad."""

    def bad(policy: Policy) -> frozenset[str]:
        scripts = policy.fetches("script-src") & (BROAD | INLINE)
        return scripts | (policy.sources("object-src", "default-src") & BROAD)

    return _refused_by_one(facts, bad, "Scripts or plugins are allowed from unsafe sources")


@check(
    "csp_no_unsafe_eval",
    domain=SECURITY,
    severity=MEDIUM,
    needs={"page"},
    title="Content-Security-Policy allows eval",
    why="'unsafe-eval' lets text be turned into running script, which an injection can use.",
    fix=_fix(
        "Take 'unsafe-eval' out of the policy.",
        (
            "Replace eval(), new Function() and string timers by plain functions.",
            "Use the builds of your libraries that need no eval (most frameworks have one).",
            "Take 'unsafe-eval' out of script-src and style-src.",
        ),
        "script-src",
        "script-src 'self'",
    ),
    headers=HEADERS,
    oracle={"observatory": "policy.unsafeEval"},
)
def eval_is_off(facts: Facts) -> Outcome:
    """Neither script-src nor style-src has 'unsafe-eval'."""

    def bad(policy: Policy) -> frozenset[str]:
        return (policy.fetches("script-src") | policy.fetches("style-src")) & {"'unsafe-eval'"}

    return _refused_by_one(facts, bad, "The policy has")


@check(
    "csp_no_insecure_scheme",
    domain=SECURITY,
    severity=MEDIUM,
    needs={"page"},
    title="Content-Security-Policy of an HTTPS page allows HTTP sources",
    why="What is loaded over plain HTTP can be replaced on the way, and shows or runs in a page that looks "
    "secure.",
    fix=_fix(
        "Name every source with https:.",
        (
            "Serve each resource that the policy names over HTTPS.",
            "Replace http: and ftp: sources by https: ones, or by plain host names.",
            "Add upgrade-insecure-requests for addresses that are still written with http:.",
        ),
        "upgrade-insecure-requests",
        "img-src 'self' https://images.example.com; upgrade-insecure-requests",
    ),
    headers=HEADERS,
    oracle={"observatory": "policy.insecureSchemeActive, policy.insecureSchemePassive"},
)
def sources_are_secure(facts: Facts) -> Outcome:
    """On an HTTPS page no source of the policy begins with http: or ftp:."""
    if not facts.page.is_https:
        return not_applicable("The page is not served over HTTPS.")

    def bad(policy: Policy) -> frozenset[str]:
        passive = frozenset().union(*(policy.directives.get(name, ()) for name in PASSIVE))
        return frozenset(s for s in policy.all_sources() | passive if s.startswith(INSECURE_SCHEMES))

    return _refused_by_one(facts, bad, "The policy allows")


@check(
    "csp_style_src_safe",
    domain=SECURITY,
    severity=LOW,
    needs={"page"},
    title="Content-Security-Policy lets unsafe styles in",
    why="Injected styles can read what a form holds, letter by letter, and redraw the page to deceive.",
    fix=_fix(
        "Allow styles by nonce, hash or named host only.",
        (
            "Move inline styles into style sheets, or give each style element a nonce.",
            "Take 'unsafe-inline', data:, * and bare schemes out of style-src (or default-src).",
        ),
        "style-src",
        "style-src 'self'",
    ),
    headers=HEADERS,
    oracle={"observatory": "policy.unsafeInlineStyle"},
)
def styles_are_restricted(facts: Facts) -> Outcome:
    """The effective style-src has no 'unsafe-inline' (without a nonce or a hash), data: or broad source."""

    def bad(policy: Policy) -> frozenset[str]:
        return policy.fetches("style-src") & (BROAD | INLINE)

    return _refused_by_one(facts, bad, "Styles are allowed from unsafe sources")


@check(
    "csp_object_src",
    domain=SECURITY,
    severity=MEDIUM,
    needs={"page"},
    title="Content-Security-Policy does not restrict plugins",
    why="An object or embed element from anywhere runs with the page's rights.",
    fix=_fix(
        "Set object-src 'none'.",
        ("Add object-src 'none' to the policy; nothing modern needs it open.",),
        "object-src",
        "object-src 'none'",
    ),
    headers=HEADERS,
    oracle={"observatory": "policy.unsafeObjects"},
)
def plugins_are_restricted(facts: Facts) -> Outcome:
    """object-src (else default-src, else everything) is not broad."""
    return _refused_by_one(
        facts, lambda policy: policy.sources("object-src", "default-src") & BROAD, "Plugins are allowed from"
    )


@check(
    "csp_base_uri",
    domain=SECURITY,
    severity=LOW,
    needs={"page"},
    title="Content-Security-Policy does not restrict the base address",
    why="An injected base element sends every relative script address to another host.",
    fix=_fix(
        "Set base-uri 'none' or 'self'.",
        ("Add base-uri 'none' to the policy, or 'self' where the page has a base element.",),
        "base-uri",
        "base-uri 'none'",
    ),
    headers=HEADERS,
    oracle={"observatory": "policy.insecureBaseUri"},
)
def base_is_restricted(facts: Facts) -> Outcome:
    """base-uri is there and is neither broad nor unsafe."""
    return _refused_by_one(
        facts, lambda policy: policy.sources("base-uri") & (BROAD | INLINE), "The base address may be"
    )


@check(
    "csp_form_action",
    domain=SECURITY,
    severity=LOW,
    needs={"page"},
    title="Content-Security-Policy does not restrict where forms are sent",
    why="An injected form can send what a visitor types to any host.",
    fix=_fix(
        "Set form-action to the hosts that your forms go to.",
        ("Add form-action 'self' to the policy, and each other host that a form is sent to.",),
        "form-action",
        "form-action 'self'",
    ),
    headers=HEADERS,
    oracle={"observatory": "policy.insecureFormAction"},
)
def forms_are_restricted(facts: Facts) -> Outcome:
    """form-action is there and is not broad."""
    return _refused_by_one(
        facts, lambda policy: policy.sources("form-action") & BROAD, "Forms may be sent to"
    )
