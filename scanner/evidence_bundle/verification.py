"""Verify a bundle: report what is valid, and the first link that is not, and why."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from scanner.evidence_bundle.bundle_format import Bundle, InvalidBundle, Link
from scanner.evidence_bundle.jcs import canonical
from scanner.evidence_bundle.keys import fingerprint
from scanner.evidence_bundle.screenshots import named_screenshots, screenshot_fault

VERDICTS = {"passed": "verdict:approved", "failed": "verdict:reopened"}


@dataclass(frozen=True)
class ResultLine:
    word: Literal["holds", "note", "fails"]
    sentence: str


def verify(raw: bytes, trusted: Collection[bytes] | None) -> Iterator[ResultLine]:
    """Yield the result of each step; the bundle is valid if none fails.

    `trusted` are public keys (32 bytes each) that the reader has from elsewhere; None trusts the bundle's own.
    """
    try:
        bundle = Bundle.read(raw)
    except InvalidBundle as fault:
        yield ResultLine("fails", str(fault))
        return
    yield ResultLine(
        "holds", f"The file is a bundle of evidence: {len(raw):,} bytes, {len(bundle.links)} links."
    )
    yield from _check_whole(bundle)
    yield from _check_signer(bundle, trusted)
    try:
        yield from _check_chain(bundle)
        yield from _check_own_links(bundle)
        yield from _check_screenshots(bundle)
        yield from _check_statements(bundle)
    except InvalidBundle as fault:
        yield ResultLine("fails", str(fault))


def _check_whole(bundle: Bundle) -> Iterator[ResultLine]:
    if not bundle.is_canonical:
        yield ResultLine(
            "fails",
            "The file is not in the one form that bundles have: bytes were changed, added or taken away.",
        )
    if bundle.is_signed():
        yield ResultLine(
            "holds", f"The signature over the whole is that of the key {bundle.signature['key_id']}."
        )
    else:
        yield ResultLine(
            "fails", "The signature over the whole does not hold: something was changed after it was made."
        )


def _check_signer(bundle: Bundle, trusted: Collection[bytes] | None) -> Iterator[ResultLine]:
    key_id = bundle.signature["key_id"]
    public = bundle.keys.get(key_id)
    if public is None:
        yield ResultLine(
            "fails", f"The bundle does not hold the key {key_id} that it says it is signed with."
        )
        return
    signer = f"the key {key_id}, fingerprint {fingerprint(public)}"
    if trusted is None:
        yield ResultLine(
            "note", f"No --public-key was given: this believes {signer}, because the bundle itself says so."
        )
    elif public in trusted:
        yield ResultLine("holds", f"It is signed by a key that you gave: {signer}.")
    else:
        yield ResultLine("fails", f"It is signed by another key than you gave: {signer}.")
    for other, raw in bundle.keys.items():
        if trusted is not None and other != key_id and raw not in trusted:
            yield ResultLine(
                "note", f"The key {other}, fingerprint {fingerprint(raw)}, is known by this bundle alone."
            )


def _check_chain(bundle: Bundle) -> Iterator[ResultLine]:
    if not bundle.links:
        yield ResultLine("note", "There is no link yet: nothing was seen or decided.")
    for link in bundle.links:
        link.require_valid(bundle.project_id, bundle.keys)
    for before, after in pairwise(bundle.links):
        yield from _check_order(bundle, before, after)
    for link in bundle.links:
        if link.key:
            yield _described(link)
    others = sum(1 for link in bundle.links if not link.key)
    if others:
        yield ResultLine(
            "holds",
            f"Links of other verifications, shown without what they say: {others}. Each follows on the one before.",
        )


def _check_order(bundle: Bundle, before: Link, after: Link) -> Iterator[ResultLine]:
    if after.sequence == before.sequence + 1:
        if after.previous_hash != before.hash:
            raise InvalidBundle(
                f"{after.name}: it does not follow on link {before.sequence}; its previous_hash is another."
            )
        return
    gap = [before.sequence + 1, after.sequence - 1]
    if gap not in bundle.content.get("gaps", []):
        raise InvalidBundle(
            f"{after.name}: it stands after link {before.sequence}. Links were left out or their order changed."
        )
    yield ResultLine(
        "note", f"Links {gap[0]} to {gap[1]} are of other verifications and too many to be shown here."
    )


def _described(link: Link) -> ResultLine:
    if link.format == 1:
        return ResultLine("note", f"{link.name}: its hash holds. It is from before links were signed.")
    if not link.key_id:
        return ResultLine(
            "note", f"{link.name}: its hash holds. The installation had no key when it was written."
        )
    return ResultLine("holds", f"{link.name}: its hash and the signature of the key {link.key_id} hold.")


def _check_own_links(bundle: Bundle) -> Iterator[ResultLine]:
    verification_id = bundle.content["verification"]["id"]
    own = [link for link in bundle.links if link.key]
    earlier: list[Link] = []
    for link in own:
        body = link.parsed_body()
        _require_same_verification(bundle, link, body, verification_id)
        if link.format > 1:
            _require_complete(link, body, earlier)
        earlier.append(link)
    if own:
        yield ResultLine(
            "holds", f"The verification's links are numbered 1 to {len(own)}: none was left out between them."
        )


def _require_same_verification(
    bundle: Bundle, link: Link, body: dict[str, Any], verification_id: str
) -> None:
    if canonical(body) != link.body:
        raise InvalidBundle(f"{link.name}: its body is not in canonical form.")
    expected: dict[str, Any] = {
        "sequence": link.sequence,
        "verification_id": verification_id,
        "key": link.key,
    }
    if link.format > 1:
        expected |= {"project_id": bundle.project_id, "type": link.kind}
    for name, value in expected.items():
        if body.get(name) != value:
            raise InvalidBundle(f"{link.name}: it says {name} {body.get(name)!r}, and the bundle {value!r}.")


def _require_complete(link: Link, body: dict[str, Any], earlier: list[Link]) -> None:
    last = earlier[-1].hash if earlier else None
    if (body.get("number"), body.get("earlier")) != (len(earlier) + 1, last):
        raise InvalidBundle(f"{link.name}: a link of the same verification before it was left out.")
    if link.kind == "verdict":
        upon = [{"hash": one.hash, "key": one.key, "sequence": one.sequence} for one in earlier]
        if body.get("links") != upon:
            raise InvalidBundle(f"{link.name}: it was decided upon other links than those that are here.")


def _check_screenshots(bundle: Bundle) -> Iterator[ResultLine]:
    named = {sha256 for link in bundle.links if link.key for sha256 in named_screenshots(link.parsed_body())}
    included = bundle.content.get("pictures", [])
    if not isinstance(included, list):
        raise InvalidBundle("The pictures of the bundle are malformed.")
    for screenshot in included:
        fault = screenshot_fault(screenshot, named)
        if fault:
            raise InvalidBundle(fault)
    if included:
        yield ResultLine("holds", f"Pictures: {len(included)}. Each is one that a link names by its hash.")
    if len(named) > len(included):
        yield ResultLine(
            "note",
            f"Pictures that are named by their hashes and are not in the file: {len(named) - len(included)}.",
        )


def _check_statements(bundle: Bundle) -> Iterator[ResultLine]:
    verification = bundle.content["verification"]
    own = [link for link in bundle.links if link.key]
    old = not own or any(link.format == 1 for link in own)
    seen = {link.key: link.parsed_body() for link in own}
    for check in verification["checks"]:
        answer = seen.get(check["key"])
        if answer and answer.get("after", check.get("after")) != check.get("after"):
            raise InvalidBundle(f"{check['key']}: the bundle and its link say different things.")
    verdict = VERDICTS.get(verification["result"])
    decided = [link.key for link in own if link.kind == "verdict"]
    if decided[-1:] == ([verdict] if verdict else []):
        yield ResultLine("holds", f"The result is {verification['result']}, as the links say.")
    elif old and not decided:
        yield ResultLine(
            "note",
            f"The result is {verification['result']}; it was decided before verdicts were written down.",
        )
    else:
        raise InvalidBundle(
            f"The result is said to be {verification['result']}, and the links do not say so."
        )
