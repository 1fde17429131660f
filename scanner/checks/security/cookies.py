"""Cookie attributes: Secure, HttpOnly and SameSite."""

from scanner.checks import config_snippets
from scanner.outcome import Outcome, fail_if_any, faults_in
from scanner.page.context import PageContext
from scanner.page.page import Page
from scanner.parsing.registrable_domain import host_of, same_site
from scanner.parsing.set_cookie import SAME_SITE_VALUES, Cookie, parse
from scanner.preconditions import Inconclusive
from scanner.registry import HIGH, MEDIUM, Fix, check

MDN = "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie"
CHEAT_SHEET = "https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html"
HEADERS = ("set-cookie",)


@check(
    "cookies_secure",
    severity=HIGH,
    title="Cookies are set without the Secure attribute",
    why="Cookies without Secure are also sent over plain HTTP, where an attacker on the network can read and reuse "
    "them.",
    fix=Fix(
        "Set every cookie with the Secure attribute.",
        ("Serve the site over HTTPS only.", "Add the Secure attribute to every cookie that the site sets."),
        (MDN, CHEAT_SHEET),
        config_snippets.cookie(
            "Secure",
            "SESSION_COOKIE_SECURE = True; CSRF_COOKIE_SECURE = True; LANGUAGE_COOKIE_SECURE = True",
            "secure: true",
        ),
    ),
    headers=HEADERS,
    oracle={"observatory": "cookies", "zap": "10011"},
    version=2,
)
def cookies_secure(context: PageContext) -> Outcome:
    """Every cookie that is set, and not deleted, has the Secure attribute."""
    cookies = _cookies(context)
    return fail_if_any(
        [cookie.name for cookie in cookies if not cookie.secure],
        ok=_unless_none(cookies, "Every cookie has the Secure attribute."),
        problem="Cookies lack the Secure attribute.",
        cookies=len(cookies),
    )


@check(
    "cookies_httponly",
    severity=HIGH,
    title="Session cookies are set without the HttpOnly attribute",
    why="Scripts can read session cookies without HttpOnly, so one cross-site scripting (XSS) vulnerability is enough "
    "to take over a session.",
    fix=Fix(
        "Set every session cookie with the HttpOnly attribute.",
        (
            "Find scripts that read the cookie, and give them the value in another way.",
            "Add the HttpOnly attribute to the cookie.",
        ),
        (MDN, CHEAT_SHEET),
        {
            **config_snippets.cookie(
                "HttpOnly", "SESSION_COOKIE_HTTPONLY = True", "httpOnly: true", only="sess"
            ),
            "php": "session.cookie_httponly = 1",
        },
    ),
    headers=HEADERS,
    oracle={"observatory": "cookies", "zap": "10010"},
    version=2,
)
def session_cookies_http_only(context: PageContext) -> Outcome:
    """Every cookie whose name contains sess or login (after a fix, a renamed one too) has the HttpOnly attribute."""
    cookies = _cookies(context)
    lacking = [cookie.name for cookie in cookies if not cookie.http_only]
    _require_not_renamed(context, "cookies_httponly", cookies, lacking, "HttpOnly")
    return fail_if_any(
        [cookie.name for cookie in cookies if cookie.is_session and not cookie.http_only],
        ok=_unless_none(cookies, "Every session cookie has the HttpOnly attribute."),
        problem="Session cookies lack the HttpOnly attribute.",
        cookies=len(cookies),
    )


@check(
    "cookies_samesite",
    severity=MEDIUM,
    title="Cookies have a missing or invalid SameSite attribute",
    why="Cookies that are sent with requests from other sites allow cross-site request forgery (CSRF).",
    fix=Fix(
        "Set SameSite to Lax or Strict; use None only together with Secure.",
        (
            "Set SameSite=Lax, or Strict if links from other sites do not need the cookie.",
            "If other sites embed yours, set SameSite=None; Secure.",
        ),
        (MDN, "https://web.dev/articles/samesite-cookies-explained"),
        {
            **config_snippets.cookie(
                "SameSite=Lax",
                'SESSION_COOKIE_SAMESITE = "Lax"; CSRF_COOKIE_SAMESITE = "Lax"',
                'sameSite: "lax"',
            ),
            "php": 'session.cookie_samesite = "Lax"',
        },
    ),
    headers=HEADERS,
    oracle={"observatory": "cookies", "zap": "10054"},
    version=2,
)
def cookies_same_site(context: PageContext) -> Outcome:
    """Every SameSite is valid, None comes with Secure, and CSRF cookies (after a fix, renamed ones too) have it."""
    cookies = _cookies(context)
    lacking = [cookie.name for cookie in cookies if cookie.same_site is None]
    _require_not_renamed(context, "cookies_samesite", cookies, lacking, "SameSite")
    return fail_if_any(
        [f"{cookie.name}: {fault}" for cookie in cookies for fault in _same_site_faults(cookie)],
        ok=_unless_none(cookies, "Every SameSite attribute is valid."),
        problem="SameSite attributes are missing or invalid.",
        cookies=len(cookies),
    )


def _require_not_renamed(
    context: PageContext, key: str, cookies: list[Cookie], lacking: list[str], attribute: str
) -> None:
    """Raise when the page has set another cookie without the attribute since the cookies that failed are gone."""
    earlier = context.rendered.earlier.get(key)
    former = {fault.partition(":")[0] for fault in faults_in(earlier.evidence)} if earlier else set()
    if not former or any(cookie.name in former for cookie in cookies):
        return
    headers = earlier.evidence.get("headers") if earlier else None
    known = str(headers.get("set-cookie")) if isinstance(headers, dict) else ""
    if renamed := [name for name in lacking if f"{name}=" not in known]:
        raise Inconclusive(
            "target_missing",
            f"The cookie {min(former)[:80]} is gone, and the page sets {renamed[0][:80]} without {attribute} now.",
        )


def _cookies(context: PageContext) -> list[Cookie]:
    page = context.page
    cookies = _cookies_of(page)
    is_cached = (page.header("age") or "0").strip() != "0"
    if context.is_verification and is_cached and not cookies:
        raise Inconclusive(
            "target_missing", "The response is from a cache (Age), and sets no cookie any more."
        )
    return cookies


def _cookies_of(page: Page) -> list[Cookie]:
    """Return the cookies that the page and the redirects to it set, only those of the page's site, in order."""
    lines = [
        line
        for response in (*page.response.history, page.response)
        if same_site(host_of(response.url), page.host)
        for line in response.headers.get_all("set-cookie")
    ]
    return [cookie for cookie in map(parse, lines) if cookie]


def _same_site_faults(cookie: Cookie) -> list[str]:
    if cookie.same_site is None:
        return ["CSRF cookie without SameSite"] if cookie.is_csrf_token else []
    if cookie.same_site not in SAME_SITE_VALUES:
        return [f"SameSite={cookie.same_site[:40]} is invalid"]
    if cookie.same_site == "none" and not cookie.secure:
        return ["SameSite=None without Secure"]
    return []


def _unless_none(cookies: list[Cookie], sentence: str) -> str:
    return sentence if cookies else "No cookie is set."
