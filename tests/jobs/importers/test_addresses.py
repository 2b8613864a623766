from ipaddress import ip_address

import pytest

from jobs.importers.addresses import Unreachable, is_public, is_public_or_private, is_url, parsed, resolved, shown
from jobs.importers.files import Unreadable


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.7", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
        *("100.64.0.1", "169.254.169.254", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1"),
        *("224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fec0::1", "fc00::1", "fd12:3456::1", "ff02::1", "ff0e::1", "2001:db8::1"),
        *("100::1", "2001::1", "64:ff9b:1::1", "::7f00:1", "4000::1"),
        # An IPv4 address in the clothes of IPv6: mapped, 6to4, translated.
        *("::ffff:127.0.0.1", "::ffff:10.0.0.7", "::ffff:169.254.169.254"),
        *("2002:7f00:0001::1", "2002:0a00:0007::1", "2002:c0a8:0101::"),
        *("64:ff9b::127.0.0.1", "64:ff9b::10.0.0.7", "64:ff9b::169.254.169.254"),
    ],
)
def test_machine_that_is_not_on_the_internet_is_not_public(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "93.184.215.14",
        "8.8.8.8",
        "172.32.0.1",
        "2606:4700::1111",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2002:808:808::",
    ],
)
def test_machine_on_the_internet_is_public(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("ftp://example.org/x", "https:// or http://"),
        ("file:///etc/passwd", "https:// or http://"),
        ("gopher://example.org:70/1", "https:// or http://"),
        ("/etc/passwd", "https:// or http://"),
        ("https://user:hunter2@example.org/", "user name or a password"),
        ("https://hunter2@example.org/", "user name or a password"),
        ("https://:@example.org/", "user name or a password"),
        ("https://example.org:0/", "port 0"),
        ("https://example.org:99999/", "malformed"),
        ("https://example.org:hunter2/", "malformed"),
        ("https://[::1/", "malformed"),
        ("https://[fe80::1%25eth0]/", "network interface"),
        ("https:///hunter2", "no host"),
        ("https://a b/", "space"),
        ("https://example.org/\r\nHost: hunter2", "space"),
        ("https://example.org\\@hunter2/", "backslash"),
        ("https://exa%6dple.org/", "no host"),
        ("https://-example-.org/", "no host"),
        ("https://example..org/", "no host"),
        (f"https://{'a' * 64}.org/", "no host"),
        ("https://example.org/" + "a" * 2000, "longer than 2000"),
    ],
)
def test_address_that_is_not_read_is_refused_without_being_repeated(address, said):
    with pytest.raises(Unreadable, match=said) as refusal:
        parsed(address)
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(
    ("address", "full"),
    [
        ("HTTPS://Example.ORG", "https://example.org/"),
        ("https://example.org:443/a?b=c#d", "https://example.org/a?b=c"),
        ("http://example.org:8080?b", "http://example.org:8080/?b"),
        ("https://[2606:4700::1111]:8443/x", "https://[2606:4700::1111]:8443/x"),
        ("https://bücher.example/für?ort=köln", "https://xn--bcher-kva.example/f%C3%BCr?ort=k%C3%B6ln"),
        ("https://example.org/a%20b", "https://example.org/a%20b"),
    ],
)
def test_address_is_asked_as_it_was_checked(address, full):
    assert parsed(address).full == full


def test_what_is_shown_lacks_the_query():
    address = parsed("https://example.org/jobs?api_key=hunter2")
    assert str(address) == repr(address) == f"{address}" == "https://example.org/jobs?…"
    assert shown("https://u:hunter2@example.org") == "an address"


def test_link_is_joined_to_where_it_stands():
    address = parsed("https://example.org/a/b?key=1")
    assert address.joined("c?d").full == "https://example.org/a/c?d"
    assert address.joined("//other.example/x").full == "https://other.example/x"
    with pytest.raises(Unreadable):
        address.joined("http://[hunter2")


@pytest.mark.parametrize("literal", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1"])
def test_odd_spelling_of_this_machine_resolves_to_it(literal):
    assert not any(is_public(address) for address in resolved(parsed(f"http://{literal}/").host, 80))


def test_unknown_host_is_unreachable():
    with pytest.raises(Unreachable, match=r"nowhere\.invalid is not known"):
        resolved("nowhere.invalid", 80)


def test_url_is_told_from_a_path():
    assert is_url("https://example.org")
    assert is_url("ftp://example.org")
    assert not is_url("postings/2026.jsonl")
    assert not is_url("C:/postings.jsonl")


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "192.168.1.1", "::1", "fd12:3456::1", "93.184.215.14"])
def test_private_machines_may_be_allowed(address):
    assert is_public_or_private(ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "::ffff:169.254.169.254", "64:ff9b::169.254.169.254", "fe80::1", "224.0.0.1", "0.0.0.0", "::"],
)
def test_what_is_meant_for_the_link_is_never_allowed(address):
    assert not is_public_or_private(ip_address(address))
