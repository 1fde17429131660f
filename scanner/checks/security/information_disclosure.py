"""Disclosure of versions, directory listings, error messages, internal addresses and files."""

import re
from bisect import bisect
from datetime import UTC, datetime

from selectolax.lexbor import LexborNode

from krafter_audit.http.client import GONE_STATUSES, Response
from scanner.checks import config_snippets
from scanner.fetcher import OUTAGE_STATUSES
from scanner.outcome import Outcome, fail_if_any, failed, passed
from scanner.page.context import PageContext
from scanner.page.page import Page, attribute_value, media_type
from scanner.preconditions import Inconclusive, require_complete_body
from scanner.registry import CRITICAL, LOW, MEDIUM, Fix, check

OWASP_HEADERS = "https://owasp.org/www-project-secure-headers/"
MAX_TEXT_LENGTH = 200_000

_DISCLOSING_HEADERS = (
    "x-powered-by",
    "x-aspnet-version",
    "x-aspnetmvc-version",
    "x-generator",
    "x-php-version",
    "x-runtime-version",
    "x-drupal-cache-tags",
    "x-powered-cms",
)
# Excludes the node of a CDN, as in `ECS (dcb/7EC9)`.
_VERSION = re.compile(r"/\s*v?\d+[a-z]?(?:[.\s(;,_+-]|$)|[\s(]v?\d+\.\d")
# After a fix: a version behind any other separator, as in `nginx-1.18.0` or `nginx1.18`.
_ANY_VERSION = re.compile(r"\d\.\d")
_LISTING_TITLES = (
    *("index of /", "directory listing for /", "directory listing for [/", "directory: /", "listing of /"),
    "listing directory /",
)
_IIS_LISTING = re.compile(r"\[To Parent Directory\]", re.IGNORECASE)
_ERROR_MARKERS = {
    "a Python traceback": "Traceback (most recent call last):",
    "a Django debug page": "You're seeing this error because you have <code>DEBUG = True</code>",
    "a Werkzeug debugger": "Werkzeug Debugger",
    "an ASP.NET error": "Server Error in '/' Application",
    "a PHP error": "<b>Fatal error</b>:",
    "a MySQL error": "You have an error in your SQL syntax",
    "a PostgreSQL error": "PG::SyntaxError",
    "an Oracle error": "ORA-00933",
    "a SQL Server error": "Unclosed quotation mark after the character string",
    "a SQLite error": "SQLite3::SQLException",
    "a Java stack trace": "Exception in thread &quot;main&quot;",
    "a Ruby on Rails error": "Action Controller: Exception caught",
    "a Laravel error": "Whoops, looks like something went wrong",
}
_HIGHLIGHTER = re.compile(
    r"(?:^|\s)(?:(?:highlight|codehilite|literal-block|hljs)(?=\s|$)|language-)", re.IGNORECASE
)
# `Warning: fopen(a): … in /srv/a.php on line 3`, in bold unless html_errors is off. Searched in two parts, as one
# expression takes minutes for a text of a megabyte with many starts.
_PHP_LEVEL = re.compile(
    r"(?:<b>|\b)(?:Warning|Notice|Deprecated|Parse error|Strict Standards|(?:Recoverable )?[Ff]atal error)(?:</b>)?:\s"
)
# Without the limits, a text that repeats ` in /` takes quadratic time, half a minute for 40 kB.
_PHP_PLACE = re.compile(
    r" in (?:<b>[^<]{1,500}</b>|(?:/|[A-Z]:\\)[^\n<>]{1,300}?|Unknown) on line (?:<b>)?\d"
)
_MAX_PHP_MESSAGE_LENGTH = 1000  # characters
# Without the limits, empty lines take quadratic time.
_JAVA_TRACE = re.compile(r"^\s{1,8}at [\w$.]{3,200}\([\w$]{1,80}\.java:\d{1,6}\)", re.MULTILINE)
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_PRIVATE_ADDRESS = re.compile(
    # Excludes versions (`v10.1.2.3`, `?ver=10.1.2.3`, but not `server=10.1.2.3`) and parts of longer names or numbers.
    r"(?<![a-z\d.$])(?<!\d-)(?<!version[ =])(?<![?&;]ver=)(?<![?&;]v=)"
    rf"(?:10\.{_OCTET}|172\.(?:1[6-9]|2\d|3[01])|192\.168)\.{_OCTET}\.{_OCTET}(?![\d.]*\d)"
    # Host names of Amazon EC2.
    r"|\bip-10-\d{1,3}-\d{1,3}-\d{1,3}\b",
    re.IGNORECASE,
)
_QUOTE = r"\\{0,3}(?:[\"']|&quot;|&#0?3[49];)?"
# Coordinates of SVG, written without the zeros, as in `d="M6.3 10.3.1.1z"`, keys of React, and versions in JSON and in
# meta elements. A script may have `d="10.1.2.3"`.
_NO_ADDRESSES = re.compile(
    r"\bd=([\"'])\s*+m[^\"'<>]*+\1|\bpoints=([\"'])[^\"'<>\s,]*+[\s,][^\"'<>]*+\2|=([\"'])[.$][^\s\"'<>]*+\3"
    rf"|version{_QUOTE}\s{{0,9}}(?::|=|content=)\s{{0,9}}{_QUOTE}\d{{1,9}}(?:\.\d{{1,9}}){{3}}",
    re.IGNORECASE,
)
# RFC 9116, 2.5.5; RFC 3339, 5.6 allows a space in place of T.
_RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE
)
_GIT_HEAD = re.compile(r"(?:ref: refs/|[\da-f]{40}\s*$)")
_ENV_LINE = re.compile(r"^(?:export )?[A-Z][A-Z0-9_]{1,60}=\S", re.MULTILINE)
# After a fix, also other lines that libraries read, such as `db_password = secret`.
_ANY_ENV_LINE = re.compile(r"\s*(?:export\s+)?[A-Za-z_][\w.]{1,60}\s*=\s*\S", re.ASCII)


@check(
    "server_version_disclosure",
    severity=LOW,
    title="Server header discloses a version",
    why="The version tells an attacker which known vulnerabilities the server may have.",
    fix=Fix(
        "Remove the version from the Server header.",
        ("Disable the version in the server's configuration.", "Keep the server up to date."),
        (OWASP_HEADERS, "https://www.zaproxy.org/docs/alerts/10036/"),
        config_snippets.NO_VERSION,
    ),
    headers=("server",),
    oracle={"zap": "10036"},
    version=3,
)
def server_version_hidden(context: PageContext) -> Outcome:
    """The Server header has no version number, as in Apache/2.4, Jetty(9.4) or, after a fix, nginx-1.18."""
    sent = context.page.header("server") or ""
    if _VERSION.search(sent) or (context.is_verification and _ANY_VERSION.search(sent)):
        return failed(f"The Server header is {sent[:120]!r}.")
    return passed("The Server header discloses no version.")


@check(
    "powered_by_disclosure",
    severity=LOW,
    title="Response headers disclose the site's software",
    why="Names and versions of software tell an attacker which known vulnerabilities the site may have.",
    fix=Fix(
        "Remove these headers.",
        ("Disable each header where it is added, or remove it in the web server.",),
        (OWASP_HEADERS, "https://www.zaproxy.org/docs/alerts/10037/"),
        config_snippets.NO_POWERED_BY,
    ),
    headers=_DISCLOSING_HEADERS,
    oracle={"zap": "10037, 10061"},
)
def software_hidden(context: PageContext) -> Outcome:
    """None of X-Powered-By, X-AspNet-Version, X-Generator and similar headers is sent."""
    page = context.page
    return fail_if_any(
        [f"{name}: {value[:80]}" for name in _DISCLOSING_HEADERS if (value := page.header(name))],
        ok="No header discloses the site's software.",
        problem="Headers disclose the site's software.",
    )


@check(
    "directory_listing",
    severity=MEDIUM,
    title="Directory listing is enabled",
    why="A directory listing shows every file, including files that were not meant to be found: backups, logs, "
    "uploads.",
    fix=Fix(
        "Disable directory listings.",
        ("Disable the listing in the server's configuration.", "Remove files that must not be public."),
        ("https://cwe.mitre.org/data/definitions/548.html", "https://www.zaproxy.org/docs/alerts/10033/"),
        config_snippets.NO_LISTING,
    ),
    oracle={"zap": "10033"},
    version=6,
)
def no_directory_listing(context: PageContext) -> Outcome:
    """Neither title nor heading is that of a directory listing of Apache, nginx, IIS or Python."""
    # After a fix the URL is often closed, which counts as fixed.
    if context.is_verification and (status := context.closed_status):
        # Browsers show what an error response contains.
        if _is_listing(context.landing):
            return failed(f"The page is a directory listing, with status {status}.")
        # A server that refuses only this URL, with status 403, does so on purpose.
        if status in GONE_STATUSES:
            _require_home_page(context)
        return passed(f"The directory is no longer accessible (status {status}).")
    page = context.document
    if _is_listing(page):
        return failed("The page is a directory listing.", title=page.title[:200])
    return passed("The page is not a directory listing.")


def _is_listing(page: Page) -> bool:
    if not page.is_html:
        return False
    headings = [page.title, *(" ".join(node.text().split()) for node in page.css("h1"))]
    is_listing = any(heading.lower().startswith(_LISTING_TITLES) for heading in headings)
    return is_listing or bool(_IIS_LISTING.search(page.text[:MAX_TEXT_LENGTH]))


@check(
    "debug_error_disclosure",
    severity=MEDIUM,
    title="Page discloses an application error message",
    why="Stack traces and database errors disclose file names, queries and settings that help an attacker.",
    fix=Fix(
        "Show a generic error page, and write the details to a log.",
        ("Disable debug mode in production.", "Fix the error that is shown.", "Write errors to a log."),
        ("https://cwe.mitre.org/data/definitions/209.html", "https://www.zaproxy.org/docs/alerts/90022/"),
        {"django": "DEBUG = False", "php": "display_errors = Off", "asp.net": '<customErrors mode="On" />'},
    ),
    oracle={"zap": "90022, 90023"},
    in_frames=True,
    version=4,
)
def no_error_messages(context: PageContext) -> Outcome:
    """The page has no stack trace and no database error, other than in the listings of an article about them."""
    page = context.document  # as sent: what the server discloses
    found, listings = server_errors(page), _listings(page)
    if _count_php_messages(page.text) > _count_php_messages(listings):
        found.append("a PHP warning")
    return fail_if_any(
        found,
        ok="The page has no application error message.",
        problem="The page has application error messages.",
    )


def server_errors(page: Page) -> list[str]:
    """Return the errors that end the work of an application and are shown in the page."""
    text, listings = page.text, _listings(page)
    found = [name for name, marker in _ERROR_MARKERS.items() if text.count(marker) > listings.count(marker)]
    if len(_JAVA_TRACE.findall(text)) > len(_JAVA_TRACE.findall(listings)):
        found.append("a Java stack trace")
    return found


def _count_php_messages(text: str) -> int:
    levels = [0, *(match.end() for match in _PHP_LEVEL.finditer(text))]
    places = (match.start() for match in _PHP_PLACE.finditer(text)) if len(levels) > 1 else ()
    starts = ((place, levels[bisect(levels, place) - 1]) for place in places)
    return sum(start > 0 and place - start <= _MAX_PHP_MESSAGE_LENGTH for place, start in starts)


def _listings(page: Page) -> str:
    """Return the text of the listings of the highlighters that documentation uses; a debug page has others."""
    return "\n".join(node.text() for node in page.css("pre") if _is_highlighted(node))


def _is_highlighted(pre: LexborNode) -> bool:
    around = (pre, pre.parent, pre.css_first("code"))
    return any(_HIGHLIGHTER.search(attribute_value(node, "class")) for node in around if node)


@check(
    "private_ip_disclosure",
    severity=LOW,
    title="Page discloses private IP addresses",
    why="Private addresses help an attacker to map the internal network.",
    fix=Fix(
        "Remove private addresses from the page.",
        (
            "Find where the address comes from: a link, a comment, or a setting that is printed.",
            "Use public host names instead.",
        ),
        ("https://www.zaproxy.org/docs/alerts/2/", "https://cwe.mitre.org/data/definitions/497.html"),
    ),
    oracle={"zap": "2"},
    in_frames=True,
    version=4,
)
def no_private_addresses(context: PageContext) -> Outcome:
    """The page has no RFC 1918 address and no ip-10-… host name."""
    text = _NO_ADDRESSES.sub("", context.document.text)  # as sent: what the server discloses
    return fail_if_any(
        sorted({match.group() for match in _PRIVATE_ADDRESS.finditer(text)}),
        ok="The page has no private IP address.",
        problem="The page has private IP addresses.",
    )


@check(
    "exposed_git",
    severity=CRITICAL,
    needs={"page", "probe:/.git/config"},
    title="Git repository is publicly accessible",
    why="From the .git directory an attacker can restore the source code with its history, and every secret that was "
    "ever committed.",
    fix=Fix(
        "Remove the .git directory from the web root.",
        (
            "Deny every path that starts with a dot, except /.well-known.",
            "Deploy an export or a build instead of a working copy.",
            "Rotate every password and key that is or was in the repository.",
        ),
        (
            "https://owasp.org/www-project-web-security-testing-guide/",
            "https://cwe.mitre.org/data/definitions/538.html",
        ),
        config_snippets.NO_DOT_FILES,
    ),
    scope="site",
    oracle={"nuclei": "git-config"},
    version=6,
)
def git_is_hidden(context: PageContext) -> Outcome:
    """/.git/config has no [core] section, whatever the status or the redirects; after a fix also /.git/HEAD."""
    response = _probe(context, "/.git/config")
    if "[core]" in response.text[:MAX_TEXT_LENGTH] and not _is_html(response):
        return failed("/.git/config is publicly accessible.")
    # The fix may have closed this one file.
    if context.is_verification and _GIT_HEAD.match(_probe(context, "/.git/HEAD").text[:MAX_TEXT_LENGTH]):
        return failed("/.git/HEAD is publicly accessible.")
    return passed(f"/.git/config is not accessible (status {response.status}).")


@check(
    "exposed_env",
    severity=CRITICAL,
    needs={"page", "probe:/.env"},
    title="File .env with secrets is publicly accessible",
    why="/.env contains passwords, keys and addresses of the database and of connected services.",
    fix=Fix(
        "Remove .env from the web root, and rotate every secret in it.",
        (
            "Deny every path that starts with a dot, except /.well-known.",
            "Move the file out of the directory that is served.",
            "Rotate every secret in it now: assume that it was read.",
        ),
        ("https://cwe.mitre.org/data/definitions/538.html", "https://12factor.net/config"),
        config_snippets.NO_DOT_FILES,
    ),
    scope="site",
    oracle={"nuclei": "dotenv"},
    version=6,
)
def env_is_hidden(context: PageContext) -> Outcome:
    """GET /.env answers with no KEY=VALUE line (after a fix, nor key = value), or with HTML, whatever the status."""
    response = _probe(context, "/.env")
    text = response.text[:MAX_TEXT_LENGTH]
    has_settings = bool(_ENV_LINE.search(text)) or (
        context.is_verification and response.is_success and _starts_with_a_setting(text)
    )
    if not _is_html(response) and has_settings:
        return failed("/.env is publicly accessible.")
    return passed(f"/.env is not accessible (status {response.status}).")


def _starts_with_a_setting(text: str) -> bool:
    lines = (line.strip("\ufeff \t") for line in text.splitlines())
    first = next((line for line in lines if line and not line.startswith("#")), "")
    return bool(_ANY_ENV_LINE.match(first))


@check(
    "security_txt",
    severity=LOW,
    needs={"page", "probe:/.well-known/security.txt"},
    title="security.txt is missing or invalid",
    why="Without security.txt, researchers who find a vulnerability do not know whom to report it to.",
    fix=Fix(
        "Publish /.well-known/security.txt with a contact and an expiry date.",
        ("Add Contact: and Expires: fields.", "Serve it as text/plain at /.well-known/security.txt."),
        ("https://www.rfc-editor.org/rfc/rfc9116", "https://securitytxt.org/"),
        {"security.txt": "Contact: mailto:security@example.com\nExpires: 2027-12-31T23:00:00Z"},
    ),
    scope="site",
    oracle={"rfc": "9116"},
    version=3,
)
def security_txt(context: PageContext) -> Outcome:
    """/.well-known/security.txt is 200, plain text, with Contact and an Expires in the future."""
    # RFC 9116, 3: it may be a redirect.
    response = _probe(context, "/.well-known/security.txt")
    if response.status != 200 or media_type(response.content_type) != "text/plain":
        return failed(f"/.well-known/security.txt is not a plain text file (status {response.status}).")
    lines = response.text[:MAX_TEXT_LENGTH].splitlines()
    pairs = (line.partition(":") for line in lines if not line.startswith("#"))
    fields = [(name.strip().lower(), text.strip()) for name, _, text in pairs]
    if not any(name == "contact" and text for name, text in fields):
        return failed("security.txt has no Contact field.")
    return _judge_expiry([text for name, text in fields if name == "expires"])


def _judge_expiry(texts: list[str]) -> Outcome:
    if len(texts) > 1:
        return failed("security.txt has more than one Expires field.")
    text = texts[0] if texts else ""
    try:
        # RFC 3339 allows t and z in lower case, `fromisoformat` does not.
        expires = datetime.fromisoformat(text.upper()) if _RFC_3339.fullmatch(text) else None
    except ValueError:
        expires = None
    if not expires:
        return failed("security.txt has no valid Expires field (YYYY-MM-DDThh:mm:ssZ).")
    if expires > datetime.now(UTC):
        return passed("security.txt is valid.")
    return failed(f"security.txt expired on {text[:40]}.")


def _require_home_page(context: PageContext) -> None:
    """Raise when the site's home page is gone too, as after a deploy that failed."""
    status = context.home_page.response.status
    if status in GONE_STATUSES or status >= 500:
        raise Inconclusive("blocked", f"The home page of the site answers with status {status} too.")


def _probe(context: PageContext, path: str) -> Response:
    """Return the response at a path. Raises Inconclusive for an error, which says nothing about the file."""
    response = context.probe(path)
    if response.status in OUTAGE_STATUSES or response.status >= 500:
        raise Inconclusive("blocked", f"{path} answered with status {response.status}.")
    # An HTML page is none of these files, whether complete or not.
    if response.is_success and not _is_html(response):
        require_complete_body(Page(response))
    return response


def _is_html(response: Response) -> bool:
    # The content decides: a server may send text/html for each file of an unknown type.
    start = response.text[:2000].lower()
    # Anything may follow a comment or `<?php`.
    return bool(re.match(r"<(?:!doctype|[a-z])", start.lstrip("\ufeff \t\r\n"))) or "<html" in start
