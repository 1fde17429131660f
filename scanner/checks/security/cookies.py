"""Cookies: sent over HTTPS alone, kept from scripts, and not sent along by other sites."""

from scanner.checks import config_snippets
from scanner.outcome import Outcome, verdict
from scanner.page_context import Facts
from scanner.parsing import set_cookie
from scanner.parsing.set_cookie import SAME_SITE_WORDS, Cookie
from scanner.registry import HIGH, MEDIUM, SECURITY, Fix, check

MDN = "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie"
CHEATS = "https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html"
HEADERS = ("set-cookie",)


@check(
    "cookies_secure",
    domain=SECURITY,
    severity=HIGH,
    needs={"page"},
    title="Cookies are set without Secure",
    why="A cookie without Secure is also sent over plain HTTP, where anybody on the way can read and use it.",
    fix=Fix(
        "Set every cookie with Secure.",
        ("Serve the site over HTTPS alone.", "Add the Secure attribute to every cookie that the site sets."),
        (MDN, CHEATS),
        config_snippets.cookie(
            "Secure",
            "SESSION_COOKIE_SECURE = True; CSRF_COOKIE_SECURE = True; LANGUAGE_COOKIE_SECURE = True",
            "secure: true",
        ),
    ),
    headers=HEADERS,
    oracle={"observatory": "cookies", "zap": "10011"},
)
def cookies_secure(facts: Facts) -> Outcome:
    """Every cookie that is set has Secure."""
    cookies = set_cookie.set_by(facts.page)
    bare = [cookie.name for cookie in cookies if not cookie.secure]
    return verdict(
        bare,
        fine=_all_fine(cookies, "Every cookie has Secure."),
        wrong="Cookies lack Secure.",
        cookies=len(cookies),
    )


@check(
    "cookies_httponly",
    domain=SECURITY,
    severity=HIGH,
    needs={"page"},
    title="Session cookies can be read by scripts",
    why="One injected script is enough to read a session cookie without HttpOnly and to act as the visitor.",
    fix=Fix(
        "Set every session cookie with HttpOnly.",
        ("Find what reads the cookie in script, if anything does, and give it the value in another way.",)
        + ("Add the HttpOnly attribute to the cookie.",),
        (MDN, CHEATS),
        {
            **config_snippets.cookie(
                "HttpOnly", "SESSION_COOKIE_HTTPONLY = True", "httpOnly: true", only="sess"
            ),
            "php": "session.cookie_httponly = 1",
        },
    ),
    headers=HEADERS,
    oracle={"observatory": "cookies", "zap": "10010"},
)
def session_cookies_http_only(facts: Facts) -> Outcome:
    """Every cookie whose name contains sess or login has HttpOnly."""
    cookies = set_cookie.set_by(facts.page)
    open_ones = [cookie.name for cookie in cookies if cookie.is_session and not cookie.http_only]
    return verdict(
        open_ones,
        fine=_all_fine(cookies, "Every session cookie has HttpOnly."),
        wrong="Session cookies lack HttpOnly.",
        cookies=len(cookies),
    )


@check(
    "cookies_samesite",
    domain=SECURITY,
    severity=MEDIUM,
    needs={"page"},
    title="Cookies have a missing or invalid SameSite",
    why="A cookie that goes along with requests from other sites lets them act in the visitor's name.",
    fix=Fix(
        "Set SameSite to Lax or Strict; use None only together with Secure.",
        (
            "Set SameSite=Lax, or Strict where no link from outside needs the cookie.",
            "Where another site really embeds yours, set SameSite=None; Secure.",
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
)
def cookies_same_site(facts: Facts) -> Outcome:
    """No SameSite is invalid, None comes with Secure only, and anti-forgery cookies have one."""
    cookies = set_cookie.set_by(facts.page)
    faults = [f"{cookie.name}: {fault}" for cookie in cookies for fault in _same_site_faults(cookie)]
    return verdict(
        faults,
        fine=_all_fine(cookies, "Every SameSite is as it should be."),
        wrong="SameSite is missing or invalid.",
        cookies=len(cookies),
    )


def _same_site_faults(cookie: Cookie) -> list[str]:
    if cookie.same_site is None:
        return ["an anti-forgery cookie without SameSite"] if cookie.is_anti_forgery else []
    if cookie.same_site not in SAME_SITE_WORDS:
        return [f"SameSite={cookie.same_site[:40]} is no value that browsers know"]
    if cookie.same_site == "none" and not cookie.secure:
        return ["SameSite=None without Secure"]
    return []


def _all_fine(cookies: list[Cookie], sentence: str) -> str:
    return sentence if cookies else "No cookie is set."
