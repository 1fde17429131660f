"""The documentation is served without login, cached by ETag, with a strict policy."""

import pytest
from django.test import Client


@pytest.mark.parametrize(
    "url", ["/docs", "/docs/quickstart", "/docs/reference/findings", "/docs/search?q=scan"]
)
def test_page_needs_no_login_and_runs_own_scripts_only(client: Client, url: str) -> None:
    response = client.get(url)

    policy = response["content-security-policy"]
    assert response.status_code == 200
    assert response["content-type"] == "text/html; charset=utf-8"
    assert not response.cookies
    assert "script-src 'self';" in f"{policy};"
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_unchanged_page_is_not_sent_again(client: Client) -> None:
    first = client.get("/docs/errors")

    again = client.get("/docs/errors", headers={"if-none-match": first["etag"]})

    assert (first["cache-control"], again.status_code, again.content) == ("no-cache", 304, b"")


def test_page_is_compressed(client: Client) -> None:
    assert client.get("/docs/api", headers={"accept-encoding": "gzip"})["content-encoding"] == "gzip"


def test_unknown_page_is_a_page_with_404(client: Client) -> None:
    response = client.get("/docs/no-such-page")

    assert response.status_code == 404
    assert "Page not found" in response.content.decode()


@pytest.mark.parametrize("url", ["/docs", "/docs/search"])
def test_pages_are_read_only(client: Client, url: str) -> None:
    assert client.post(url).status_code == 405


@pytest.mark.parametrize("url", ["/", "/docs/"])
def test_other_addresses_lead_to_the_first_page(client: Client, url: str) -> None:
    response = client.get(url)

    assert (response.status_code, response["location"]) == (302, "/docs")


def test_query_is_shown_escaped(client: Client) -> None:
    content = client.get("/docs/search", {"q": '"><script>x</script>'}).content.decode()

    assert "<script>x" not in content
    assert "No section has all of these words" in content


def test_openapi_page_and_documentation_lead_to_each_other(client: Client) -> None:
    assert 'href="/api/docs"' in client.get("/docs").content.decode()
    assert 'href="/docs"' in client.get("/api/docs").content.decode()
    assert 'href="/docs/errors"' in client.get("/api/docs/errors").content.decode()


def test_page_has_its_first_text_as_description(client: Client) -> None:
    page = client.get("/docs/reference/checks").text

    assert page.count("The checks that scans and verifications run.") == 2
    assert '<meta name="description" content="The checks that scans and verifications run.">' in page
