"""A bundle: the evidence of one verification in a file, for another machine (docs/evidence.md)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeGuard

from scanner.evidence_bundle.chain import Head, hash_of_format_1, sha256
from scanner.evidence_bundle.jcs import canonical
from scanner.evidence_bundle.keys import Key, from_jwk, is_valid_signature

FORMAT = "krafter-audit evidence bundle 1"
ALGORITHM = "Ed25519"
MAX_BUNDLE_BYTES = 64 * 1024 * 1024


class InvalidBundle(ValueError):
    """The file is not a valid bundle; the message says why."""


def signed_file(bundle: dict[str, Any], signer: Key) -> bytes:
    text = canonical(bundle)
    value = signer.sign(_message(text))
    signature = {"algorithm": ALGORITHM, "key_id": signer.key_id, "value": value}
    return f'{{"bundle":{text},"signature":{canonical(signature)}}}\n'.encode()


def _message(text: str) -> bytes:
    return f"{FORMAT}\n{text}".encode()


@dataclass(frozen=True)
class Link:
    sequence: int
    previous_hash: str
    hash: str
    body_sha256: str
    format: int
    key_id: str
    signature: str
    body: str = ""  # empty for a link of another verification
    kind: str = ""
    key: str = ""

    @property
    def name(self) -> str:
        return f"Link {self.sequence} ({self.key})" if self.key else f"Link {self.sequence}"

    def head(self, project_id: str) -> Head:
        return Head(project_id, self.sequence, self.previous_hash, self.body_sha256)

    def parsed_body(self) -> dict[str, Any]:
        return parse_object(self.body.encode("utf-8", "surrogatepass"), self.name)

    def require_valid(self, project_id: str, keys: dict[str, bytes]) -> None:
        """Raise InvalidBundle unless body, hash and signature belong together."""
        if self.body and sha256(self.body) != self.body_sha256:
            raise InvalidBundle(f"{self.name}: its body does not match its hash.")
        # The link was written before there were signatures.
        if self.format == 1:
            if self.hash != hash_of_format_1(self.previous_hash, self.body):
                raise InvalidBundle(f"{self.name}: its hash does not match its content.")
            return
        head = self.head(project_id)
        if self.hash != head.hash:
            raise InvalidBundle(f"{self.name}: its hash does not match its content.")
        if not self.key_id:
            return
        if self.key_id not in keys:
            raise InvalidBundle(
                f"{self.name}: it is signed by the key {self.key_id}, which is not in the bundle."
            )
        if not is_valid_signature(keys[self.key_id], self.signature, head.text):
            raise InvalidBundle(f"{self.name}: its signature by the key {self.key_id} is not valid.")


@dataclass(frozen=True)
class Bundle:
    """A bundle as it was read, before its verification."""

    content: dict[str, Any]
    signature: dict[str, str]
    text: str  # the canonical form of `content`
    is_canonical: bool
    project_id: str
    keys: dict[str, bytes]  # public keys by their ids
    links: tuple[Link, ...]

    @classmethod
    def read(cls, raw: bytes) -> "Bundle":
        """Read a file. Raises InvalidBundle where it is not a bundle at all."""
        document = parse_object(raw, "The file")
        content, signature = document.get("bundle"), document.get("signature", {})
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise InvalidBundle("The file is not a bundle of evidence, or has an unknown version.")
        # The file may contain only signed fields: a reader would take any other field for evidence.
        if set(document) != {"bundle", "signature"} or not _is_signature(signature):
            raise InvalidBundle("The file contains more than a bundle and its signature.")
        try:
            text, canonical_file = canonical(content), f"{canonical(document)}\n".encode()
            keys = dict(from_jwk(jwk) for jwk in _listed(content, "keys"))
            links = tuple(_link(entry) for entry in _listed(content, "chain"))
            project_id = str(content["project"]["id"])
            _require_well_formed(content)
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise InvalidBundle(f"A part of the bundle is missing or malformed: {error}.") from None
        return cls(content, signature, text, canonical_file == raw, project_id, keys, links)

    @property
    def own_links(self) -> list[Link]:
        """The links of the verification; those of other verifications have no key."""
        return [link for link in self.links if link.key]

    def is_signed(self) -> bool:
        """Return whether the signature of the bundle is valid for the key that it names."""
        public = self.keys.get(self.signature["key_id"])
        if public is None or self.signature["algorithm"] != ALGORITHM:
            return False
        return is_valid_signature(public, self.signature["value"], _message(self.text))


def _is_signature(value: Any) -> TypeGuard[dict[str, str]]:
    return (
        isinstance(value, dict)
        and set(value) == {"algorithm", "key_id", "value"}
        and all(isinstance(member, str) for member in value.values())
    )


def _listed(content: dict[str, Any], name: str) -> list[Any]:
    if not isinstance(content[name], list):
        raise TypeError(f"{name} is not a list")
    return content[name]


def _require_well_formed(content: dict[str, Any]) -> None:
    verification = content["verification"]
    words = [verification["id"], verification["result"]]
    words += [check[name] for check in _listed(verification, "checks") for name in ("key", "status")]
    if not all(isinstance(word, str) for word in words) or not isinstance(content["gaps"], list):
        raise TypeError("the verification is malformed")


def _link(entry: Any) -> Link:
    link = Link(**entry)
    for name, value in vars(link).items():
        # Not isinstance, for which true is an int as well.
        if type(value) is not (int if name in ("sequence", "format") else str):
            raise TypeError("a link of the chain is malformed")
    return link


def parse_object(raw: bytes, subject: str) -> dict[str, Any]:
    """Parse a JSON object without duplicate names. Raises InvalidBundle."""
    try:
        # Parsers disagree on duplicate names and on NaN, so two readers could get different evidence.
        value = json.loads(
            raw.decode("utf-8"), object_pairs_hook=_unique_names, parse_constant=_reject_constant
        )
    except UnicodeDecodeError:
        raise InvalidBundle(f"{subject} is not text in UTF-8.") from None
    except RecursionError:
        raise InvalidBundle(f"{subject} is nested too deeply.") from None
    except ValueError as error:
        raise InvalidBundle(f"{subject} is not complete JSON: {error}.") from None
    if not isinstance(value, dict):
        raise InvalidBundle(f"{subject} is not a JSON object.")
    return value


def _unique_names(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    unique: dict[str, Any] = {}
    for name, value in pairs:
        if name in unique:
            raise ValueError("an object has a name twice")
        unique[name] = value
    return unique


def _reject_constant(word: str) -> None:
    raise ValueError(f"{word} is not JSON")
