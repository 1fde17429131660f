"""Sealed secrets open with their key and for their owner only, and errors show nothing of them."""

import base64
import traceback

import pytest
from pytest_django import Settings

from krafter_audit.security import vault

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
OWNER = ("org-1", "project-1", "github")
SECRET = b'{"token": "ghp_secret"}'


def keys(**named: bytes) -> str:
    return ",".join(f"{name}:{base64.b64encode(key).decode()}" for name, key in named.items())


@pytest.fixture(autouse=True)
def one_key(settings: Settings) -> None:
    settings.KRAFTER_ENCRYPTION_KEYS = keys(old=OLD)


def test_sealed_value_opens_for_its_owner() -> None:
    sealed = vault.seal(SECRET, owner=OWNER)

    assert vault.open_sealed(sealed, owner=OWNER) == SECRET


def test_value_that_an_earlier_release_has_stored_opens() -> None:
    stored = base64.b64decode("AQNvbGQAAQIDBAUGBwgJCgs8IKJ0roCsObdhtezZmSce5rX1UYRZItLmXtVxuE7glFVXoV4VJh8=")

    assert vault.open_sealed(stored, owner=OWNER) == SECRET


def test_empty_value_opens() -> None:
    assert vault.open_sealed(vault.seal(b"", owner=OWNER), owner=OWNER) == b""


def test_value_that_cannot_be_opened_is_none() -> None:
    sealed = vault.seal(SECRET, owner=OWNER)

    assert vault.open_or_none(sealed, owner=OWNER) == SECRET
    assert vault.open_or_none(sealed, owner=("org-2", "project-1", "github")) is None
    assert vault.open_or_none(None, owner=OWNER) is None


def test_sealed_value_contains_its_key_id_and_not_the_secret() -> None:
    sealed = vault.seal(SECRET, owner=OWNER)

    assert vault.key_id_of(sealed) == "old"
    assert b"ghp_secret" not in sealed


def test_sealing_twice_gives_different_values() -> None:
    assert vault.seal(SECRET, owner=OWNER) != vault.seal(SECRET, owner=OWNER)


@pytest.mark.parametrize(
    "other",
    [
        ("org-2", "project-1", "github"),
        ("org-1", "project-2", "github"),
        ("org-1", "project-1", "gitlab"),
        ("org-1", "project-1github", ""),
        ("org-1project-1", "github"),
        (),
    ],
)
def test_sealed_value_does_not_open_for_another_owner(other: tuple[str, ...]) -> None:
    sealed = vault.seal(SECRET, owner=OWNER)

    with pytest.raises(vault.VaultError):
        vault.open_sealed(sealed, owner=other)


def test_changing_any_byte_is_detected() -> None:
    sealed = vault.seal(SECRET, owner=OWNER)

    for index in range(len(sealed)):
        changed = sealed[:index] + bytes([sealed[index] ^ 1]) + sealed[index + 1 :]
        with pytest.raises(vault.VaultError):
            vault.open_sealed(changed, owner=OWNER)


@pytest.mark.parametrize("value", [b"", b"\x01", b"\x01\x03old", b"plain text", b"\x01\x00" + b"x" * 40])
def test_value_that_is_not_sealed_is_rejected(value: bytes) -> None:
    with pytest.raises(vault.VaultError):
        vault.open_sealed(value, owner=OWNER)


def test_bytes_that_cannot_be_a_key_id_are_not_returned_as_one() -> None:
    with pytest.raises(vault.VaultError):
        vault.key_id_of(b"\x01\x02<>" + bytes(vault.NONCE_BYTES + vault.TAG_BYTES))


def test_resealed_value_has_the_current_key_and_the_same_owner(settings: Settings) -> None:
    before = vault.seal(SECRET, owner=OWNER)
    settings.KRAFTER_ENCRYPTION_KEYS = keys(new=NEW, old=OLD)

    after = vault.reseal(memoryview(before), owner=OWNER)

    assert vault.key_id_of(after) == "new"
    assert vault.open_sealed(after, owner=OWNER) == SECRET
    with pytest.raises(vault.VaultError):
        vault.reseal(before, owner=("org-2", "project-1", "github"))


def test_older_key_opens_and_first_key_seals(settings: Settings) -> None:
    before = vault.seal(SECRET, owner=OWNER)
    settings.KRAFTER_ENCRYPTION_KEYS = keys(new=NEW, old=OLD)

    assert vault.open_sealed(before, owner=OWNER) == SECRET
    assert vault.current_key_id() == "new"
    assert vault.key_id_of(vault.seal(SECRET, owner=OWNER)) == "new"


def test_removed_key_opens_nothing(settings: Settings) -> None:
    before = vault.seal(SECRET, owner=OWNER)
    settings.KRAFTER_ENCRYPTION_KEYS = keys(new=NEW)

    with pytest.raises(vault.VaultError):
        vault.open_sealed(before, owner=OWNER)


def test_changed_key_id_does_not_open_even_with_the_same_key(settings: Settings) -> None:
    sealed = vault.seal(SECRET, owner=OWNER)
    settings.KRAFTER_ENCRYPTION_KEYS = keys(old=OLD, odd=OLD)

    with pytest.raises(vault.VaultError):
        vault.open_sealed(sealed.replace(b"old", b"odd", 1), owner=OWNER)


def test_error_shows_nothing_of_the_sealed_value() -> None:
    sealed = vault.seal(SECRET, owner=OWNER)

    with pytest.raises(vault.VaultError) as caught:
        vault.open_sealed(sealed, owner=("org-2", "project-1", "github"))

    text = "".join(traceback.format_exception(caught.value))
    assert caught.value.__suppress_context__
    assert "ghp_secret" not in text
    assert base64.b64encode(OLD).decode() not in text


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("", "No key: set"),
        (" , ", "No key: set"),
        ("nokey", "Entry 1 is not of the form id:base64"),
        ("a:", "Entry 1 is not of the form id:base64"),
        ("a b:AAAA", "Entry 1 is not of the form id:base64"),
        ("a:***", "The key of entry 1 is not base64"),
        ("a:c2hvcnQ=", "The key of entry 1 has 5 bytes; it must have 32"),
        (f"{keys(a=OLD)},{keys(a=NEW)}", "Entry 2 repeats the key id 'a'"),
    ],
)
def test_invalid_encryption_keys_are_rejected_with_a_sentence(setting: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence.replace("(", r"\(")):
        vault.parse_keys(setting)


def test_error_for_an_invalid_key_does_not_show_the_key() -> None:
    short = base64.b64encode(b"supersecret").decode()

    with pytest.raises(ValueError) as caught:
        vault.parse_keys(f"{keys(a=OLD)},b:{short}")

    assert short not in "".join(traceback.format_exception(caught.value))


def test_keys_in_url_safe_base64_are_accepted() -> None:
    key = b"\xfb\xff" * 16

    assert vault.parse_keys(f"a:{base64.urlsafe_b64encode(key).decode()}") == {"a": key}


def test_sealing_without_a_key_fails(settings: Settings) -> None:
    settings.KRAFTER_ENCRYPTION_KEYS = ""

    with pytest.raises(vault.VaultError, match="KRAFTER_ENCRYPTION_KEYS"):
        vault.seal(SECRET, owner=OWNER)
