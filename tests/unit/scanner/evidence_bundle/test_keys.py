"""The keys that sign evidence are read from one setting; their public halves are JSON Web Keys."""

import base64
import re
from typing import Any

import pytest

from scanner.evidence_bundle.keys import as_jwk, fingerprint, from_jwk, is_valid_signature, parse_signing_keys

ONE, TWO = (base64.b64encode(bytes([number] * 32)).decode() for number in (1, 2))
# RFC 8032, 7.1, test 1.
SEED = base64.b64encode(
    bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
).decode()
PUBLIC = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"


def test_first_key_signs_as_in_the_example_of_rfc_8032():
    keyring = parse_signing_keys(f"k2:{SEED},k1:{ONE}")

    assert keyring.signer is not None
    assert keyring.signer.key_id == "k2"
    assert list(keyring.public) == ["k2", "k1"]
    assert keyring.public["k2"].hex() == PUBLIC
    assert base64.b64decode(keyring.signer.sign(b"")).hex().startswith("e5564300c360ac72")


@pytest.mark.parametrize(
    "encode", [lambda public: base64.b64encode(public).decode(), lambda public: as_jwk("k1", public)["x"]]
)
def test_signature_of_an_old_key_is_verified_with_its_public_key_after_a_rotation(encode: Any):
    old = parse_signing_keys(f"k1:{ONE}")
    signature = old.signer.sign(b"seen")
    public = encode(old.public["k1"])

    rotated = parse_signing_keys(f"k2:{TWO},k1:public:{public}")

    assert rotated.signer.key_id == "k2"
    assert is_valid_signature(rotated.public["k1"], signature, b"seen")
    assert not is_valid_signature(rotated.public["k2"], signature, b"seen")


def test_other_base64_of_a_signature_is_invalid():
    keyring = parse_signing_keys(f"k1:{ONE}")
    signature = keyring.signer.sign(b"seen")
    other = signature[:-3] + {"A": "B", "Q": "R", "g": "h", "w": "x"}[signature[-3]] + "=="

    assert base64.b64decode(other) == base64.b64decode(signature)
    assert is_valid_signature(keyring.public["k1"], signature, b"seen")
    assert not is_valid_signature(keyring.public["k1"], other, b"seen")


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        (ONE, "Entry 1 is neither id:base64 nor id:public:base64."),
        ("k1:", "Entry 1 is neither id:base64 nor id:public:base64."),
        (f"k 1:{ONE}", "Entry 1 is neither id:base64 nor id:public:base64."),
        (f"k1:{ONE},k2:private:{TWO}", "Entry 2 is neither id:base64 nor id:public:base64."),
        (f"k1:{ONE},k1:{TWO}", "Entry 2 repeats the key id 'k1'."),
        ("k1:not base64!", "The key of entry 1 is not base64."),
        ("k1:AAAA", "The key of entry 1 has 3 bytes; it must have 32."),
        (f"k1:public:{ONE}", "Entry 1 is a public key; the first entry signs, and must be a private key."),
    ],
)
def test_error_of_a_malformed_setting_names_the_entry_and_not_the_key(setting: str, sentence: str):
    with pytest.raises(ValueError) as refused:
        parse_signing_keys(setting)

    assert str(refused.value) == sentence


def test_keyring_without_keys_signs_nothing():
    assert parse_signing_keys(" ").signer is None


def test_public_key_is_the_same_after_conversion_to_jwk_and_has_a_fingerprint():
    public = parse_signing_keys(f"k1:{ONE}").public["k1"]

    assert from_jwk(as_jwk("k1", public)) == ("k1", public)
    assert len(fingerprint(public)) == 64


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kty": "RSA"}, "This is not a JSON Web Key of Ed25519."),
        ({"crv": "X25519"}, "This is not a JSON Web Key of Ed25519."),
        ({"kid": 7}, "The JSON Web Key has no usable id or no key in it."),
        ({"kid": "k 1"}, "The JSON Web Key has no usable id or no key in it."),
        ({"x": None}, "The JSON Web Key has no usable id or no key in it."),
        ({"x": "AAAA"}, "The key k1 has 3 bytes instead of 32."),
    ],
)
def test_json_web_key_of_another_algorithm_or_without_a_valid_key_is_rejected(
    changes: dict[str, Any], sentence: str
):
    jwk = as_jwk("k1", bytes(32))

    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        from_jwk({**jwk, **changes})


def test_json_web_key_that_is_no_object_is_rejected():
    with pytest.raises(ValueError, match="not a JSON Web Key"):
        from_jwk(["OKP"])
