import pytest

from krafter_audit.http.client import (
    AddressPolicy,
    HttpError,
    InvalidUrl,
    RefusedAddress,
    Unreachable,
    validate_url,
)
from krafter_audit.http.urls import resolve
from tests.fakes.raw_servers import Dns

DEFAULT_POLICY = AddressPolicy()


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("http://Example.com", "http://example.com/"),
        ("HTTPS://EXAMPLE.com:443/A?b=C#d", "https://example.com/A?b=C"),
        ("http://example.com.:8080/x", "http://example.com:8080/x"),
        ("http://example.com?q", "http://example.com/?q"),
        ("http://example.com:/x", "http://example.com/x"),
        ("https://bücher.example/ü?ü=%20", "https://xn--bcher-kva.example/%C3%BC?%C3%BC=%20"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        ("http://[2606:4700:0::1111]:8080/", "http://[2606:4700::1111]:8080/"),
    ],
)
def test_valid_url_is_normalised(written: str, url: str) -> None:
    assert validate_url(written, policy=DEFAULT_POLICY) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "//example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "javascript:alert(1)",
        "data:text/html,x",
        "http+unix://%2Frun%2Fdocker.sock/info",
        "unix:/run/docker.sock",
        "http://",
        "http:///x",
        "http://example.com:22/",
        "http://example.com:0/",
        "http://example.com:65536/",
        "http://example.com:x/",
        "http://user@example.com/",
        "http://user:secret@example.com/",
        "http://@example.com/",
        "http://exa mple.com/",
        " http://example.com/",
        "http://example.com/\r\nHost: x",
        "http://example.com\\@127.0.0.1/",
        "http://[::1",
        "http://[::1]x/",
        "http://[v1.a]/",
        "http://[127.0.0.1]/",
        "http://example.com/" + "a" * 9000,
        "http://localhost/",
        "http://LOCALHOST./",
        "http://app.localhost/",
        "http://printer.local/",
        "http://metadata.google.internal/",
        "http://internal/",
        "http://ｌｏｃａｌｈｏｓｔ/",
        "http://127.0.0.1/",
        "http://[::ffff:127.0.0.1]/",
    ],
)
def test_url_that_the_policy_forbids_is_rejected(url: str, dns: Dns) -> None:
    with pytest.raises((InvalidUrl, RefusedAddress)) as error:
        validate_url(url, policy=DEFAULT_POLICY)
    assert error.value.reason in ("invalid_url", "refused_address")
    assert "secret" not in str(error.value)
    assert dns.queried == []


def test_url_without_a_scheme_is_refused_with_an_example() -> None:
    with pytest.raises(RefusedAddress) as error:
        validate_url("example.com", policy=DEFAULT_POLICY)

    assert str(error.value) == "Use a URL that begins with http:// or https://, such as https://example.com."


def test_host_name_is_resolved_on_request(dns: Dns) -> None:
    dns.set("public.example", ["93.184.216.34"])
    dns.set("inner.example", ["93.184.216.34", "10.0.0.1"])
    assert (
        validate_url("http://public.example", policy=DEFAULT_POLICY, resolve=True) == "http://public.example/"
    )
    assert validate_url("http://inner.example", policy=DEFAULT_POLICY) == "http://inner.example/"
    with pytest.raises(RefusedAddress) as error:
        validate_url("http://inner.example", policy=DEFAULT_POLICY, resolve=True)
    assert "10.0.0.1" not in str(error.value)
    with pytest.raises(Unreachable):
        validate_url("http://nowhere.example", policy=DEFAULT_POLICY, resolve=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9999/",
        "http://localhost:9999/",
        "http://app.localhost./",
        "http://staging.internal/",
        "http://staging.example:9999/",
    ],
)
def test_allowed_networks_permit_local_names_and_other_ports(url: str, dns: Dns) -> None:
    dns.set("staging.internal", ["127.0.0.5"])
    dns.set("staging.example", ["127.0.0.5"])
    assert validate_url(url, policy=AddressPolicy.from_setting("127.0.0.0/8"))


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://2130706433/",
        "http://elsewhere.internal/",
        "http://public.internal/",
        "http://mixed.internal/",
        "http://public.example:9999/",
        "http://nowhere.local/",
    ],
)
def test_allowed_networks_permit_nothing_else(url: str, dns: Dns) -> None:
    dns.set("elsewhere.internal", ["10.0.0.1"])
    dns.set("public.internal", ["93.184.216.34"])
    dns.set("mixed.internal", ["127.0.0.1", "93.184.216.34"])
    dns.set("public.example", ["93.184.216.34"])
    with pytest.raises(HttpError):
        validate_url(url, policy=AddressPolicy.from_setting("127.0.0.0/8"))


@pytest.mark.parametrize("name", ["printer.test", "printer.invalid", "printer.home.arpa", "printer.onion"])
def test_special_use_name_is_refused_whatever_it_resolves_to(name: str, dns: Dns) -> None:
    dns.set(name, ["93.184.216.34"])

    with pytest.raises(RefusedAddress):
        validate_url(f"http://{name}/", policy=DEFAULT_POLICY, resolve=True)


def test_dns64_address_is_judged_by_its_embedded_address(dns: Dns) -> None:
    dns.set("four.example", ["64:ff9b::5db8:d822", "93.184.216.34"])
    dns.set("inner.example", ["64:ff9b::7f00:1"])
    # No other address has one: these end in the bits of 127.0.0.1 and of 8.8.8.8.
    dns.set("six.example", ["2606:4700::7f00:1"])
    dns.set("local.example", ["fd00::808:808"])
    assert validate_url("http://four.example", policy=DEFAULT_POLICY, resolve=True)
    assert validate_url("http://six.example", policy=DEFAULT_POLICY, resolve=True)
    for name in ("inner.example", "local.example"):
        with pytest.raises(RefusedAddress):
            validate_url(f"http://{name}", policy=DEFAULT_POLICY, resolve=True)
    with pytest.raises(RefusedAddress):
        validate_url("http://[64:ff9b::5db8:d822]/", policy=DEFAULT_POLICY)


@pytest.mark.parametrize(
    "authority", ["me@example.com", "me:hunter2@example.com", "@example.com", "a@b@example.com"]
)
def test_url_with_user_information_is_rejected_with_a_reason(authority: str) -> None:
    with pytest.raises(RefusedAddress, match=r"^A URL with a user name or password is not allowed\.$"):
        validate_url(f"http://{authority}/", policy=DEFAULT_POLICY)


@pytest.mark.parametrize("reference", ["http://", "https://", "HTTP:////", "//", " //?a", "https:\\\\#b"])
def test_reference_without_its_host_is_invalid(reference: str) -> None:
    with pytest.raises(ValueError, match="host"):
        resolve("http://example.com/a", reference)


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        ("/", "http://example.com/"),
        ("http:", "http://example.com/a"),
        ("", "http://example.com/a"),
        ("?//", "http://example.com/a?//"),
        ("mailto://", "mailto://"),
    ],
)
def test_reference_that_needs_no_host_is_resolved(reference: str, url: str) -> None:
    assert resolve("http://example.com/a", reference) == url


@pytest.mark.parametrize(
    ("base", "reference", "url"),
    [
        ("/a", "b//c", "/b//c"),
        ("/a", "b//", "/b//"),
        ("", "b//../c", "/b/c"),
        ("/a//b/c", "d", "/a//b/d"),
        ("/a//b/c", "../../d?e/../f", "/a/d?e/../f"),
        ("//a/b", "c", "//a/c"),
        ("/a/b?c/d", "e", "/a/e"),
        ("/a/b", "./c;d", "/a/c;d"),
        ("/a/b", "c:d", "c:d"),
        ("/a/b", "1:d", "/a/1:d"),
        ("/a/b", "../../../c", "/c"),
        ("/a/b", "..", "/"),
        ("/a/b", "c/.", "/a/c/"),
    ],
)
def test_relative_path_is_resolved_as_by_browsers(base: str, reference: str, url: str) -> None:
    expected = f"http://example.com{url}" if url.startswith("/") else url
    assert resolve(f"http://example.com{base}", reference) == expected


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        ("///b.example/c", "http://b.example/c"),
        ("\\\\\\b.example\\c", "http://b.example/c"),
        ("/\n//b.example", "http://b.example"),
        ("HTTP:////b.example/c", "http://b.example/c"),
        ("https:b.example/c", "https://b.example/c"),
        ("https:/b.example/c", "https://b.example/c"),
        ("https:\\b.example", "https://b.example"),
        ("https:////b.example/c", "https://b.example/c"),
        ("http:/b.example/c", "http://example.com/b.example/c"),
        ("http:b.example/c", "http://example.com/b.example/c"),
        ("/b//c", "http://example.com/b//c"),
    ],
)
def test_host_is_found_after_any_number_of_slashes_as_by_browsers(reference: str, url: str) -> None:
    assert resolve("http://example.com/a", reference) == url


def test_host_that_is_not_resolved_needs_an_allowed_port_all_the_same(dns: Dns) -> None:
    one_port = AddressPolicy.from_setting("127.0.0.1/32:8123")
    any_port = AddressPolicy.from_setting("10.0.0.0/8")

    with pytest.raises(RefusedAddress, match="Port 9999 is not allowed"):
        validate_url("http://nowhere.example:9999/", policy=one_port)

    assert dns.queried == []
    for port, policy in ((8123, one_port), (9999, any_port)):  # it may be on the operator's network
        with pytest.raises(Unreachable):
            validate_url(f"http://nowhere.example:{port}/", policy=policy)
