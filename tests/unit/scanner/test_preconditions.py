"""A check whose preconditions do not hold is inconclusive, with a reason; it never passes."""

import gzip
from dataclasses import replace

import pytest
import trustme

from krafter_audit.http.client import AddressPolicy, Client, Limits
from scanner.outcome import FAILED, INCONCLUSIVE, PASSED, Outcome, inconclusive
from scanner.preconditions import is_other_title
from scanner.registry import REGISTRY
from tests.fakes.page_checks import run_checks
from tests.fakes.website import Answer, Site, loopback_client, served, tls_context
from tests.unit.scanner.checks.base_page import good_site, html, page
from tests.unit.scanner.checks.check_kinds import WITHOUT_BROWSER
from tests.unit.scanner.refused_pages import CHALLENGE_SCRIPT, HTML, LOGIN, reasons
from tests.unit.scanner.site_checks import outcome_of, outcomes_of_fix, run_checks_on

OWN_CONTENT = "".join(f"<p>lamp{'abcdefghij'[n // 5]}{'vwxyz'[n % 5]}" for n in range(50))
WITHOUT_A_PAGE = {"http_status_ok", "tls_certificate_valid", "tls_certificate_days_left", "tls_min_version"}
WITHOUT_A_PAGE |= {"tls_key_strength"}
OF_THE_PAGE = [key for key in WITHOUT_BROWSER if key not in WITHOUT_A_PAGE]
RESPONSES_WITHOUT_PAGE = {
    "target_missing": Answer("gone", 404, HTML),
    "blocked": Answer("error", 500, HTML),
    "truncated": Answer("<title>Half a page</title>", 206, HTML),
    "login_wall": Answer("who?", 401, [("WWW-Authenticate", "Basic")]),
    "challenge": Answer("<title>Just a moment...</title>", 403, [*HTML, ("cf-mitigated", "challenge")]),
}


@pytest.mark.parametrize("reason", [reason for reason in RESPONSES_WITHOUT_PAGE if reason != "challenge"])
def test_certificate_checks_are_inconclusive_without_a_page(reason: str) -> None:
    outcomes = run_checks_on(Site({"/": RESPONSES_WITHOUT_PAGE[reason]}), WITHOUT_A_PAGE - {"http_status_ok"})

    assert reasons(outcomes) == {(INCONCLUSIVE, reason)}


@pytest.mark.parametrize("reason", RESPONSES_WITHOUT_PAGE)
def test_checks_are_inconclusive_when_the_page_is_unavailable(reason: str) -> None:
    outcomes = run_checks_on(Site({"/": RESPONSES_WITHOUT_PAGE[reason]}), OF_THE_PAGE)

    assert reasons(outcomes) == {(INCONCLUSIVE, reason)}


@pytest.mark.parametrize(
    ("status", "verdict"),
    [(404, FAILED), (500, FAILED), (403, FAILED), (429, INCONCLUSIVE), (503, INCONCLUSIVE)],
)
def test_error_status_fails_http_status_ok_and_a_temporary_one_is_inconclusive(
    status: int, verdict: str
) -> None:
    outcomes = run_checks_on(Site({"/": Answer("no", status, HTML)}), ["http_status_ok"])

    assert outcomes["http_status_ok"].status == verdict


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("Just a moment...", CHALLENGE_SCRIPT, (INCONCLUSIVE, "challenge")),
        ("Just a moment: how to wait", "<p>An article", (PASSED, None)),
        ("How challenges work", "<p>An article about _cf_chl_opt", (PASSED, None)),
        (
            "",
            '<iframe src="/_Incapsula_Resource?x=1">Incapsula incident 1-2</iframe>',
            (INCONCLUSIVE, "challenge"),
        ),
    ],
)
def test_page_with_status_200_is_a_challenge_by_its_title_and_its_script_together(
    title: str, text: str, expected: tuple[str, str | None]
) -> None:
    outcomes = run_checks_on(
        Site({"/": Answer(f"<title>{title}</title>{text}", 200, HTML)}), ["title_present"]
    )

    assert reasons(outcomes) == {expected}


def test_page_of_a_site_that_refuses_every_url_is_inconclusive() -> None:
    site = Site({"/": Answer("no", 403, HTML)}, otherwise=Answer("no", 403, HTML))

    assert reasons(run_checks_on(site, ["http_status_ok"])) == {(INCONCLUSIVE, "blocked")}


def test_bot_challenge_is_detected_by_its_markers() -> None:
    body = "<html><script src='/cdn-cgi/challenge-platform/x.js'></script>"
    outcomes = run_checks_on(Site({"/": Answer(body, 503, HTML)}), ["title_present"])

    assert reasons(outcomes) == {(INCONCLUSIVE, "challenge")}


def test_checks_are_inconclusive_when_the_site_is_down() -> None:
    with served(Site()) as site:
        url = site.url
    with loopback_client() as client:
        outcomes = dict(run_checks(url, OF_THE_PAGE, client=client, retry_delays=()))

    assert reasons(outcomes) == {(INCONCLUSIVE, "blocked")}


def test_checks_are_inconclusive_when_the_site_closes_the_connection() -> None:
    outcomes = run_checks_on(Site({"/": Answer(hang_up=True)}), OF_THE_PAGE)

    assert reasons(outcomes) == {(INCONCLUSIVE, "blocked")}


def test_checks_are_inconclusive_when_the_site_times_out() -> None:
    client = loopback_client(limits=Limits(read=0.1, total=0.2))
    outcomes = run_checks_on(Site({"/": Answer("late", delay=0.5)}), OF_THE_PAGE, client)

    assert reasons(outcomes) == {(INCONCLUSIVE, "timeout")}


def test_refused_address_is_not_retried() -> None:
    site = good_site()
    with served(site), Client(policy=AddressPolicy.from_setting(""), ca_file="") as client:
        outcomes = dict(run_checks(site.url, WITHOUT_BROWSER, client=client, retry_delays=(5, 5)))

    assert reasons(outcomes) == {(INCONCLUSIVE, "refused_address")}
    assert site.requests == []


def test_redirect_to_a_refused_address_is_inconclusive() -> None:
    redirect = Answer(status=302, headers=[("Location", "http://169.254.169.254/latest/meta-data/")])

    assert reasons(run_checks_on(Site({"/": redirect}), OF_THE_PAGE)) == {(INCONCLUSIVE, "refused_address")}


def test_redirect_to_another_site_is_inconclusive() -> None:
    with served(good_site(), host="127.0.0.2") as other:
        redirect = Answer(status=302, headers=[("Location", other.url)])

        assert reasons(run_checks_on(Site({"/": redirect}), OF_THE_PAGE)) == {
            (INCONCLUSIVE, "offsite_redirect")
        }


BODY_BASED = ["title_present", "meta_description", "mixed_content", "link_text", "image_dimensions"]


def test_html_checks_are_inconclusive_on_an_empty_page() -> None:
    assert reasons(run_checks_on(Site({"/": Answer(b"  ", headers=HTML)}), BODY_BASED)) == {
        (INCONCLUSIVE, "target_missing")
    }


def test_html_checks_are_inconclusive_without_html() -> None:
    site = Site({"/": Answer('{"a": 1}', headers=[("Content-Type", "application/json")])})

    assert reasons(run_checks_on(site, BODY_BASED)) == {(INCONCLUSIVE, "target_missing")}


def test_html_checks_are_inconclusive_on_a_truncated_page() -> None:
    site = good_site(**{"/": page(html(add="<p>" + "x" * 5000))})

    outcomes = run_checks_on(site, BODY_BASED, loopback_client(limits=Limits(body=2000)))

    assert reasons(outcomes) == {(INCONCLUSIVE, "truncated")}


@pytest.mark.parametrize(
    ("coding", "body", "reason"),
    [("br", b"\x0b\x02\x80", "not_available"), ("gzip", b"no gzip", "truncated")],
)
def test_page_that_cannot_be_decoded_is_inconclusive(coding: str, body: bytes, reason: str) -> None:
    site = Site({"/": Answer(body, headers=[*HTML, ("Content-Encoding", coding)])})

    assert reasons(run_checks_on(site, BODY_BASED)) == {(INCONCLUSIVE, reason)}


def seen_before(title: str = "Shop", path: str = "/", **more: object) -> Outcome:
    identity = {
        "host": "127.0.0.1",
        "path": path,
        "status_class": 2,
        "title": title,
        "password_form": False,
        **more,
    }
    return Outcome(FAILED, evidence={"identity": identity})


SHOP = Answer("<title>Shop</title><p>Hello", headers=HTML)
NO_LOGIN: dict[str, Outcome] = {"title_present": seen_before()}


def test_verification_is_inconclusive_after_a_redirect_to_a_login_page() -> None:
    site = Site(
        {"/": Answer(status=302, headers=[("Location", "/login")]), "/login": Answer(LOGIN, headers=HTML)}
    )

    assert reasons(run_checks_on(site, ["title_present"], before=NO_LOGIN)) == {(INCONCLUSIVE, "login_wall")}
    assert reasons(run_checks_on(site, ["title_present"], before={})) == {(INCONCLUSIVE, "login_wall")}


def test_verification_is_inconclusive_when_a_login_form_replaces_the_page() -> None:
    site = Site({"/": Answer(LOGIN, headers=HTML)})

    assert reasons(run_checks_on(site, ["title_present"], before=NO_LOGIN)) == {(INCONCLUSIVE, "login_wall")}


def test_page_that_had_a_login_form_before_is_verified() -> None:
    before = {"title_present": seen_before("Sign in", password_form=True)}

    outcomes = run_checks_on(Site({"/": Answer(LOGIN, headers=HTML)}), ["title_present"], before=before)

    assert outcomes["title_present"].status == PASSED


def test_verification_is_inconclusive_for_a_not_found_title() -> None:
    site = Site({"/": Answer("<title>404 – Page not found</title><p>Sorry", headers=HTML)})

    assert reasons(run_checks_on(site, ["title_present"], before=NO_LOGIN)) == {
        (INCONCLUSIVE, "target_missing")
    }


CSP = ("Content-Security-Policy", "default-src 'self'")
OTHER_RESPONSES = {
    "nothing, by status": (Answer("", 204, [*HTML, CSP]), "target_missing"),
    "nothing": (Answer("", headers=[*HTML, CSP]), "target_missing"),
    "white space": (Answer("  \n ", headers=[*HTML, CSP]), "target_missing"),
    "data": (Answer('{"a": 1}', headers=[("Content-Type", "application/json"), CSP]), "target_missing"),
    "a page without its title": (Answer("<p>It works!", headers=[*HTML, CSP]), "target_missing"),
    "a body that cannot be decoded": (
        Answer("no gzip", headers=[*HTML, CSP, ("Content-Encoding", "gzip")]),
        "truncated",
    ),
    "a parked domain": (Answer("<title>Domain for sale</title><p>Buy", headers=[*HTML, CSP]), "blocked"),
    "a challenge": (Answer("<title>Just a moment...</title><p>Wait", headers=[*HTML, CSP]), "challenge"),
    "a captcha": (Answer("<title>Verify you are human</title><p>Tick", headers=[*HTML, CSP]), "challenge"),
    "an error": (Answer("<title>Application error</title><p>Sorry", headers=[*HTML, CSP]), "blocked"),
    "an empty server": (Answer("<title>Welcome to nginx!</title><p>It", headers=[*HTML, CSP]), "blocked"),
    "another site": (Answer("<title>Acme Hosting</title><p>Buy", headers=[*HTML, CSP]), "target_missing"),
}


# Of parked domains, servers without a site, and firewalls.
NOTICES = """
good-things.com - This website is for sale!
Good-Things.com is for sale | HugeDomains
Domain expired
A shop of good things has expired
Parked at Loopia
good-things.com - Registered at Namecheap.com
A shop of good things - Future home of something quite cool.
Website suspended: good things
Apache2 Debian Default Page: It works
It works! Apache httpd
Test Page for the Nginx HTTP Server
HTTP Server Test Page powered by CentOS
Welcome to OpenResty!
IIS7
Internet Information Services
Apache Tomcat/9.0.83
Default Web Site Page
Caddy works!
PHP 8.3.6 - phpinfo()
The install worked successfully! Congratulations!
WordPress › Installation
Request Rejected
Too many requests
Web Page Blocked
"""


@pytest.mark.parametrize("title", NOTICES.strip().splitlines())
@pytest.mark.parametrize("key", ["security_header_csp", "http_status_ok"])
def test_notice_with_words_of_the_page_does_not_pass(title: str, key: str) -> None:
    """An operator of parked domains finds its words in the name of the domain, and an error has no words."""
    words = "<p>Lanterns, chandeliers, tables, carpets and cushions of good things."
    shop = f"<title>A shop of good things</title>{words}<p>Delivery, returns, imprint, privacy, contact."
    site = Site({"/": Answer(shop, 200 if key == "security_header_csp" else 500, HTML)})
    notice = Answer(f"<title>{title}</title>{words}<p>Buy, search, apply.", headers=[*HTML, CSP])

    before, after = outcomes_of_fix(key, site, {"/": notice})

    assert (before.status, after.status, after.reason) == (FAILED, INCONCLUSIVE, "blocked")


def test_name_of_the_host_as_the_title_is_another_title() -> None:
    assert is_other_title("good-things.com", "a shop of good things")


@pytest.mark.parametrize("what", OTHER_RESPONSES)
def test_verification_is_inconclusive_when_another_response_has_the_header(what: str) -> None:
    answer, reason = OTHER_RESPONSES[what]
    before = {"security_header_csp": seen_before("A shop of good things")}

    outcomes = run_checks_on(Site({"/": answer}), ["security_header_csp"], before=before)

    assert reasons(outcomes) == {(INCONCLUSIVE, reason)}


def test_verification_is_inconclusive_after_a_redirect_to_another_page() -> None:
    home = Answer("<title>Home</title><p>Welcome", headers=HTML)
    site = Site({"/": Answer(status=301, headers=[("Location", "/home")]), "/home": home})

    assert reasons(run_checks_on(site, ["title_present"], before=NO_LOGIN)) == {
        (INCONCLUSIVE, "target_missing")
    }


@pytest.mark.parametrize(
    ("scheme", "status", "reason"), [("https", INCONCLUSIVE, "target_missing"), ("http", PASSED, None)]
)
def test_verification_is_inconclusive_after_a_downgrade_to_http(
    scheme: str, status: str, reason: str | None, authority: trustme.CA, ca_file: str
) -> None:
    before = {"title_present": seen_before(scheme=scheme)}
    with served(Site({"/": SHOP})) as plain, served(Site(), tls_context(authority)) as secure:
        secure.answers["/"] = Answer(status=301, headers=[("Location", plain.url)])
        with loopback_client(ca_file) as client:
            outcomes = dict(
                run_checks(secure.url, ["title_present"], client=client, before=before, retry_delays=())
            )

    assert reasons(outcomes) == {(status, reason)}


def test_added_title_is_the_same_page() -> None:
    outcomes = run_checks_on(
        Site({"/": SHOP}), ["title_present"], before={"title_present": seen_before(title="")}
    )

    assert outcomes["title_present"].status == PASSED


@pytest.mark.parametrize(
    ("known", "now"),
    [
        ("Example Shop – Delivery", "Delivery and returns – Example Shop"),
        ("Corner Bakery: bread", "Our corner bakery bakes"),
        ("Home", "Example Shop, lamps and chairs"),
        (
            "A title that is longer than what is shown of it anywhere, so that it is cut off",
            "Lamps and chairs",
        ),
        ("自転車の修理と販売のページ", "自転車の修理と販売のお店"),
    ],
)
def test_changed_title_is_the_same_page(known: str, now: str) -> None:
    site = Site({"/": Answer(f"<meta charset=utf-8><title>{now}</title><p>Hello", headers=[*HTML, CSP])})

    outcomes = run_checks_on(
        site, ["security_header_csp"], before={"security_header_csp": seen_before(known)}
    )

    assert outcomes["security_header_csp"].status == PASSED


@pytest.mark.parametrize(
    ("elsewhere", "status", "reason"),
    [
        (404, PASSED, None),
        (200, PASSED, None),  # as of an application in scripts, which answers at every URL
        (403, INCONCLUSIVE, "blocked"),
        (503, INCONCLUSIVE, "blocked"),
    ],
)
def test_closed_directory_listing_is_fixed_unless_the_scanner_may_be_blocked(
    elsewhere: int, status: str, reason: str | None
) -> None:
    forbidden = Answer("<title>403 Forbidden</title>", 403, HTML)
    site = Site({"/": forbidden}, otherwise=Answer("", elsewhere))
    before = {"directory_listing": seen_before("Index of /uploads/2026/")}

    outcome = run_checks_on(site, ["directory_listing"], before=before)["directory_listing"]

    assert (outcome.status, outcome.reason) == (status, reason)


@pytest.mark.parametrize(
    ("directory", "home", "expected"),
    [
        (404, 200, (PASSED, None)),
        (404, 403, (PASSED, None)),
        (404, 404, (INCONCLUSIVE, "blocked")),
        (404, 502, (INCONCLUSIVE, "blocked")),
        (403, 404, (PASSED, None)),  # as of an API that has no home page
        (403, 502, (PASSED, None)),
    ],
)
def test_missing_directory_is_inconclusive_while_the_home_page_is_missing_or_fails(
    directory: int, home: int, expected: tuple[str, str | None]
) -> None:
    before = {"directory_listing": seen_before("Index of /uploads/")}
    answers = {"/": Answer("<title>Home</title>", home, HTML), "/uploads/": Answer("", directory)}
    site = Site(answers, otherwise=Answer("", 404))
    outcome = outcome_of("directory_listing", site, path="uploads/", before=before)

    assert (outcome.status, outcome.reason) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (LOGIN, (INCONCLUSIVE, "login_wall")),
        ("<title>Down for maintenance</title><p>Back soon", (INCONCLUSIVE, "blocked")),
        ("<title>404 Not Found</title><p>Sorry", (INCONCLUSIVE, "target_missing")),
        ("<title>Lamps</title><h1>Oops!</h1><p>Try again later", (INCONCLUSIVE, "blocked")),
        ("<title>Lamps</title><h1>An <b>error</b> occurred</h1>", (INCONCLUSIVE, "blocked")),
        ("<title>Lamps</title><h1>Página no encontrada</h1>", (INCONCLUSIVE, "target_missing")),
        (f"<title>Lamps</title>{OWN_CONTENT}<b>Fatal error</b>: No memory", (INCONCLUSIVE, "blocked")),
        ("", (INCONCLUSIVE, "target_missing")),
        (
            "<title>Delivery</title><meta http-equiv=refresh content='0; url=/gone'>",
            (INCONCLUSIVE, "target_missing"),
        ),
        ("<title>Delivery</title><meta http-equiv=refresh content='0; url=/delivery'>", (PASSED, None)),
        ("<title>Lamps</title><h1>Coming soon</h1><p>Leave your address.", (INCONCLUSIVE, "blocked")),
        ("<title>Lamps – Under construction</title><p>Please return later.", (INCONCLUSIVE, "blocked")),
        ("<title>Delivery and returns</title><p>How we deliver", (PASSED, None)),
        (f"<title>Coming soon</title>{OWN_CONTENT}", (PASSED, None)),
        (f"<title>Lamps</title><h1>Sorry</h1>{OWN_CONTENT}", (PASSED, None)),
        (f"<title>Car maintenance</title>{OWN_CONTENT}", (PASSED, None)),
        (f"<title>The Peugeot 404</title>{OWN_CONTENT}", (PASSED, None)),
        (f"<title>Forum</title><form><input type=password></form>{OWN_CONTENT}", (PASSED, None)),
        ("<title>Sign in – Lamps</title><form><input type=email></form>", (INCONCLUSIVE, "login_wall")),
        (f"<title>How to sign in</title>{OWN_CONTENT}", (PASSED, None)),
        ("<title>Lamps</title><h1>Sign in</h1><form><input type=email></form>", (INCONCLUSIVE, "login_wall")),
        (f"<title>Lamps</title><h1>How to sign in</h1>{OWN_CONTENT}", (PASSED, None)),
        ("<title>good-lamps.com</title><p>Related searches: lamps", (INCONCLUSIVE, "blocked")),
        (f"<title>good-lamps.com</title>{OWN_CONTENT}", (PASSED, None)),
        ("<title>Index of /</title><h1>Index of /</h1>", (INCONCLUSIVE, "blocked")),
    ],
    ids=[
        *("login", "maintenance", "soft 404", "oops", "heading", "Spanish", "error of PHP", "empty"),
        *("refresh to an error", "refresh", "coming soon", "under construction", "page", "announcements"),
        *("sorry", "services", "car", "login beside content", "login in two steps", "help"),
        *("heading of a login in two steps", "heading of help"),
        *("name of the host", "name of the host over content", "empty server"),
    ],
)
def test_error_status_is_not_fixed_by_a_notice_with_status_200(
    now: str, expected: tuple[str, str | None]
) -> None:
    site = Site({"/": Answer("<title>500 Internal Server Error</title>", 500, HTML)})
    answers = {"/": Answer(now, 200, HTML), "/delivery": Answer("How we deliver", 200, HTML)}

    before, after = outcomes_of_fix("http_status_ok", site, answers)

    assert (before.status, after.status, after.reason) == (FAILED, *expected)


def lamps_with_an_error() -> Site:
    return Site({"/lamps": Answer("error", 500, HTML)})


@pytest.mark.parametrize("path", ["/login", "/lamps"], ids=["redirect", "in place"])
def test_long_login_page_does_not_replace_a_page_with_an_error(path: str) -> None:
    redirect = Answer(status=302, headers=[("Location", "/login")])
    login = Answer(f"{LOGIN}{OWN_CONTENT}", 200, HTML)

    _, after = outcomes_of_fix(
        "http_status_ok", lamps_with_an_error(), {"/lamps": redirect, path: login}, path="lamps"
    )

    assert (after.status, after.reason) == (INCONCLUSIVE, "login_wall")


def test_login_page_with_the_title_of_all_pages_does_not_replace_a_page_with_an_error() -> None:
    title = "<title>Lampshop</title>"
    site = Site({"/lamps": Answer(f"{title}<p>Sorry", 500, HTML)})
    login = Answer(f"{title}<form><input type=password></form>", 200, HTML)

    _, after = outcomes_of_fix("http_status_ok", site, {"/lamps": login}, path="lamps")

    assert (after.status, after.reason) == (INCONCLUSIVE, "login_wall")


def test_redirect_to_a_login_in_two_steps_does_not_replace_a_page_with_an_error() -> None:
    answers = {
        "/lamps": Answer(status=302, headers=[("Location", "/login")]),
        "/login": Answer("<title>Welcome</title><form><input type=email></form>", 200, HTML),
    }

    _, after = outcomes_of_fix("http_status_ok", lamps_with_an_error(), answers, path="lamps")

    assert (after.status, after.reason) == (INCONCLUSIVE, "login_wall")


def test_long_notice_that_every_url_shows_is_no_page() -> None:
    notice = Answer(f"<title>Down for maintenance</title>{OWN_CONTENT}", 200, HTML)

    _, after = outcomes_of_fix(
        "http_status_ok", lamps_with_an_error(), {"/lamps": notice}, path="lamps", otherwise=notice
    )

    assert (after.status, after.reason) == (INCONCLUSIVE, "blocked")


def test_title_with_words_of_a_notice_fixes_a_page_that_is_otherwise_the_same() -> None:
    site = Site({"/": Answer(f"<title>Lamps</title>{OWN_CONTENT}", 200, HTML)})
    now = Answer(f"<title>Maintenance of lamps in Vienna</title>{OWN_CONTENT}", 200, HTML)

    outcomes = outcomes_of_fix("title_length", site, {"/": now})

    assert [outcome.status for outcome in outcomes] == [FAILED, PASSED]


def test_login_page_that_works_again_has_a_good_status() -> None:
    site = Site({"/login": Answer("<title>500 Internal Server Error</title>", 500, HTML)})

    _, after = outcomes_of_fix("http_status_ok", site, {"/login": Answer(LOGIN, 200, HTML)}, path="login")

    assert after.status == PASSED


def test_outage_is_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("scanner.fetcher.time.sleep", waited.append)
    site = Site({"/": [Answer("busy", 503, HTML), Answer(hang_up=True), SHOP]})

    outcomes = run_checks_on(site, ["title_present"], retry_delays=(2, 10))

    assert outcomes["title_present"].status == PASSED
    assert [seconds for seconds in waited if seconds] == [2, 10]  # the test site sleeps for 0 seconds


def test_lasting_outage_is_inconclusive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.fetcher.time.sleep", lambda _: None)
    site = Site({"/": Answer("busy", 503, HTML)})

    outcomes = run_checks_on(site, ["title_present"], retry_delays=(2, 10))

    assert reasons(outcomes) == {(INCONCLUSIVE, "blocked")}
    assert len(site.requests) == 3


def test_repetition_does_not_wait_for_the_same_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("scanner.fetcher.time.sleep", waited.append)
    site = Site({"/": Answer("error", 500, HTML)})

    outcomes = run_checks_on(site, ["http_status_ok"], retry_delays=(2, 10))

    assert outcomes["http_status_ok"].evidence["runs"] == [FAILED, FAILED]
    assert [seconds for seconds in waited if seconds] == [2, 10]


def test_an_unknown_key_is_inconclusive() -> None:
    assert reasons(run_checks_on(Site({"/": SHOP}), ["no_such_check"])) == {(INCONCLUSIVE, "not_available")}


def test_exception_in_a_check_affects_no_other_check(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> Outcome:
        raise ZeroDivisionError("secret in here")

    monkeypatch.setitem(REGISTRY, "title_length", replace(REGISTRY["title_length"], run=broken))
    outcomes = run_checks_on(Site({"/": SHOP}), ["title_length", "title_present"])

    assert outcomes["title_length"].status == INCONCLUSIVE
    assert outcomes["title_length"].evidence["error"] == "ZeroDivisionError"
    assert "secret" not in str(outcomes["title_length"].to_json())
    assert outcomes["title_present"].status == PASSED


@pytest.mark.parametrize("status", [408, 425, 429, 503])
def test_probe_that_gets_an_error_is_inconclusive(status: int, no_retry_delay: None) -> None:
    site = good_site(**{"/.git/config": Answer("busy", status), "/.env": Answer(hang_up=True)})

    assert reasons(run_checks_on(site, ["exposed_git", "exposed_env"])) == {(INCONCLUSIVE, "blocked")}


def test_links_are_inconclusive_once_the_site_refuses_every_url() -> None:
    # The page is requested first; then the firewall has seen enough.
    site = good_site()
    site.answers["/"] = [site.answers["/"], Answer("no", 403)]
    site.answers["/returns"] = Answer("no", 403)

    assert reasons(run_checks_on(site, ["broken_internal_links"])) == {(INCONCLUSIVE, "timeout")}


def test_link_that_is_forbidden_alone_is_broken() -> None:
    assert reasons(
        run_checks_on(good_site(**{"/returns": Answer("no", 403)}), ["broken_internal_links"])
    ) == {(FAILED, None)}


def test_link_with_a_passing_server_error_works() -> None:
    busy = Answer("busy", 502)
    site = good_site(**{"/returns": [busy, busy, busy, Answer("back again")]})

    assert reasons(run_checks_on(site, ["broken_internal_links"])) == {(PASSED, None)}


def test_link_that_does_not_answer_is_inconclusive() -> None:
    site = good_site(**{"/returns": Answer(hang_up=True)})

    assert reasons(run_checks_on(site, ["broken_internal_links"])) == {(INCONCLUSIVE, "timeout")}


def test_run_sends_at_most_80_requests() -> None:
    links = "".join(f'<a href="/p{number}">Page {number}</a>' for number in range(300))
    site = Site({"/": Answer(f"<title>Many</title>{links}", headers=HTML)}, otherwise=Answer("x", 404))

    run_checks_on(site, WITHOUT_BROWSER)

    assert len(site.requests) == 80


@pytest.mark.slow
def test_decompression_bomb_is_truncated() -> None:
    bomb = gzip.compress(b"<p>" * 20_000_000, 9)
    site = Site({"/": Answer(bomb, headers=[*HTML, ("Content-Encoding", "gzip")])})

    assert reasons(run_checks_on(site, ["title_present"])) == {(INCONCLUSIVE, "truncated")}


def test_inconclusive_requires_a_known_reason() -> None:
    with pytest.raises(ValueError, match="unknown reason"):
        inconclusive("tired", "no")
