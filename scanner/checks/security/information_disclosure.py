"""What a site gives away that it should not: files, listings, error pages, addresses, versions."""

import re
from datetime import UTC, datetime

from krafter_audit.http.client import Response
from scanner.checks import config_snippets
from scanner.outcome import Outcome, failed, passed, verdict
from scanner.page import media_type
from scanner.page_context import Facts
from scanner.preconditions import CannotLook
from scanner.registry import CRITICAL, LOW, MEDIUM, SECURITY, Fix, check

OWASP_HEADERS = "https://owasp.org/www-project-secure-headers/"
MOST_TEXT = 200_000

_DISCLOSING = (
    "x-powered-by",
    "x-aspnet-version",
    "x-aspnetmvc-version",
    "x-generator",
    "x-php-version",
    "x-runtime-version",
    "x-drupal-cache-tags",
    "x-powered-cms",
)
_LISTING_TITLES = ("index of /", "directory listing for /", "directory: /", "listing of /")
_IIS_LISTING = re.compile(r"\[To Parent Directory\]", re.IGNORECASE)
_ERRORS = {
    "a Python traceback": "Traceback (most recent call last):",
    "a Django debug page": "You're seeing this error because you have <code>DEBUG = True</code>",
    "a Werkzeug debugger": "Werkzeug Debugger",
    "a PHP error": "<b>Fatal error</b>:",
    "a PHP warning": "<b>Warning</b>:  ",
    "an ASP.NET error": "Server Error in '/' Application",
    "a MySQL error": "You have an error in your SQL syntax",
    "a PostgreSQL error": "PG::SyntaxError",
    "an Oracle error": "ORA-00933",
    "a SQL Server error": "Unclosed quotation mark after the character string",
    "a SQLite error": "SQLite3::SQLException",
    "a Java stack trace": "Exception in thread &quot;main&quot;",
    "a Ruby on Rails error": "Action Controller: Exception caught",
    "a Laravel error": "Whoops, looks like something went wrong",
}
_JAVA_TRACE = re.compile(r"^\s{1,8}at [\w$.]{3,200}\([\w$]{1,80}\.java:\d{1,6}\)", re.MULTILINE)
_PRIVATE_ADDRESS = re.compile(
    r"(?<![\d.])(?:10\.\d{1,3}|172\.(?:1[6-9]|2\d|3[01])|192\.168)\.\d{1,3}\.\d{1,3}(?![\d.]*\d)"
    r"|\bip-10-\d{1,3}-\d{1,3}-\d{1,3}\b"
)
_ENV_LINE = re.compile(r"^(?:export )?[A-Z][A-Z0-9_]{1,60}=\S", re.MULTILINE)


@check(
    "server_version_disclosure",
    domain=SECURITY,
    severity=LOW,
    needs={"page"},
    title="The Server header tells the version",
    why="A version number tells an attacker which known holes to try.",
    fix=Fix(
        "Take the version out of the Server header.",
        ("Switch the version off in the server's settings.", "Keep the server up to date all the same."),
        (OWASP_HEADERS, "https://www.zaproxy.org/docs/alerts/10036/"),
        config_snippets.NO_VERSION,
    ),
    headers=("server",),
    oracle={"zap": "10036"},
)
def server_version_hidden(facts: Facts) -> Outcome:
    """The Server header has no version number (/digit)."""
    sent = facts.page.header("server") or ""
    if re.search(r"/\s*v?\d", sent):
        return failed(f"The header says {sent[:120]!r}.")
    return passed("No version is told.")


@check(
    "powered_by_disclosure",
    domain=SECURITY,
    severity=LOW,
    needs={"page"},
    title="Response headers tell which software the site runs on",
    why="Names and versions of the software tell an attacker which known holes to try.",
    fix=Fix(
        "Do not send these headers.",
        ("Switch each header off where it is made, or take it out in the web server.",),
        (OWASP_HEADERS, "https://www.zaproxy.org/docs/alerts/10037/"),
        config_snippets.NO_POWERED_BY,
    ),
    headers=_DISCLOSING,
    oracle={"zap": "10037, 10061"},
)
def software_hidden(facts: Facts) -> Outcome:
    """None of X-Powered-By, X-AspNet-Version, X-Generator and their like is sent."""
    page = facts.page
    sent = [f"{name}: {said[:80]}" for name in _DISCLOSING if (said := page.header(name))]
    return verdict(sent, fine="No such header is sent.", wrong="The software is told.")


@check(
    "directory_listing",
    domain=SECURITY,
    severity=MEDIUM,
    needs={"page"},
    title="The server lists the files of a directory",
    why="A listing shows every file, also those that nobody was meant to find: backups, logs, uploads.",
    fix=Fix(
        "Switch directory listings off.",
        ("Switch the listing off.", "Look through what was listed, and take away what should not be there."),
        ("https://cwe.mitre.org/data/definitions/548.html", "https://www.zaproxy.org/docs/alerts/10033/"),
        config_snippets.NO_LISTING,
    ),
    oracle={"zap": "10033"},
)
def directory_is_not_listed(facts: Facts) -> Outcome:
    """Neither title nor heading is that of a directory listing of Apache, nginx, IIS or Python.

    A listing that is switched off leaves an address that is shut, which a second look takes for an answer. Another
    page in its place may be anybody's, as with every check.
    """
    if facts.verifying and facts.shut:
        return passed(f"The directory is not shown any more (status {facts.shut}).")
    page = facts.document
    heads = [page.title, *(" ".join(node.text().split()) for node in page.css("h1"))]
    if any(head.lower().startswith(_LISTING_TITLES) for head in heads) or _IIS_LISTING.search(
        page.text[:MOST_TEXT]
    ):
        return failed("The page is a directory listing.", title=page.title[:200])
    return passed("The page is no directory listing.")


@check(
    "debug_error_disclosure",
    domain=SECURITY,
    severity=MEDIUM,
    needs={"page"},
    title="The page shows an error message from inside the application",
    why="Stack traces and database errors show file names, queries and settings, and where to push further.",
    fix=Fix(
        "Show visitors a plain error page, and log the rest.",
        ("Switch debug mode off in production.", "Repair the error that is shown.", "Send errors to a log."),
        ("https://cwe.mitre.org/data/definitions/209.html", "https://www.zaproxy.org/docs/alerts/90022/"),
        {"django": "DEBUG = False", "php": "display_errors = Off", "asp.net": '<customErrors mode="On" />'},
    ),
    oracle={"zap": "90022, 90023"},
)
def no_inner_errors(facts: Facts) -> Outcome:
    """The page has no stack trace and no message of a database."""
    text = facts.document.text[:MOST_TEXT]
    found = [name for name, mark in _ERRORS.items() if mark in text]
    if _JAVA_TRACE.search(text):
        found.append("a Java stack trace")
    return verdict(found, fine="No error from inside is shown.", wrong="The page shows an error from inside.")


@check(
    "private_ip_disclosure",
    domain=SECURITY,
    severity=LOW,
    needs={"page"},
    title="The page tells addresses of the internal network",
    why="Internal addresses are a map for whoever gets a foot in.",
    fix=Fix(
        "Take internal addresses out of the page.",
        (
            "Find where the address comes from: a link, a comment, a setting that is printed.",
            "Use public names.",
        ),
        ("https://www.zaproxy.org/docs/alerts/2/", "https://cwe.mitre.org/data/definitions/497.html"),
    ),
    oracle={"zap": "2"},
)
def no_private_addresses(facts: Facts) -> Outcome:
    """The page has no RFC 1918 address and no ip-10-… host name."""
    found = sorted({match.group() for match in _PRIVATE_ADDRESS.finditer(facts.document.text[:MOST_TEXT])})
    return verdict(found, fine="No internal address is told.", wrong="Internal addresses are told.")


@check(
    "exposed_git",
    domain=SECURITY,
    severity=CRITICAL,
    needs={"page", "probe:/.git/config"},
    title="The Git repository can be downloaded",
    why="From the .git folder anybody can rebuild the source code with its history, and every secret ever "
    "in it.",
    fix=Fix(
        "Keep the .git folder out of the web root.",
        (
            "Refuse every path that begins with a dot, but /.well-known.",
            "Deploy an export or a build instead of a working copy.",
            "Change every password and key that is or was in the repository.",
        ),
        (
            "https://owasp.org/www-project-web-security-testing-guide/",
            "https://cwe.mitre.org/data/definitions/538.html",
        ),
        config_snippets.NO_DOT_FILES,
    ),
    scope="site",
    oracle={"nuclei": "git-config"},
)
def git_is_hidden(facts: Facts) -> Outcome:
    """GET /.git/config does not answer 200 with a [core] section."""
    answer = _probe(facts, "/.git/config")
    if answer.status == 200 and "[core]" in answer.text[:MOST_TEXT] and not _is_html(answer):
        return failed("/.git/config can be read.")
    return passed(f"/.git/config answers with status {answer.status} and no repository.")


@check(
    "exposed_env",
    domain=SECURITY,
    severity=CRITICAL,
    needs={"page", "probe:/.env"},
    title="The file with the application's secrets can be downloaded",
    why="/.env holds passwords, keys and addresses; with it the database and every connected service are "
    "open.",
    fix=Fix(
        "Keep /.env out of the web root, and change every secret in it.",
        (
            "Refuse every path that begins with a dot, but /.well-known.",
            "Move the file out of the folder that is served.",
            "Change every secret in it, now: assume that it was read.",
        ),
        ("https://cwe.mitre.org/data/definitions/538.html", "https://12factor.net/config"),
        config_snippets.NO_DOT_FILES,
    ),
    scope="site",
    oracle={"nuclei": "dotenv"},
)
def env_is_hidden(facts: Facts) -> Outcome:
    """GET /.env does not answer 200 with KEY=VALUE lines that are no HTML."""
    answer = _probe(facts, "/.env")
    if answer.status == 200 and not _is_html(answer) and _ENV_LINE.search(answer.text[:MOST_TEXT]):
        return failed("/.env can be read.")
    return passed(f"/.env answers with status {answer.status} and no settings.")


@check(
    "security_txt",
    domain=SECURITY,
    severity=LOW,
    needs={"page", "probe:/.well-known/security.txt"},
    title="There is no valid security.txt",
    why="Who finds a hole has no way to tell you, and tells others.",
    fix=Fix(
        "Publish /.well-known/security.txt with a contact and a date until which it holds.",
        ("Write Contact: and Expires: lines.", "Serve it as text/plain at /.well-known/security.txt."),
        ("https://www.rfc-editor.org/rfc/rfc9116", "https://securitytxt.org/"),
        {"security.txt": "Contact: mailto:security@example.com\\nExpires: 2027-12-31T23:00:00Z"},
    ),
    scope="site",
    oracle={"rfc": "9116"},
)
def security_txt(facts: Facts) -> Outcome:
    """/.well-known/security.txt is 200, plain text, with Contact and an Expires in the future."""
    answer = _probe(facts, "/.well-known/security.txt")
    if answer.status != 200 or media_type(answer.headers.get("content-type")) != "text/plain":
        return failed(f"No text answers there (status {answer.status}).")
    fields = [
        line.partition(":") for line in answer.text[:MOST_TEXT].splitlines() if not line.startswith("#")
    ]
    said = {name.strip().lower(): text.strip() for name, _, text in fields}
    if not said.get("contact"):
        return failed("It has no Contact.")
    return _judge_expiry(said.get("expires", ""))


def _judge_expiry(text: str) -> Outcome:
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        return failed("It has no valid Expires.")
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return passed("It is valid.") if aware > datetime.now(UTC) else failed(f"It expired on {text[:40]}.")


def _probe(facts: Facts, path: str) -> Response:
    """Ask for the path; an answer that says nothing about the file is no answer."""
    answer = facts.probe(path)
    if answer.status == 429 or answer.status >= 500:
        raise CannotLook("blocked", f"{path} answered with status {answer.status}.")
    return answer


def _is_html(answer: Response) -> bool:
    return "html" in media_type(answer.headers.get("content-type")) or "<html" in answer.text[:2000].lower()
