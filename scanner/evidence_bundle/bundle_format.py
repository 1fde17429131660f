"""A bundle: the evidence of one verification in a file, for another machine. docs/evidence.md is its form.

One JSON document in canonical form and a line feed: `{"bundle": {…}, "signature": {"algorithm", "key_id", "value"}}`.
The signature is over the line `krafter-audit evidence bundle 1` and the canonical form of `bundle`. So every byte of
the file has one spelling, and a change of any is found.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from scanner.evidence_bundle.chain import Head, first_hash, sha256
from scanner.evidence_bundle.jcs import canonical
from scanner.evidence_bundle.keys import Key, from_jwk, holds

FORMAT = "krafter-audit evidence bundle 1"
ALGORITHM = "Ed25519"
LARGEST = 64 * 1024 * 1024  # bytes; what is larger is not read
DEEPEST = 100


class Faulty(ValueError):
    """What is read is not what it says it is; the sentence says why."""


def sealed(bundle: dict[str, Any], signer: Key) -> bytes:
    """Return the file."""
    text = canonical(bundle)
    value = signer.sign(_message(text))
    signature = {"algorithm": ALGORITHM, "key_id": signer.key_id, "value": value}
    return f'{{"bundle":{text},"signature":{canonical(signature)}}}\n'.encode()


def _message(text: str) -> bytes:
    return f"{FORMAT}\n{text}".encode()


@dataclass(frozen=True)
class Link:
    """An entry of the bundle's chain; `body` is empty where only the head of another verification's link is shown."""

    sequence: int
    previous_hash: str
    hash: str
    body_sha256: str
    format: int
    key_id: str
    signature: str
    body: str = ""
    kind: str = ""
    key: str = ""

    @property
    def name(self) -> str:
        """How a person names it."""
        return f"Link {self.sequence} ({self.key})" if self.key else f"Link {self.sequence}"

    def head(self, project_id: str) -> Head:
        """Return what was hashed and signed."""
        return Head(project_id, self.sequence, self.previous_hash, self.body_sha256)

    def said(self) -> dict[str, Any]:
        """Return the body as JSON. Raises Faulty."""
        return parsed(self.body.encode("utf-8", "surrogatepass"), self.name)

    def refuse_unless_whole(self, project_id: str, keys: dict[str, bytes]) -> None:
        """Raise Faulty unless body, hash and signature belong together."""
        if self.body and sha256(self.body) != self.body_sha256:
            raise Faulty(f"{self.name}: its body is not the one that was hashed.")
        if self.format == 1:
            if self.hash != first_hash(self.previous_hash, self.body):
                raise Faulty(f"{self.name}: its hash is not that of what it says.")
            return
        head = self.head(project_id)
        if self.hash != head.hash:
            raise Faulty(f"{self.name}: its hash is not that of what it says.")
        if not self.key_id:
            return
        if self.key_id not in keys:
            raise Faulty(
                f"{self.name}: it is signed by the key {self.key_id}, which the bundle does not hold."
            )
        if not holds(keys[self.key_id], self.signature, head.text):
            raise Faulty(f"{self.name}: its signature is not that of the key {self.key_id}.")


@dataclass(frozen=True)
class Bundle:
    """A bundle as it was read; nothing in it is believed yet."""

    content: dict[str, Any]
    signature: dict[str, str]
    text: str  # the canonical form of `content`
    is_canonical: bool
    project_id: str
    keys: dict[str, bytes] = field(default_factory=dict)
    links: tuple[Link, ...] = ()

    @classmethod
    def read(cls, raw: bytes) -> "Bundle":
        """Read a file. Raises Faulty where it is not a bundle at all."""
        document = parsed(raw, "The file")
        content, signature = document.get("bundle"), document.get("signature", {})
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise Faulty("The file is not a bundle of evidence, or not one of a version that is known here.")
        if set(document) != {"bundle", "signature"} or not _is_signature(signature):
            raise Faulty("The file holds something else beside the bundle and its signature.")
        try:
            text, whole = canonical(content), f"{canonical(document)}\n".encode()
            keys = dict(from_jwk(jwk) for jwk in _listed(content, "keys"))
            links = tuple(_link(entry) for entry in _listed(content, "chain"))
            project_id = str(content["project"]["id"])
            _refuse_malformed(content)
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise Faulty(f"A part of the bundle is missing or malformed: {error}.") from None
        return cls(content, signature, text, whole == raw, project_id, keys, links)

    def is_signed(self) -> bool:
        """Tell whether the signature over the whole is that of the key it names."""
        public = self.keys.get(self.signature["key_id"])
        if public is None or self.signature["algorithm"] != ALGORITHM:
            return False
        return holds(public, self.signature["value"], _message(self.text))


def _is_signature(value: Any) -> TypeGuard[dict[str, str]]:
    return (
        isinstance(value, dict)
        and set(value) == {"algorithm", "key_id", "value"}
        and all(isinstance(one, str) for one in value.values())
    )


def _listed(content: dict[str, Any], name: str) -> list[Any]:
    if not isinstance(content[name], list):
        raise TypeError(f"{name} is not a list")
    return content[name]


def _refuse_malformed(content: dict[str, Any]) -> None:
    """Raise KeyError or TypeError where what is said of the verification has another form."""
    told = content["verification"]
    words = [told["id"], told["result"], *(check["key"] for check in _listed(told, "checks"))]
    words += [check["status"] for check in told["checks"]]
    if not all(isinstance(word, str) for word in words) or not isinstance(content["gaps"], list):
        raise TypeError("what is said of the verification")


def _link(entry: Any) -> Link:
    link = Link(**entry)
    numbers = (link.sequence, link.format)
    texts = (
        link.previous_hash,
        link.hash,
        link.body_sha256,
        link.key_id,
        link.signature,
        link.body,
        link.kind,
        link.key,
    )
    if not all(type(one) is int for one in numbers) or not all(isinstance(one, str) for one in texts):
        raise TypeError("a link of the chain is malformed")
    return link


def parsed(raw: bytes, what: str) -> dict[str, Any]:
    """Read a JSON object in which no name stands twice. Raises Faulty."""
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_refuse)
    except UnicodeDecodeError:
        raise Faulty(f"{what} is not text in UTF-8.") from None
    except RecursionError:
        raise Faulty(f"{what} is nested too deeply.") from None
    except ValueError as error:
        raise Faulty(f"{what} is not whole JSON: {error}.") from None
    if not isinstance(value, dict):
        raise Faulty(f"{what} is not a JSON object.")
    return value


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            raise ValueError("a name stands twice in one object")
        made[name] = value
    return made


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is not JSON")
