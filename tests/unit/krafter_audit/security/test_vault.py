"""Secrets at rest: who can open what, and what an error gives away."""

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


def test_what_is_sealed_opens_again_for_its_owner() -> None:
    sealed = vault.seal(SECRET, owner=OWNER)

    assert vault.open_sealed(sealed, owner=OWNER) == SECRET


def test_a_sealed_value_shows_its_key_id_and_nothing_of_the_secret() -> None:
    sealed = vault.seal(SECRET, owner=OWNER)

    assert vault.key_id_of(sealed) == "old"
    assert b"ghp_secret" not in sealed


def test_the_same_secret_is_sealed_differently_each_time() -> None:
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
def test_another_owner_does_not_open_it(other: tuple[str, ...]) -> None:
    sealed = vault.seal(SECRET, owner=OWNER)

    with pytest.raises(vault.VaultError):
        vault.open_sealed(sealed, owner=other)


def test_every_changed_byte_is_noticed() -> None:
    sealed = vault.seal(SECRET, owner=OWNER)

    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(vault.VaultError):
            vault.open_sealed(changed, owner=OWNER)


@pytest.mark.parametrize("rubbish", [b"", b"\x01", b"\x01\x03old", b"plain text", b"\x01\x00" + b"x" * 40])
def test_what_was_never_sealed_is_refused(rubbish: bytes) -> None:
    with pytest.raises(vault.VaultError):
        vault.open_sealed(rubbish, owner=OWNER)


def test_an_older_key_still_opens_and_the_first_one_seals(settings: Settings) -> None:
    before = vault.seal(SECRET, owner=OWNER)
    settings.KRAFTER_ENCRYPTION_KEYS = keys(new=NEW, old=OLD)

    assert vault.open_sealed(before, owner=OWNER) == SECRET
    assert vault.current_key_id() == "new"
    assert vault.key_id_of(vault.seal(SECRET, owner=OWNER)) == "new"


def test_a_key_that_is_gone_opens_nothing(settings: Settings) -> None:
    before = vault.seal(SECRET, owner=OWNER)
    settings.KRAFTER_ENCRYPTION_KEYS = keys(new=NEW)

    with pytest.raises(vault.VaultError):
        vault.open_sealed(before, owner=OWNER)


def test_a_rewritten_key_id_does_not_open_even_with_the_same_key(settings: Settings) -> None:
    sealed = vault.seal(SECRET, owner=OWNER)
    settings.KRAFTER_ENCRYPTION_KEYS = keys(old=OLD, odd=OLD)

    with pytest.raises(vault.VaultError):
        vault.open_sealed(sealed.replace(b"old", b"odd", 1), owner=OWNER)


def test_an_error_gives_nothing_of_the_inside_away() -> None:
    sealed = vault.seal(SECRET, owner=OWNER)

    with pytest.raises(vault.VaultError) as caught:
        vault.open_sealed(sealed, owner=("org-2", "project-1", "github"))

    told = "".join(traceback.format_exception(caught.value))
    assert caught.value.__suppress_context__
    assert "ghp_secret" not in told
    assert base64.b64encode(OLD).decode() not in told


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
def test_a_setting_that_holds_no_usable_keys_is_refused_with_a_sentence(setting: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence.replace("(", r"\(")):
        vault.parse_keys(setting)


def test_the_sentence_about_a_bad_key_does_not_show_the_key() -> None:
    short = base64.b64encode(b"supersecret").decode()

    with pytest.raises(ValueError) as caught:
        vault.parse_keys(f"{keys(a=OLD)},b:{short}")

    assert short not in "".join(traceback.format_exception(caught.value))


def test_keys_in_the_url_safe_alphabet_are_read_too() -> None:
    key = b"\xfb\xff" * 16

    assert vault.parse_keys(f"a:{base64.urlsafe_b64encode(key).decode()}") == {"a": key}


def test_without_a_usable_key_nothing_is_sealed(settings: Settings) -> None:
    settings.KRAFTER_ENCRYPTION_KEYS = ""

    with pytest.raises(vault.VaultError, match="KRAFTER_ENCRYPTION_KEYS"):
        vault.seal(SECRET, owner=OWNER)
