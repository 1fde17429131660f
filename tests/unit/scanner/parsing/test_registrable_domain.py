"""Two hosts are one site when they share a registrable domain of the Public Suffix List."""

import pytest

from scanner.parsing.registrable_domain import is_public_suffix, registrable, same_site


@pytest.mark.parametrize(
    "suffix",
    ["github.io", "pages.dev", "gitlab.io", "r2.dev", "ngrok-free.app", "duckdns.org", "azurestaticapps.net"],
)
def test_two_tenants_of_a_shared_host_are_two_sites(suffix: str) -> None:
    assert not same_site(f"alice.{suffix}", f"bob.{suffix}")
    assert same_site(f"www.alice.{suffix}", f"alice.{suffix}")


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.example.com", "example.com"),
        ("WWW.Example.COM.", "example.com"),
        ("shop.example.co.uk", "example.co.uk"),
        ("a.b.gov.au", "b.gov.au"),
        ("alice.s3.eu-west-1.amazonaws.com", "alice.s3.eu-west-1.amazonaws.com"),
        ("www.city.kawasaki.jp", "city.kawasaki.jp"),
        ("www.食狮.公司.cn", "食狮.公司.cn"),
        ("www.xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn"),
        ("shop.intranet", "shop.intranet"),
        ("github.io", "github.io"),  # a public suffix is its own site
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("[2001:db8::1]", "[2001:db8::1]"),
        ("", ""),
        ("a..b", "a..b"),
    ],
)
def test_registrable_domain_of_a_host(host: str, domain: str) -> None:
    assert registrable(host) == domain


@pytest.mark.parametrize(
    ("name", "is_suffix"),
    [
        ("com", True),
        ("co.uk", True),
        ("github.io", True),
        ("example.com", False),
        ("intranet", False),
        ("10.0.0.1", False),
        ("a..b", False),
    ],
)
def test_public_suffix(name: str, is_suffix: bool) -> None:
    assert is_public_suffix(name) == is_suffix


@pytest.mark.parametrize(
    ("host", "other", "is_same"),
    [
        ("example.com", "www.example.com", True),
        ("login.example.com", "shop.example.com", True),
        ("shop.example.co.uk", "example.co.uk", True),
        ("example.com", "example.net", False),
        ("one.co.uk", "two.co.uk", False),
        ("127.0.0.1", "127.0.0.2", False),
    ],
)
def test_hosts_of_one_registrable_domain_are_one_site(host: str, other: str, is_same: bool) -> None:
    assert (same_site(host, other), same_site(other, host)) == (is_same, is_same)
