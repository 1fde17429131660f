"""The judge of a bundle: says in sentences what holds, and which is the first link that does not, and why."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from scanner.evidence_bundle.bundle_format import Bundle, Faulty, Link
from scanner.evidence_bundle.jcs import canonical
from scanner.evidence_bundle.keys import fingerprint
from scanner.evidence_bundle.screenshots import fault_of, named_pictures

VERDICTS = {"passed": "verdict:approved", "failed": "verdict:reopened"}


@dataclass(frozen=True)
class Line:
    """One thing that was looked at."""

    word: Literal["holds", "note", "fails"]
    sentence: str


def examine(raw: bytes, trusted: Collection[bytes] | None) -> Iterator[Line]:
    """Yield what holds, what is to be known and what fails; a bundle holds when nothing fails.

    `trusted` are public keys (32 bytes each) that the reader has from elsewhere; None believes the bundle's own.
    """
    try:
        bundle = Bundle.read(raw)
    except Faulty as fault:
        yield Line("fails", str(fault))
        return
    yield Line("holds", f"The file is a bundle of evidence: {len(raw):,} bytes, {len(bundle.links)} links.")
    yield from _whole(bundle)
    yield from _trust(bundle, trusted)
    try:
        yield from _chain(bundle)
        yield from _own(bundle)
        yield from _pictures(bundle)
        yield from _statements(bundle)
    except Faulty as fault:
        yield Line("fails", str(fault))


def _whole(bundle: Bundle) -> Iterator[Line]:
    if not bundle.is_canonical:
        yield Line(
            "fails",
            "The file is not in the one form that bundles have: bytes were changed, added or taken away.",
        )
    if bundle.is_signed():
        yield Line("holds", f"The signature over the whole is that of the key {bundle.signature['key_id']}.")
    else:
        yield Line(
            "fails", "The signature over the whole does not hold: something was changed after it was made."
        )


def _trust(bundle: Bundle, trusted: Collection[bytes] | None) -> Iterator[Line]:
    key_id = bundle.signature["key_id"]
    public = bundle.keys.get(key_id)
    if public is None:
        yield Line("fails", f"The bundle does not hold the key {key_id} that it says it is signed with.")
        return
    told = f"the key {key_id}, fingerprint {fingerprint(public)}"
    if trusted is None:
        yield Line(
            "note", f"No --public-key was given: this believes {told}, because the bundle itself says so."
        )
    elif public in trusted:
        yield Line("holds", f"It is signed by a key that you gave: {told}.")
    else:
        yield Line("fails", f"It is signed by another key than you gave: {told}.")
    for other, raw in bundle.keys.items():
        if trusted is not None and other != key_id and raw not in trusted:
            yield Line(
                "note", f"The key {other}, fingerprint {fingerprint(raw)}, is known by this bundle alone."
            )


def _chain(bundle: Bundle) -> Iterator[Line]:
    """Look at every link by itself and at how each follows on the one before."""
    if not bundle.links:
        yield Line("note", "There is no link yet: nothing was seen or decided.")
    for link in bundle.links:
        link.refuse_unless_whole(bundle.project_id, bundle.keys)
    for before, after in pairwise(bundle.links):
        yield from _follows(bundle, before, after)
    for link in bundle.links:
        if link.key:
            yield _described(link)
    others = sum(1 for link in bundle.links if not link.key)
    if others:
        yield Line(
            "holds",
            f"Links of other verifications, shown without what they say: {others}. Each follows on the one before.",
        )


def _follows(bundle: Bundle, before: Link, after: Link) -> Iterator[Line]:
    if after.sequence == before.sequence + 1:
        if after.previous_hash != before.hash:
            raise Faulty(
                f"{after.name}: it does not follow on link {before.sequence}; its previous_hash is another."
            )
        return
    gap = [before.sequence + 1, after.sequence - 1]
    if gap not in bundle.content.get("gaps", []):
        raise Faulty(
            f"{after.name}: it stands after link {before.sequence}. Links were left out or their order changed."
        )
    yield Line(
        "note", f"Links {gap[0]} to {gap[1]} are of other verifications and too many to be shown here."
    )


def _described(link: Link) -> Line:
    if link.format == 1:
        return Line("note", f"{link.name}: its hash holds. It is from before links were signed.")
    if not link.key_id:
        return Line("note", f"{link.name}: its hash holds. The installation had no key when it was written.")
    return Line("holds", f"{link.name}: its hash and the signature of the key {link.key_id} hold.")


def _own(bundle: Bundle) -> Iterator[Line]:
    """Look at the verification's links: nothing left out, nobody else's, the verdict upon all before it."""
    verification_id = bundle.content["verification"]["id"]
    own = [link for link in bundle.links if link.key]
    earlier: list[Link] = []
    for link in own:
        said = link.said()
        _refuse_another(bundle, link, said, verification_id)
        if link.format > 1:
            _refuse_gap(link, said, earlier)
        earlier.append(link)
    if own:
        yield Line(
            "holds", f"The verification's links are numbered 1 to {len(own)}: none was left out between them."
        )


def _refuse_another(bundle: Bundle, link: Link, said: dict[str, Any], verification_id: str) -> None:
    if canonical(said) != link.body:
        raise Faulty(f"{link.name}: its body is not in canonical form.")
    expected: dict[str, Any] = {
        "sequence": link.sequence,
        "verification_id": verification_id,
        "key": link.key,
    }
    if link.format > 1:
        expected |= {"project_id": bundle.project_id, "type": link.kind}
    for name, value in expected.items():
        if said.get(name) != value:
            raise Faulty(f"{link.name}: it says {name} {said.get(name)!r}, and the bundle {value!r}.")


def _refuse_gap(link: Link, said: dict[str, Any], earlier: list[Link]) -> None:
    last = earlier[-1].hash if earlier else None
    if (said.get("number"), said.get("earlier")) != (len(earlier) + 1, last):
        raise Faulty(f"{link.name}: a link of the same verification before it was left out.")
    if link.kind == "verdict":
        upon = [{"hash": one.hash, "key": one.key, "sequence": one.sequence} for one in earlier]
        if said.get("links") != upon:
            raise Faulty(f"{link.name}: it was decided upon other links than those that are here.")


def _pictures(bundle: Bundle) -> Iterator[Line]:
    """Look at the pictures by the hashes that the links name."""
    named = {sha256 for link in bundle.links if link.key for sha256 in named_pictures(link.said())}
    brought = bundle.content.get("pictures", [])
    if not isinstance(brought, list):
        raise Faulty("The pictures of the bundle are malformed.")
    for picture in brought:
        fault = fault_of(picture, named)
        if fault:
            raise Faulty(fault)
    if brought:
        yield Line("holds", f"Pictures: {len(brought)}. Each is one that a link names by its hash.")
    if len(named) > len(brought):
        yield Line(
            "note",
            f"Pictures that are named by their hashes and are not in the file: {len(named) - len(brought)}.",
        )


def _statements(bundle: Bundle) -> Iterator[Line]:
    """Hold what the bundle says of the verification against what its links say."""
    told = bundle.content["verification"]
    own = [link for link in bundle.links if link.key]
    old = not own or any(link.format == 1 for link in own)
    seen = {link.key: link.said() for link in own}
    for check in told["checks"]:
        answer = seen.get(check["key"])
        if answer and answer.get("after", check.get("after")) != check.get("after"):
            raise Faulty(f"{check['key']}: the bundle and its link say different things.")
    verdict = VERDICTS.get(told["result"])
    decided = [link.key for link in own if link.kind == "verdict"]
    if decided[-1:] == ([verdict] if verdict else []):
        yield Line("holds", f"The result is {told['result']}, as the links say.")
    elif old and not decided:
        yield Line(
            "note", f"The result is {told['result']}; it was decided before verdicts were written down."
        )
    else:
        raise Faulty(f"The result is said to be {told['result']}, and the links do not say so.")
