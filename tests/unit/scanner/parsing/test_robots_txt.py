"""robots.txt: RFC 9309, invalid lines, and linear time."""

import time

import pytest

from scanner.parsing.robots_txt import Robots

ROBOTS = """User-agent: *
Disallow: /private
Allow: /private/open$
Disallow: /*.pdf$
Disallow: /a%2Fb
Crawl-delay: 2

User-agent: GoogleBot
User-agent: bingbot
Disallow: /

User-agent: duck
Noindex: /x
User-agent: archive
Disallow: /

User-agent: quxbot
"""


def test_version_of_an_agent_is_ignored() -> None:
    robots = Robots.parse("User-agent: *\nDisallow: /\nUser-agent: Googlebot/2.1\nAllow: /")

    assert (robots.allows("googlebot", "/a"), robots.allows("bingbot", "/a")) == (True, False)


@pytest.mark.parametrize(
    ("agent", "path", "allowed"),
    [
        ("other", "/", True),
        ("other", "/private", False),
        ("other", "/private/open", True),
        ("other", "/private/open/more", False),
        ("other", "/a/b.pdf", False),
        ("other", "/a/b.pdf?page=1", True),
        ("other", "/%70rivate", False),
        ("other", "/a%2fb", False),
        ("other", "/a/b", True),  # a reserved character and its escape are two paths
        ("googlebot", "/anything", False),
        ("bingbot", "/", False),
        ("googlebot-news", "/", True),  # a product token matches as a whole
        ("duck", "/", False),  # an unknown record does not end the list of agents
        ("quxbot", "/private", True),  # a group without rules allows everything
    ],
)
def test_longest_matching_rule_of_robots_txt_decides(agent: str, path: str, allowed: bool) -> None:
    assert Robots.parse(ROBOTS).allows(agent, f"https://example.com{path}") is allowed


# The example of RFC 9309, section 5.1, and the table of section 2.2.2.
EXAMPLE = """User-Agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/

User-Agent: foobot
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-Agent: barbot
User-Agent: bazbot
Disallow: /example/page.html

User-Agent: tablebot
Disallow: /foo/bar?baz=quz
Disallow: /foo/bar/ツ
Disallow: /foo/baz/%E3%83%84
Disallow: /foo/qux/%62%61%7A
"""


@pytest.mark.parametrize(
    ("agent", "path", "allowed"),
    [
        ("anybot", "/image.gif", False),
        ("anybot", "/example/page.html", False),
        ("anybot", "/publications/a", True),
        ("foobot", "/example/page.html", True),
        ("foobot", "/example/allowed.gif", True),
        ("foobot", "/example/other.html", False),
        ("barbot", "/example/page.html", False),
        ("bazbot", "/example/page.html", False),
        ("barbot", "/example/other.html", True),
        ("tablebot", "/foo/bar?baz=quz", False),
        ("tablebot", "/foo/bar/%E3%83%84", False),
        ("tablebot", "/foo/baz/ツ", False),
        ("tablebot", "/foo/qux/baz", False),
    ],
)
def test_examples_of_rfc_9309(agent: str, path: str, allowed: bool) -> None:
    assert Robots.parse(EXAMPLE).allows(agent, f"https://example.com{path}") is allowed


@pytest.mark.parametrize("line", ["User-agent: *", "Sitemap: https://example.com/s.xml", "# nothing"])
def test_valid_line_of_robots_txt_is_no_fault(line: str) -> None:
    assert Robots.parse(line).faults == []


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("Sitemap: /s.xml", "the sitemap URL is not absolute"),
        ("Disallow: /a", "no user agent before this rule"),
        ("Disallow: a", "the pattern does not start with / or *"),
        ("Disallow: /a$b", "$ is only allowed at the end of a pattern"),
        ("Disalow: /a", "unknown directive 'disalow'"),
        ("<html>", "no colon"),
        ("User-agent:", "no user agent given"),
    ],
)
def test_invalid_line_of_robots_txt_is_a_fault(line: str, fault: str) -> None:
    assert Robots.parse(line).faults == [f"line 1: {fault}"]


def test_robots_txt_patterns_are_matched_in_linear_time() -> None:
    robots = Robots.parse("User-agent: *\nDisallow: /" + "*a" * 5000 + "$")

    assert robots.allows("other", "https://example.com/" + "a" * 4000)


def test_robots_txt_with_many_agents_and_rules_is_parsed_in_linear_time() -> None:
    agents = "".join(f"User-agent: a{number}\n" for number in range(14_000))
    rules = "".join(f"Disallow: /{number}\n" for number in range(14_000))
    started = time.process_time()

    assert not Robots.parse(agents + rules).allows("a1", "https://example.com/7")
    assert time.process_time() - started < 2


@pytest.mark.parametrize("character", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_only_cr_and_lf_end_a_line_of_robots_txt(character: str) -> None:
    text = f"User-agent: *\r# a{character}comment\rDisallow: /a\r\nSitemap: https://example.com/b\n"
    robots = Robots.parse(text)

    assert (robots.faults, robots.sitemaps) == ([], ["https://example.com/b"])
    assert not robots.allows("other", "https://example.com/a")
