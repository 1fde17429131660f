"""Messages of PHP and private addresses, and what only resembles them."""

import pytest

from scanner.outcome import FAILED, PASSED, Outcome
from tests.fakes.website import Answer, Site, served
from tests.unit.scanner.checks.base_page import good_site, html, page
from tests.unit.scanner.site_checks import outcome_of, outcomes_of_fix

TEXT = [("Content-Type", "text/plain")]
HTML = [("Content-Type", "text/html")]
PHP = "session_start(): open(/tmp/sess_b5) failed in <b>/srv/www/plugin/class.php</b> on line <b>145</b>"
DEPRECATED = (
    "strlen(): Passing null to [<a href='f'>f</a>] is deprecated in <b>/srv/a.php</b> on line <b>4</b>"
)

PLAIN = "mysqli_connect(): (HY000/2002): Connection refused in /var/www/html/db.php on line 12"
UNCAUGHT = (
    "Uncaught Error: Call to f() in /srv/a.php:3\nStack trace:\n#0 {main}\n  thrown in /srv/a.php on line 3"
)
TRACEBACK = "Traceback (most recent call last):"
JAVA = "\n  at org.example.Shop.open(Shop.java:42)"

VARIANTS = [
    ("debug_error_disclosure", f"<b>Warning</b>: {PHP}", FAILED),
    ("debug_error_disclosure", f"<b>Deprecated</b>:  {DEPRECATED}", FAILED),
    ("debug_error_disclosure", "<p>word </p>" * 20_000 + f"<b>Notice</b>:  {PHP}", FAILED),
    ("debug_error_disclosure", f"\nWarning: {PLAIN}\n", FAILED),
    ("debug_error_disclosure", f"<p>PHP Warning:  {PLAIN}</p>", FAILED),
    ("debug_error_disclosure", f"\nFatal error: {UNCAUGHT}\n", FAILED),
    ("debug_error_disclosure", r"Notice: Undefined index: a in C:\My Site\a.php on line 4", FAILED),
    ("debug_error_disclosure", f"<div class='highlight'><pre>Warning: {PLAIN}</pre></div>", PASSED),
    ("debug_error_disclosure", "<p>Warning: the lift in hall 3 is on line 2</p>", PASSED),
    ("debug_error_disclosure", f"<div class='highlight'><pre><span>{TRACEBACK}</span></pre></div>", PASSED),
    ("debug_error_disclosure", f"<pre><code class='language-py'>{TRACEBACK}\n{JAVA}</code></pre>", PASSED),
    ("debug_error_disclosure", f"<pre><code>{JAVA}</code></pre>", FAILED),
    ("debug_error_disclosure", f"<div class='highlight-error'><pre>{TRACEBACK}</pre></div>", FAILED),
    ("debug_error_disclosure", f"<pre class='hljs'>{TRACEBACK}</pre><pre>{TRACEBACK}</pre>", FAILED),
    (
        "debug_error_disclosure",
        f"<div class='highlight'><pre><code>{JAVA}</code></pre></div><p>{JAVA}</p>",
        FAILED,
    ),
    ("debug_error_disclosure", "<p><b>Warning</b>: wet floor in <b>hall 3</b></p>", PASSED),
    ("private_ip_disclosure", '<svg><path d="m6.3 10.3.1.1h.2l2.2-1.3"/></svg>', PASSED),
    ("private_ip_disclosure", "<svg><polygon points='0 10.1.2.3 4'/></svg>", PASSED),
    ("private_ip_disclosure", "<script>log('Pixel version 10.0.1.2')</script>", PASSED),
    ("private_ip_disclosure", '<script>{"version":"10.0.1.2", "appVersion": "10.0.1.3"}</script>', PASSED),
    ("private_ip_disclosure", r'<script>a = "{\"version\":\"10.0.1.2\"}"</script>', PASSED),
    ("private_ip_disclosure", '<p data-a="{&quot;version&quot;:&quot;10.0.1.2&quot;}">A</p>', PASSED),
    ("private_ip_disclosure", '<meta name="app-version" content="10.0.1.2">', PASSED),
    ("private_ip_disclosure", '<script>{"version": 1, "server": "10.0.1.2"}</script>', FAILED),
    ("private_ip_disclosure", '<img src="a.png?ver=10.2.0.2" alt="" width="1" height="1">', PASSED),
    ("private_ip_disclosure", '<p id="$list-10.$item-10.0.3.2">10.56.833.72</p>', PASSED),
    ("private_ip_disclosure", "<script>eg = 'http://172.16.2.160:3000'</script>", FAILED),
    ("private_ip_disclosure", '<p data-reactid=".0.$list-10.$item-10.0.3.2">A</p>', PASSED),
    ("private_ip_disclosure", "<!-- server=10.1.2.3 -->", FAILED),
    ("private_ip_disclosure", "<p>dev=10.1.2.3</p>", FAILED),
    ("private_ip_disclosure", "<p>Served by node-10.1.2.3</p>", FAILED),
    ("private_ip_disclosure", "<p>db_10.1.2.3</p>", FAILED),
    ("private_ip_disclosure", '<script>const d="10.1.2.3"</script>', FAILED),
    ("private_ip_disclosure", '<p data-points="10.1.2.3">A</p>', FAILED),
    ("private_ip_disclosure", "<p>word </p>" * 20_000 + "<!-- 192.168.255.1 -->", FAILED),
    ("private_ip_disclosure", '<a href="//user@10.200.3.4/">A</a>', FAILED),
]


def redirect_to(location: str) -> Answer:
    return Answer(status=302, headers=[("Location", location)])


def outcome_with(key: str, answers: dict[str, Answer]) -> Outcome:
    return outcome_of(key, good_site(**answers))


@pytest.mark.slow
@pytest.mark.parametrize(("key", "added", "status"), VARIANTS)
def test_disclosure_is_found_in_pages_and_not_in_similar_text(key: str, added: str, status: str) -> None:
    outcome = outcome_with(key, {"/": page(html(add=added))})

    assert outcome.status == status, outcome.evidence


@pytest.mark.parametrize(("kind", "status"), [("text/plain; charset=utf-8", PASSED), ("text/html", FAILED)])
def test_security_txt_may_be_a_redirect(kind: str, status: str) -> None:
    text = "Contact: mailto:security@example.com\nExpires: 2099-12-31T23:00:00.000Z"
    answers = {
        "/.well-known/security.txt": redirect_to("/security.txt"),
        "/security.txt": Answer(text, headers=[("Content-Type", kind)]),
    }

    outcome = outcome_with("security_txt", answers)

    assert outcome.status == status, outcome.evidence


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("DB_PASSWORD=secret\n", FAILED),
        ("<!-- closed -->\nDB_PASSWORD=secret\n", FAILED),
        ("<?php exit(); ?>\nDB_PASSWORD=secret\n", FAILED),
        ("<!-- shop --><html><script>\nMODE=1\n</script>", PASSED),
        ("<!doctype html><script>\nMODE=1\n</script>", PASSED),
        ("<div>\nMODE=1\n</div>", PASSED),
    ],
)
def test_env_file_of_any_type_is_exposed(body: str, status: str) -> None:
    outcome = outcome_with("exposed_env", {"/.env": Answer(body, headers=HTML)})

    assert outcome.status == status, outcome.evidence


@pytest.mark.parametrize(
    ("file", "after"),
    [
        (Answer("DB_PASSWORD = secret\n", 200, TEXT), FAILED),
        (Answer("# shop\n\n  db_password=secret\n", 200, TEXT), FAILED),
        (Answer("\ufeffexport db.password = secret\n", 200, TEXT), FAILED),
        (Answer("error=404\nmessage=not found\n", 404, TEXT), PASSED),
        (Answer('{"error": "not found"}', 200, TEXT), PASSED),
        (Answer("Not found: a = b\n", 200, TEXT), PASSED),
        (Answer("<div\n  class = 'error'>Not found</div>", 200, TEXT), PASSED),
    ],
)
def test_verification_finds_settings_as_libraries_read_them(file: Answer, after: str) -> None:
    site = good_site(**{"/.env": file})

    outcomes = [
        outcome_of("exposed_env", site, before=before) for before in (None, {"exposed_env": Outcome(FAILED)})
    ]

    assert [outcome.status for outcome in outcomes] == [PASSED, after]


@pytest.mark.parametrize(
    ("expires", "status"),
    [
        ("Expires: 2099-12-31t23:59:59.5z", PASSED),
        ("Expires: 2099-12-31 23:59:59-08:00", PASSED),
        ("Expires: 2099-12-31", FAILED),
        ("Expires: 2099-12-31T23:59Z", FAILED),
        ("Expires: 20991231T235959Z", FAILED),
        ("Expires: 2099-02-30T00:00:00Z", FAILED),
        ("Expires: 2099-12-31T23:59:59Z\nExpires: 2098-12-31T23:59:59Z", FAILED),
    ],
)
def test_security_txt_has_one_expiry_with_date_and_time(expires: str, status: str) -> None:
    answer = Answer(f"Contact: mailto:a@example.com\n{expires}\n", headers=TEXT)

    outcome = outcome_with("security_txt", {"/.well-known/security.txt": answer})

    assert outcome.status == status, outcome.evidence


FILES = [("exposed_git", "/.git/config", "[core]\n"), ("exposed_env", "/.env", "DB_PASSWORD=4f9c0a7e21\n")]


@pytest.mark.parametrize(("key", "path", "text"), FILES)
@pytest.mark.parametrize("status", [200, 203, 403, 404])
def test_file_is_exposed_with_any_status(key: str, path: str, text: str, status: int) -> None:
    assert outcome_with(key, {path: Answer(text, status, TEXT)}).status == FAILED


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (Answer("ref: refs/heads/main\n", 200, TEXT), FAILED),
        (Answer("4b825dc642cb6eb9a060e54bf8d69288fbee4904\n", 200, TEXT), FAILED),
        (Answer("no", 403, TEXT), PASSED),
        (Answer("<title>Lamps</title>", 200, HTML), PASSED),
    ],
)
def test_git_repository_of_which_one_file_is_closed_is_still_exposed(head: Answer, status: str) -> None:
    site = good_site(**{"/.git/config": Answer("no", 403, TEXT), "/.git/HEAD": head})

    assert outcome_of("exposed_git", site, before={"exposed_git": Outcome(FAILED)}).status == status


@pytest.mark.parametrize(("key", "path", "text"), FILES)
def test_file_to_which_a_redirect_on_the_site_leads_is_exposed(key: str, path: str, text: str) -> None:
    moved = {path: redirect_to("{url}/copy"), "/copy": Answer(text, 200, TEXT)}

    assert outcome_with(key, moved).status == FAILED


@pytest.mark.parametrize(("key", "path", "text"), FILES)
def test_file_is_hidden_by_a_redirect_to_a_page(key: str, path: str, text: str) -> None:
    moved = {path: redirect_to("/login"), "/login": Answer("<title>Sign in</title>" + text, 200, HTML)}

    assert outcome_with(key, moved).status == PASSED


@pytest.mark.parametrize(("key", "path", "text"), FILES)
def test_redirect_of_a_file_to_another_site_is_not_followed(key: str, path: str, text: str) -> None:
    with served(Site(otherwise=Answer(text, 200, TEXT)), host="127.0.0.2") as other:
        outcome = outcome_with(key, {path: redirect_to(other.url)})

    assert (outcome.status, other.paths()) == (PASSED, [])


@pytest.mark.parametrize(("key", "path"), [(key, path) for key, path, _ in FILES])
def test_file_that_redirects_to_itself_is_not_exposed(key: str, path: str) -> None:
    assert outcome_with(key, {path: redirect_to(path)}).status == PASSED


@pytest.mark.parametrize("status", [403, 404])
def test_directory_listing_with_an_error_status_is_still_one(status: int) -> None:
    listing = (
        "<title>Index of /uploads/</title><h1>Index of /uploads/</h1><p>lamps.zip, chairs.zip, tables.zip"
    )
    site = Site({"/uploads/": Answer(listing, 200, HTML)})
    now = {"/": Answer("<title>Home</title>", 200, HTML), "/uploads/": Answer(listing, status, HTML)}

    outcomes = outcomes_of_fix("directory_listing", site, now, path="uploads/")

    assert [outcome.status for outcome in outcomes] == [FAILED, FAILED]


@pytest.mark.slow
@pytest.mark.timeout(60)
@pytest.mark.parametrize("unit", [" ,", "=' ,", "d=' m"])
def test_attribute_that_is_not_closed_is_searched_in_linear_time(unit: str) -> None:
    text = html(add=f'<p>10.1.2.3 points="0{unit * (1_000_000 // len(unit))}')

    outcome = outcome_with("private_ip_disclosure", {"/": page(text)})

    # In quadratic time, it would take days.
    assert outcome.status == FAILED
