from ipaddress import ip_address

import pytest

from krafter_audit.http.addresses import (
    AddressPolicy,
    is_private_host,
    is_public,
    normalise_host,
    unicode_host,
)
from krafter_audit.http.client import InvalidUrl, RefusedAddress

DEFAULT_POLICY = AddressPolicy()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::8.8.8.8",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "100::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:808:808::",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
    ],
)
def test_special_purpose_address_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))
    assert not DEFAULT_POLICY.permits(ip_address(address), 80)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001:80e::200e"]
)
def test_public_address_is_allowed_on_web_ports_only(address: str) -> None:
    assert [
        port
        for port in (21, 22, 25, 80, 443, 6379, 8080, 8443)
        if DEFAULT_POLICY.permits(ip_address(address), port)
    ] == [
        80,
        443,
        8080,
        8443,
    ]


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("Example.COM", "example.com"),
        ("example.com.", "example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("example\u3002com", "example.com"),
        ("ｅｘａｍｐｌｅ．ｃｏｍ", "example.com"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("under_score.example", "under_score.example"),
        ("8.8.8.8", "8.8.8.8"),
        ("2606:4700:0:0::1111", "2606:4700::1111"),
    ],
)
def test_host_is_normalised(written: str, host: str) -> None:
    assert normalise_host(written) == host


@pytest.mark.parametrize(
    "written",
    [
        "2130706433",
        "134744072",
        "0x7f000001",
        "0x7f.0x0.0x0.0x1",
        "0x7f.1",
        "0x",
        "017700000001",
        "0177.0.0.1",
        "127.1",
        "127.0.1",
        "127.0.0.01",
        "127.0.0.1.1",
        "127.0.0.256",
        "0",
        "example.0x1",
        "①②⑦.⓪.⓪.①",
        "１２７.０.０.１",
        "127\u30020\u30020\u30021",
        "٠.٠.٠.٠",
        "fe80::1%lo",
    ],
)
def test_address_in_unusual_notation_is_rejected(written: str) -> None:
    with pytest.raises((RefusedAddress, InvalidUrl)):
        normalise_host(written)


@pytest.mark.parametrize(
    "written",
    [
        "",
        ".",
        "a..b",
        "-a.example",
        "a-.example",
        "a" * 64 + ".example",
        "a." * 127 + "aa",
        "exa mple",
        "a%41",
        "a/b",
        "a*",
        "\ud800",
    ],
)
def test_invalid_host_is_rejected(written: str) -> None:
    with pytest.raises(InvalidUrl):
        normalise_host(written)


def test_allowed_network_applies_to_all_ports_or_one() -> None:
    policy = AddressPolicy.from_setting(
        " 10.0.0.0/8, 127.0.0.1/32:8123,192.168.7.7,, fd00::/8, [fdaa::1]:99 "
    )
    allowed = [
        ("10.255.0.1", 1),
        ("127.0.0.1", 8123),
        ("192.168.7.7", 22),
        ("fd12::1", 443),
        ("fdaa::1", 99),
    ]
    refused = [("11.0.0.1", 1), ("127.0.0.1", 80), ("127.0.0.1", 8124), ("192.168.7.8", 80), ("fc00::1", 443)]
    assert all(policy.permits(ip_address(address), port) for address, port in allowed)
    assert not any(policy.permits(ip_address(address), port) for address, port in refused)


@pytest.mark.parametrize("host", ["localhost", "printer.local", "10.0.0.1"])
def test_error_for_a_private_host_names_the_setting_that_allows_it(host: str) -> None:
    with pytest.raises(RefusedAddress, match=r"not resolve to a public address\. .*KRAFTER_ALLOWED_NETWORKS"):
        DEFAULT_POLICY.require([ip_address("10.0.0.1")], host, 443)


def test_empty_setting_allows_no_private_network() -> None:
    assert AddressPolicy.from_setting("") == AddressPolicy.from_setting(" , ") == DEFAULT_POLICY


@pytest.mark.parametrize(
    "entry",
    [
        "nonsense",
        "10.0.0.0/33",
        "10.0.0.1/8",
        "127.0.0.1:0",
        "127.0.0.1:65536",
        "127.0.0.1:http",
        "127.0.0.1:",
        "127.0.0.1:²",
        "[fd00::/8",
        "[fd00::/8]:",
        "[fd00::/8]x",
        "fd00::/129",
        "staging.example.com",
    ],
)
def test_error_for_a_malformed_setting_names_the_entry(entry: str) -> None:
    with pytest.raises(ValueError) as error:
        AddressPolicy.from_setting(f"10.0.0.0/8,{entry}")
    assert f"'{entry}' is not an allowed network" in str(error.value)


@pytest.mark.parametrize(
    ("host", "is_private"),
    [
        ("example.com", False),
        ("EXAMPLE.com.", False),
        ("bücher.example", False),
        ("8.8.8.8", False),
        ("2606:4700::1111", False),
        ("no_host at all", False),
        ("localhost", True),
        ("Shop.Localhost.", True),
        ("shop.internal", True),
        ("staging", True),
        ("10.0.0.1", True),
        ("0x7f.1", True),
        ("2002:7f00:1::", True),
        ("fe80::1%eth0", True),
    ],
)
def test_host_without_public_meaning_is_private(host: str, is_private: bool) -> None:
    assert is_private_host(host) == is_private


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("xn--bcher-kva.example", "bücher.example"),
        ("www.example.com", "www.example.com"),
        ("xn--0.example", "xn--0.example"),  # no valid name
    ],
)
def test_international_host_is_shown_in_unicode(host: str, shown: str):
    assert unicode_host(host) == shown
