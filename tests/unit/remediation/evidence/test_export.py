"""An exported bundle can be verified on another machine, which detects every change."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as installed
from django.test import Client

from remediation.evidence import chain, export
from remediation.models import Evidence, EvidenceChain, Verification
from remediation.services import verdicts
from scanner.evidence_bundle import bundle_format
from scanner.evidence_bundle.__main__ import main, public_keys
from scanner.evidence_bundle.chain import GENESIS, Head, hash_of_format_1
from scanner.evidence_bundle.jcs import canonical
from scanner.evidence_bundle.keys import as_jwk, fingerprint, parse_signing_keys
from scanner.evidence_bundle.verification import verify
from scans import screenshots
from tests import factories
from tests.factories import Scenario

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

STRANGER = parse_signing_keys("k1:" + base64.b64encode(b"S" * 32).decode())
SEEN = {
    "outcome": "passed",
    "before": "failed",
    "after": "passed",
    "pages": [{"url": "https://example.com/", "value": 1.5}],
}


def approved(scenario: Scenario, *, others_between: int = 0) -> Verification:
    """Create an approved verification, with links of other verifications before and between its own."""
    chain.append(factories.verification(scenario), "security_header_csp", SEEN)
    verification = factories.verification(scenario)
    chain.append(verification, "security_header_csp", SEEN)
    for _ in range(others_between):
        chain.append(factories.verification(scenario), "security_header_csp", SEEN)
    verdicts.approve(verification.pk, by=scenario.actor)
    verification.refresh_from_db()
    return verification


def file_of(scenario: Scenario, verification: Verification) -> bytes:
    response = scenario.client.call("get", f"verifications/{verification.pk}/evidence/bundle")
    assert response.status_code == 200, response.content
    return bytes(response.content)


def keys_of_the_installation() -> list[bytes]:
    return public_keys(Client().get("/.well-known/krafter-evidence-keys.json").content)


def result_lines(raw: bytes, trusted: list[bytes] | None = None) -> list[tuple[str, str]]:
    return [(line.word, line.sentence) for line in verify(raw, trusted)]


def faults(raw: bytes, trusted: list[bytes] | None = None) -> list[str]:
    return [sentence for word, sentence in result_lines(raw, trusted) if word == "invalid"]


def change_and_sign(raw: bytes, change: Callable[[dict[str, Any]], Any]) -> bytes:
    """Change the bundle and sign it again with the key."""
    content = json.loads(raw)["bundle"]
    change(content)
    return bundle_format.signed_file(content, chain.keyring().signer)


def test_bundle_is_valid_with_the_key_of_the_installation(scenario: Scenario):
    verification = approved(scenario, others_between=2)

    raw = file_of(scenario, verification)

    words = result_lines(raw, keys_of_the_installation())
    assert {word for word, _ in words} == {"valid"}
    assert [
        sentence for _, sentence in words if sentence.startswith(("Link", "Links", "The result", "The links"))
    ] == [
        "Link 2 (security_header_csp): its hash and its signature by the key test are valid.",
        "Link 5 (verdict:approved): its hash and its signature by the key test are valid.",
        "Links of other verifications, without their content: 3. Each has the hash of the one before.",
        "The links of the verification are numbered 1 to 2: none is missing between them.",
        "The result is passed, as in the links.",
    ]


def test_bundle_has_the_people_and_the_subject(scenario: Scenario):
    verification = approved(scenario)

    content = json.loads(file_of(scenario, verification))["bundle"]

    assert content["people"] == {
        str(scenario.owner.pk): {"name": scenario.owner.name, "email": scenario.owner.email}
    }
    assert content["finding"]["title"] == verification.task.finding.title
    assert (content["project"]["slug"], content["task"]["status"]) == ("production-website", "done")
    assert [entry.get("key") for entry in content["chain"]] == [
        None,
        "security_header_csp",
        "verdict:approved",
    ]


def test_bundle_names_no_person_who_decided_another_verification(scenario: Scenario):
    other = factories.verification(scenario)
    chain.append(other, "security_header_csp", SEEN)
    verdicts.approve(other.pk, by=scenario.actor)
    verification = factories.verification(scenario)
    chain.append(verification, "security_header_csp", SEEN)

    content = json.loads(file_of(scenario, verification))["bundle"]

    assert content["people"] == {}
    assert ["body" in entry for entry in content["chain"]] == [False, True]
    assert content["gaps"] == []


def test_verification_without_key_uses_the_bundles_key_and_warns(scenario: Scenario):
    notes = [
        sentence for word, sentence in result_lines(file_of(scenario, approved(scenario))) if word == "note"
    ]

    assert len(notes) == 1
    assert notes[0].startswith("No --public-key was given: the key test, fingerprint ")


def test_bundle_signed_by_another_key_is_reported(scenario: Scenario):
    raw = file_of(scenario, approved(scenario))

    [fault] = faults(raw, list(STRANGER.public.values()))

    assert fault.startswith("The bundle is not signed by a trusted key, but by the key test, fingerprint ")


def test_bundle_without_the_key_of_its_signature_is_reported(scenario: Scenario):
    raw = change_and_sign(file_of(scenario, approved(scenario)), lambda content: content["keys"].clear())

    assert faults(raw, keys_of_the_installation())[:2] == [
        "The signature of the bundle is not valid: the bundle was changed after it was signed.",
        "The bundle does not contain the key test of its signature.",
    ]


def test_key_in_the_bundle_that_is_not_trusted_is_noted(scenario: Scenario):
    [(key_id, public)] = STRANGER.public.items()
    raw = change_and_sign(
        file_of(scenario, approved(scenario)), lambda content: content["keys"].append(as_jwk(key_id, public))
    )

    trusted, both = keys_of_the_installation(), [*keys_of_the_installation(), public]
    note = f"The key k1, fingerprint {fingerprint(public)}, is not a trusted key."

    assert [sentence for word, sentence in result_lines(raw, trusted) if word == "note"] == [note]
    assert {word for word, _ in result_lines(raw, both)} == {"valid"}


def test_bundle_without_links_says_so(scenario: Scenario):
    words = result_lines(file_of(scenario, factories.verification(scenario)), keys_of_the_installation())

    assert [line for line in words if line[0] != "valid"] == [
        ("note", "There is no link: no check has a result, and there is no verdict.")
    ]


def test_every_changed_byte_is_detected(scenario: Scenario):
    raw = file_of(scenario, approved(scenario))
    trusted = keys_of_the_installation()
    offsets = range(0, len(raw), 7)

    unnoticed = [
        offset
        for offset in offsets
        if not faults(raw[:offset] + bytes([raw[offset] ^ (1 << offset % 8)]) + raw[offset + 1 :], trusted)
    ]

    assert (unnoticed, len(offsets) > 500) == ([], True)


def test_whitespace_duplicate_names_and_missing_parts_are_detected(scenario: Scenario):
    raw = file_of(scenario, approved(scenario))
    changed = {
        "no line feed": raw[:-1],
        "two line feeds": raw + b"\n",
        "a space": raw.replace(b'"signature":{', b'"signature": {', 1),
        "laid out": json.dumps(json.loads(raw), indent=1).encode(),
        "twice": raw[:-2] + b',"signature":{}}\n',
        "more": raw[:-2] + b',"z":1}\n',
        "half": raw[: len(raw) // 2],
        "nothing": b"",
        "deep": b'{"bundle":' + b"[" * 100_000,
        "numbers": b'{"bundle":{"format":' + b"9" * 5000 + b"}}",
        "a list": b"[]",
        "zip": b"PK\x03\x04" + bytes(100),
    }

    assert {name: bool(faults(bundle)) for name, bundle in changed.items()} == dict.fromkeys(changed, True)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda content: content["verification"].update(id=7), "the verification is malformed"),
        (lambda content: content["verification"]["checks"][0].update(status=None), "the verification is malformed"),
        (lambda content: content.update(gaps={}), "the verification is malformed"),
        (lambda content: content["chain"][0].update(sequence=True), "a link of the chain is malformed"),
        (lambda content: content["chain"][0].update(key_id=None), "a link of the chain is malformed"),
        (lambda content: content.update(chain={}), "chain is not a list"),
    ],
)  # fmt: skip
def test_malformed_part_is_reported(scenario: Scenario, change: Any, part: str):
    raw = change_and_sign(file_of(scenario, approved(scenario)), change)

    assert faults(raw) == [f"A part of the bundle is missing or malformed: {part}."]


def test_signature_of_another_algorithm_is_not_valid(scenario: Scenario):
    raw = file_of(scenario, approved(scenario)).replace(b'"algorithm":"Ed25519"', b'"algorithm":"none"')

    assert faults(raw) == [
        "The signature of the bundle is not valid: the bundle was changed after it was signed."
    ]


def drop(index: int) -> Callable[[dict[str, Any]], Any]:
    return lambda content: content["chain"].pop(index)


def swap_links(content: dict[str, Any]) -> None:
    content["chain"][1], content["chain"][2] = content["chain"][2], content["chain"][1]


def falsify_body(content: dict[str, Any]) -> None:
    content["chain"][1]["body"] = content["chain"][1]["body"].replace('"value":1.5', '"value":1.6')


def replace_signature(content: dict[str, Any]) -> None:
    content["chain"][1]["signature"] = content["chain"][3]["signature"]


def replace_signed_link(content: dict[str, Any]) -> None:
    """Replace a link by another one that the key has signed too."""
    link, signer = content["chain"][1], chain.keyring().signer
    assert signer
    body = link["body"].replace('"value":1.5', '"value":1.6')
    head = Head.with_body(content["project"]["id"], link["sequence"], link["previous_hash"], body)
    link |= {"body": body, "body_sha256": head.body_sha256, "hash": head.hash}
    link["signature"] = signer.sign(head.text)


def falsify_result(content: dict[str, Any]) -> None:
    content["verification"]["result"] = "failed"


def falsify_value(content: dict[str, Any]) -> None:
    content["verification"]["checks"][0]["after"] = "0"


def leave_out_link(content: dict[str, Any]) -> None:
    """Leave a link of the verification out, as if it belonged to another one."""
    content["chain"].pop(1)
    content["gaps"].append([2, 2])


def falsify_check_key(content: dict[str, Any]) -> None:
    content["chain"][1]["key"] = "meta_title"


def falsify_kind(content: dict[str, Any]) -> None:
    content["chain"][1]["kind"] = "verdict"


def replace_project(content: dict[str, Any]) -> None:
    content["project"]["id"] = content["project"]["organization_id"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (drop(1), "Link 3: it comes after link 1. Links are missing, or their order was changed."),
        (
            drop(2),
            "Link 4 (verdict:approved): it comes after link 2. Links are missing, or their order was changed.",
        ),
        (drop(3), "The result is passed in the bundle, but not in the links."),
        (swap_links, "Link 3: it comes after link 1. Links are missing, or their order was changed."),
        (falsify_body, "Link 2 (security_header_csp): its body does not match its hash."),
        (replace_signature, "Link 2 (security_header_csp): its signature by the key test is not valid."),
        (replace_signed_link, "Link 3: its previous_hash is not the hash of link 2."),
        (falsify_result, "The result is failed in the bundle, but not in the links."),
        (falsify_value, "security_header_csp: the value in the bundle differs from the value in its link."),
        (leave_out_link, "Link 4 (verdict:approved): an earlier link of the same verification is missing."),
        (
            falsify_check_key,
            "Link 2 (meta_title): its key is 'security_header_csp', but the bundle has 'meta_title'.",
        ),
        (falsify_kind, "Link 2 (security_header_csp): its type is 'check', but the bundle has 'verdict'."),
        (replace_project, "Link 1: its hash does not match its content."),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_first_invalid_link_is_reported_with_the_reason(scenario: Scenario, change: Any, sentence: str):
    raw = file_of(scenario, approved(scenario, others_between=1))

    assert faults(change_and_sign(raw, change)) == [sentence]


def test_links_of_another_verification_are_reported(scenario: Scenario):
    verification = approved(scenario)
    other = str(factories.verification(scenario).pk)

    found = faults(
        change_and_sign(
            file_of(scenario, verification), lambda content: content["verification"].update(id=other)
        )
    )

    assert found == [
        f"Link 2 (security_header_csp): its verification_id is {str(verification.pk)!r},"
        f" but the bundle has {other!r}."
    ]


def test_many_links_between_are_reported_as_a_gap(scenario: Scenario, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("remediation.evidence.export.MAX_LINKS_BETWEEN", 2)
    raw = file_of(scenario, approved(scenario, others_between=3))

    assert (
        "note",
        "Links 3 to 5 belong to other verifications and are too many to be included.",
    ) in result_lines(raw)
    assert faults(raw) == []


def test_unsigned_links_of_format_1_are_valid_by_their_hash(scenario: Scenario):
    verification = factories.verification(scenario)
    body = canonical(
        {
            "sequence": 1,
            "verification_id": str(verification.pk),
            "key": "security_header_csp",
            "after": "passed",
        }
    )
    EvidenceChain.objects.create(project=scenario.project, sequence=0, hash=GENESIS)
    Evidence.objects.create(
        project=scenario.project,
        verification=verification,
        sequence=1,
        key="security_header_csp",
        body=body,
        previous_hash=GENESIS,
        hash=hash_of_format_1(GENESIS, body),
    )

    words = result_lines(file_of(scenario, verification), keys_of_the_installation())

    assert (
        "note",
        "Link 1 (security_header_csp): its hash is valid. It was written before links were signed.",
    ) in words
    assert "invalid" not in {word for word, _ in words}


def test_link_of_format_1_has_its_body_beside_another_verification(scenario: Scenario):
    earlier, verification = factories.verification(scenario), factories.verification(scenario)
    body = canonical({"sequence": 1, "verification_id": str(earlier.pk), "key": "", "after": "passed"})
    digest = hash_of_format_1(GENESIS, body)
    EvidenceChain.objects.create(project=scenario.project, sequence=0, hash=GENESIS)
    Evidence.objects.create(
        project=scenario.project,
        verification=earlier,
        sequence=1,
        body=body,
        previous_hash=GENESIS,
        hash=digest,
    )
    chain.append(verification, "security_header_csp", SEEN)

    raw = file_of(scenario, verification)

    assert json.loads(raw)["bundle"]["chain"][0]["body"] == body
    assert faults(raw, keys_of_the_installation()) == []


def test_bundle_includes_screenshots_and_detects_replaced_ones(
    scenario: Scenario, settings: Any, tmp_path: Path
):
    settings.MEDIA_ROOT = str(tmp_path)
    kept, lost = screenshots.store(scenario.project.pk, b"jpeg"), "0" * 64
    verification = factories.verification(scenario)
    page = {"url": "https://example.com/", "evidence": {"screenshots": {"page": kept, "element": lost}}}
    chain.append(verification, "security_header_csp", {"after": "passed", "pages": [page]})

    raw = file_of(scenario, verification)

    words = result_lines(raw, keys_of_the_installation())
    assert ("valid", "Screenshots: 1. The hash of each is in a link.") in words
    assert ("note", "Screenshots whose hashes are in links, but which are not in the file: 1.") in words
    assert faults(change_and_sign(raw, lambda content: content["screenshots"][0].update(base64="eA=="))) == [
        f"The screenshot {kept[:12]}… does not match its hash."
    ]


def test_screenshots_are_limited_and_not_public(
    scenario: Scenario, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    settings.MEDIA_ROOT = str(tmp_path)
    stored = [screenshots.store(scenario.project.pk, image) for image in (b"12", b"345", b"6")]
    verification = factories.verification(scenario)
    named = {f"page {index}": sha256 for index, sha256 in enumerate(stored)}
    chain.append(verification, "security_header_csp", {"pages": [{"evidence": {"screenshots": named}}]})
    monkeypatch.setattr("remediation.evidence.export.MAX_SCREENSHOT_BYTES", 5)

    contents = [json.loads(export.bundle(verification, public=public))["bundle"] for public in (False, True)]

    assert [[screenshot["sha256"] for screenshot in content["screenshots"]] for content in contents] == [
        stored[:2],
        [],
    ]


def test_export_requires_a_signing_key(scenario: Scenario, settings: Any):
    settings.KRAFTER_SIGNING_KEYS = ""

    response = scenario.client.call("get", f"verifications/{approved(scenario).pk}/evidence/bundle")

    assert (response.status_code, response.json()["error"]["code"]) == (409, "no_signing_key")


@pytest.mark.parametrize("form", ["jwks", "pem", "base64"])
def test_key_is_accepted_in_three_formats(scenario: Scenario, tmp_path: Path, form: str, capsys: Any):
    (tmp_path / "bundle.json").write_bytes(file_of(scenario, approved(scenario)))
    public = next(iter(chain.keyring().public.values()))
    der = bytes.fromhex("302a300506032b6570032100") + public
    forms = {
        "jwks": Client().get("/.well-known/krafter-evidence-keys.json").content,
        "pem": b"-----BEGIN PUBLIC KEY-----\n" + base64.b64encode(der) + b"\n-----END PUBLIC KEY-----\n",
        "base64": base64.b64encode(public),
    }
    (tmp_path / "key").write_bytes(forms[form])

    ended = main([str(tmp_path / "bundle.json"), "--public-key", str(tmp_path / "key")])

    assert (ended, "The bundle is signed by a trusted key" in " ".join(capsys.readouterr().out.split())) == (
        0,
        True,
    )


def test_unreadable_bundle_differs_from_invalid_bundle(tmp_path: Path, capsys: Any):
    (tmp_path / "bundle.json").write_text("{}")
    (tmp_path / "key").write_text("no key")

    answers = [
        main([str(tmp_path / "bundle.json")]),
        main([str(tmp_path / "nowhere.json")]),
        main([str(tmp_path / "bundle.json"), "--public-key", str(tmp_path / "key")]),
    ]

    assert answers == [1, 2, 2]


@pytest.mark.parametrize(
    "key",
    ['{"keys":5}', '{"keys":{}}', '{"keys":[5]}', '{"keys":' + "[" * 100_000, '{"a":' * 100_000, "{"],
    ids=["number", "object", "no key", "deep list", "deep object", "no JSON"],
)
def test_file_without_public_keys_is_named_in_a_sentence(key: str, tmp_path: Path, capsys: Any):
    (tmp_path / "bundle.json").write_text("{}")
    (tmp_path / "key").write_text(key)

    ended = main([str(tmp_path / "bundle.json"), "--public-key", str(tmp_path / "key")])

    said = capsys.readouterr().err
    assert (ended, said.startswith("verify-evidence: "), said.count("\n")) == (2, True, 1)


def test_command_runs_without_settings_and_database(scenario: Scenario, tmp_path: Path):
    (tmp_path / "bundle.json").write_bytes(file_of(scenario, approved(scenario)))
    refuse = "import sys; sys.modules.update(dict.fromkeys(['django', 'celery', 'psycopg', 'orjson']))"
    run = f"{refuse}; from scanner.evidence_bundle.__main__ import main; sys.exit(main(['bundle.json']))"

    ended = subprocess.run(
        [sys.executable, "-c", run],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(installed.BASE_DIR)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.endswith("bundle.json is valid.\n")
