"""Verify a bundle: report what is valid, and the first link that is not, and why."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from scanner.evidence_bundle.bundle_format import Bundle, InvalidBundle, Link
from scanner.evidence_bundle.jcs import canonical
from scanner.evidence_bundle.keys import fingerprint
from scanner.evidence_bundle.screenshots import named_screenshots, screenshot_fault

VERDICTS = {
    "passed": ("verdict:approved", "verdict:guard_passed"),
    "failed": ("verdict:reopened", "verdict:guard_failed"),
}


@dataclass(frozen=True)
class ResultLine:
    word: Literal["valid", "note", "invalid"]
    sentence: str


def verify(raw: bytes, trusted: Collection[bytes] | None) -> Iterator[ResultLine]:
    """Yield the result of each step; the bundle is valid if no step is invalid.

    `trusted` are public keys (32 bytes each) that the reader has from elsewhere; None trusts the bundle's own.
    """
    try:
        bundle = Bundle.read(raw)
    except InvalidBundle as fault:
        yield ResultLine("invalid", str(fault))
        return
    yield ResultLine(
        "valid", f"The file is a bundle of evidence: {len(raw):,} bytes, {len(bundle.links)} chain links."
    )
    yield from _check_signature(bundle)
    yield from _check_signer(bundle, trusted)
    try:
        yield from _check_chain(bundle)
        yield from _check_own_links(bundle)
        yield from _check_screenshots(bundle)
        yield from _check_result(bundle)
    except InvalidBundle as fault:
        yield ResultLine("invalid", str(fault))


def _check_signature(bundle: Bundle) -> Iterator[ResultLine]:
    if not bundle.is_canonical:
        yield ResultLine(
            "invalid",
            "The file is not in canonical form: bytes were changed, added or removed.",
        )
    if bundle.is_signed():
        yield ResultLine(
            "valid", f"The signature of the bundle is valid, by the key {bundle.signature['key_id']}."
        )
    else:
        yield ResultLine(
            "invalid", "The signature of the bundle is not valid: the bundle was changed after it was signed."
        )


def _check_signer(bundle: Bundle, trusted: Collection[bytes] | None) -> Iterator[ResultLine]:
    key_id = bundle.signature["key_id"]
    public = bundle.keys.get(key_id)
    if public is None:
        yield ResultLine("invalid", f"The bundle does not contain the key {key_id} of its signature.")
        return
    signer = f"the key {key_id}, fingerprint {fingerprint(public)}"
    if trusted is None:
        yield ResultLine("note", f"No --public-key was given: {signer}, is taken from the bundle itself.")
    elif public in trusted:
        yield ResultLine("valid", f"The bundle is signed by a trusted key: {signer}.")
    else:
        yield ResultLine("invalid", f"The bundle is not signed by a trusted key, but by {signer}.")
    for other, raw in bundle.keys.items():
        if trusted is not None and other != key_id and raw not in trusted:
            yield ResultLine(
                "note", f"The key {other}, fingerprint {fingerprint(raw)}, is not a trusted key."
            )


def _check_chain(bundle: Bundle) -> Iterator[ResultLine]:
    if not bundle.links:
        yield ResultLine("note", "There is no link: no check has a result, and there is no verdict.")
    for link in bundle.links:
        link.require_valid(bundle.project_id, bundle.keys)
    for before, after in pairwise(bundle.links):
        yield from _check_order(bundle, before, after)
    yield from map(_describe, bundle.own_links)
    others = len(bundle.links) - len(bundle.own_links)
    if others:
        yield ResultLine(
            "valid",
            f"Links of other verifications, without their content: {others}. Each has the hash of the one before.",
        )


def _check_order(bundle: Bundle, before: Link, after: Link) -> Iterator[ResultLine]:
    if after.sequence == before.sequence + 1:
        if after.previous_hash != before.hash:
            raise InvalidBundle(f"{after.name}: its previous_hash is not the hash of link {before.sequence}.")
        return
    gap = [before.sequence + 1, after.sequence - 1]
    if gap not in bundle.content.get("gaps", []):
        raise InvalidBundle(
            f"{after.name}: it comes after link {before.sequence}. Links are missing, or their order was changed."
        )
    yield ResultLine(
        "note", f"Links {gap[0]} to {gap[1]} belong to other verifications and are too many to be included."
    )


def _describe(link: Link) -> ResultLine:
    if link.format == 1:
        return ResultLine("note", f"{link.name}: its hash is valid. It was written before links were signed.")
    if not link.key_id:
        return ResultLine(
            "note",
            f"{link.name}: its hash is valid. The installation had no signing key when it was written.",
        )
    return ResultLine("valid", f"{link.name}: its hash and its signature by the key {link.key_id} are valid.")


def _check_own_links(bundle: Bundle) -> Iterator[ResultLine]:
    verification_id = bundle.content["verification"]["id"]
    earlier: list[Link] = []
    for link in bundle.own_links:
        body = link.parsed_body()
        _require_same_verification(bundle, link, body, verification_id)
        # The first format neither numbers the links nor names the earlier ones.
        if link.format > 1:
            _require_complete(link, body, earlier)
        earlier.append(link)
    if earlier:
        yield ResultLine(
            "valid",
            f"The links of the verification are numbered 1 to {len(earlier)}: none is missing between them.",
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
            raise InvalidBundle(
                f"{link.name}: its {name} is {body.get(name)!r}, but the bundle has {value!r}."
            )


def _require_complete(link: Link, body: dict[str, Any], earlier: list[Link]) -> None:
    last = earlier[-1].hash if earlier else None
    found = (body.get("verification_sequence"), body.get("verification_previous_hash"))
    if found != (len(earlier) + 1, last):
        raise InvalidBundle(f"{link.name}: an earlier link of the same verification is missing.")
    if link.kind == "verdict":
        links = [{"hash": one.hash, "key": one.key, "sequence": one.sequence} for one in earlier]
        if body.get("links") != links:
            raise InvalidBundle(f"{link.name}: the verdict is based on other links than those in the bundle.")


def _check_screenshots(bundle: Bundle) -> Iterator[ResultLine]:
    named = {sha256 for link in bundle.own_links for sha256 in named_screenshots(link.parsed_body())}
    included = bundle.content.get("screenshots", [])
    if not isinstance(included, list):
        raise InvalidBundle("The screenshots of the bundle are malformed.")
    for screenshot in included:
        fault = screenshot_fault(screenshot, named)
        if fault:
            raise InvalidBundle(fault)
    if included:
        yield ResultLine("valid", f"Screenshots: {len(included)}. The hash of each is in a link.")
    if len(named) > len(included):
        yield ResultLine(
            "note",
            f"Screenshots whose hashes are in links, but which are not in the file: {len(named) - len(included)}.",
        )


def _check_result(bundle: Bundle) -> Iterator[ResultLine]:
    verification = bundle.content["verification"]
    own = bundle.own_links
    bodies = {link.key: link.parsed_body() for link in own}
    for check in verification["checks"]:
        body = bodies.get(check["key"])
        if body and body.get("after", check.get("after")) != check.get("after"):
            raise InvalidBundle(
                f"{check['key']}: the value in the bundle differs from the value in its link."
            )
    verdicts = [link.key for link in own if link.kind == "verdict"]
    last_verdict = verdicts[-1] if verdicts else None
    # Verdicts were stored as links since the second format.
    may_lack_verdict = not own or any(link.format == 1 for link in own)
    if last_verdict in VERDICTS.get(verification["result"], (None,)):
        yield ResultLine("valid", f"The result is {verification['result']}, as in the links.")
    elif may_lack_verdict and not verdicts:
        yield ResultLine(
            "note",
            f"The result is {verification['result']}; it was decided before verdicts were stored as links.",
        )
    else:
        raise InvalidBundle(f"The result is {verification['result']} in the bundle, but not in the links.")
