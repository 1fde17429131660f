"""What is not a proper body gets a clear refusal and changes nothing."""

from contextlib import nullcontext
from io import BytesIO
from typing import Any

import pytest
from django.test import RequestFactory

from krafter_audit.api import request_body
from krafter_audit.api.errors import PayloadTooLarge
from krafter_audit.api.parsers import MEBIBYTE
from remediation.models import Task
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def send(scenario: Scenario, raw: bytes, content_type: str = "application/json"):
    finding = factories.finding(scenario)
    response = scenario.client.post(
        "tasks", raw.replace(b"FINDING", str(finding.pk).encode()), content_type=content_type
    )
    assert Task.objects.count() == (1 if response.status_code == 201 else 0)
    return response


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"nonsense",
        b"{'single': 'quotes'}",
        b'{"a": 1,}',
        b'{"a": 1} extra',
        b'\xff\xfe{"a": 1}',
        b'{"title": NaN}',
        b'{"title": Infinity}',
        b'{"title": 1e999}',
        b'{"title": "a", "title": "b"}',
        b'{"finding_id": {"x": 1, "x": 2}}',
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 70 + b"1" + b"}" * 70,
        b'{"title": "raw \x00 NUL"}',
    ],
    ids=lambda raw: repr(raw[:24]),
)
def test_invalid_json_is_malformed(scenario: Scenario, raw: bytes):
    response = send(scenario, raw)

    assert (response.status_code, response.json()["error"]["code"]) == (400, "malformed_json")


def test_message_about_a_long_number_says_nothing_of_the_implementation(scenario: Scenario):
    response = send(scenario, b'{"title": ' + b"9" * 5000 + b"}")

    message = response.json()["error"]["message"]
    assert message == "The body is not valid JSON: a number has too many digits."


@pytest.mark.parametrize(
    "raw",
    [
        b"[]",
        b'"text"',
        b"7",
        b"null",
        b"true",
        b"{}",
        b'{"finding_id": "FINDING"}',
        b'{"finding_id": "FINDING", "title": ""}',
        b'{"finding_id": "FINDING", "title": "   "}',
        b'{"finding_id": "FINDING", "title": 5}',
        b'{"finding_id": "FINDING", "title": true}',
        b'{"finding_id": "FINDING", "title": ["a"]}',
        b'{"finding_id": "FINDING", "title": null}',
        b'{"finding_id": 5, "title": "a"}',
        b'{"finding_id": "not a uuid", "title": "a"}',
        b'{"finding_id": "FINDING", "title": "a", "priority": "urgent"}',
        b'{"finding_id": "FINDING", "title": "a", "priority": 1}',
        b'{"finding_id": "FINDING", "title": "a", "prioritty": "high"}',
        b'{"finding_id": "FINDING", "title": "a", "sla_due_at": "tomorrow"}',
        b'{"finding_id": "FINDING", "title": "a", "sla_due_at": 1234567890}',
        b'{"finding_id": "FINDING", "title": "a", "sla_due_at": "0001-01-01T00:00:00+14:00"}',
        b'{"finding_id": "FINDING", "title": "a", "sla_due_at": "9999-12-31T23:59:59-14:00"}',
        b'{"finding_id": "FINDING", "title": "a", "sla_due_at": "2027-02-30T00:00:00Z"}',
        b'{"finding_id": "FINDING", "title": "a", "owner_id": "22222222-2222-2222-2222-222222222222"}',
        b'{"finding_id": "FINDING", "title": "a", "pr_url": "javascript:alert(1)"}',
        b'{"finding_id": "FINDING", "title": "a", "pr_url": "ftp://example.com/x"}',
        b'{"finding_id": "FINDING", "title": "a", "pr_url": "http://[::1"}',
        b'{"finding_id": "FINDING", "title": "NUL \\u0000"}',
        b'{"finding_id": "FINDING", "title": "lone \\ud800 surrogate"}',
        b'{"finding_id": "FINDING", "title": "' + b"a" * 301 + b'"}',
    ],
    ids=lambda raw: repr(raw[-40:]),
)
def test_invalid_field_of_valid_json_is_named(scenario: Scenario, raw: bytes):
    response = send(scenario, raw)

    assert (response.status_code, response.json()["error"]["code"]) == (422, "invalid_params")
    details = response.json()["error"]["details"]
    assert details
    assert all(isinstance(lines, list) and lines for lines in details.values())


def test_all_invalid_fields_are_reported_together(scenario: Scenario):
    response = send(scenario, b'{"title": 5, "prioritty": "high"}')

    assert set(response.json()["error"]["details"]) == {"finding_id", "title", "prioritty"}


def test_a_paired_surrogate_is_text_like_any_other(scenario: Scenario):
    assert (
        send(scenario, b'{"finding_id": "FINDING", "title": "\\ud83d\\ude00"}').json()["data"]["title"]
        == "😀"
    )


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_another_content_type_is_rejected(scenario: Scenario, content_type: str):
    response = send(scenario, b'{"finding_id": "FINDING", "title": "a"}', content_type)

    assert (response.status_code, response.json()["error"]["code"]) == (415, "unsupported_media_type")


def test_body_over_one_mebibyte_is_too_large(scenario: Scenario):
    response = send(scenario, b'{"title": "' + b"a" * MEBIBYTE + b'"}')

    assert (response.status_code, response.json()["error"]["code"]) == (413, "payload_too_large")


def test_a_bulk_may_be_larger_but_not_over_sixteen(scenario: Scenario):
    fifth = b"a" * (MEBIBYTE // 5)
    found = [
        b'{"domain": "seo", "title": "%d", "evidence": {"x": "%s"}}' % (number, fifth) for number in range(10)
    ]
    big = b'{"findings": [%s]}' % b",".join(found)
    huge = big.replace(b"a" * 100, b"a" * 1000)

    assert scenario.client.post("findings/bulk", big, content_type="application/json").status_code == 200
    assert scenario.client.post("findings/bulk", huge, content_type="application/json").status_code == 413


@pytest.mark.parametrize("value", ["[]", "{}", "0", "[[[[[]]]]]"])
def test_body_of_very_many_values_is_too_large(scenario: Scenario, value: str):
    evidence = ",".join([value] * (4_000_001 // len(value)))
    body = f'{{"findings": [{{"domain": "seo", "title": "a", "evidence": {{"log": [{evidence}]}}}}]}}'

    response = scenario.client.post("findings/bulk", body, content_type="application/json")

    assert (response.status_code, response.json()["error"]["code"]) == (413, "payload_too_large")
    assert response.json()["error"]["message"] == "The body has more than 2,000,000 values."


def test_numbers_beyond_64_bits_in_a_free_form_come_back_as_they_went(scenario: Scenario):
    raw = b'{"config": {"big": 123456789012345678901234567890, "one": 1.0}}'

    scenario.client.put("policies/current", raw, content_type="application/json")

    assert (
        b'{"big":123456789012345678901234567890,"one":1.0}'
        in scenario.client.call("get", "policies/current").content
    )


def test_config_returns_its_keys_in_the_order_sent(scenario: Scenario):
    raw = b'{"config": {"z": 1, "a": {"y": 2, "b": 3}, "m": []}}'

    scenario.client.put("policies/current", raw, content_type="application/json")

    assert b'{"z":1,"a":{"y":2,"b":3},"m":[]}' in scenario.client.call("get", "policies/current").content


def without_length(scenario: Scenario, path: str, raw: bytes, *, marked: bool = True) -> Any:
    """Send a body the way a server hands over a chunked one: no length, but an end."""
    environ: dict[str, Any] = {"wsgi.input": BytesIO(raw), "wsgi.input_terminated": marked}
    return scenario.client.post(
        path, content_type="application/json", CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked", **environ
    )


def test_a_body_without_a_length_is_read_to_its_end(scenario: Scenario):
    response = without_length(scenario, "findings", b'{"domain": "seo", "title": "In pieces"}')

    assert (response.status_code, response.json()["data"]["title"]) == (201, "In pieces")


def test_a_body_without_a_length_has_the_same_limit(scenario: Scenario):
    response = without_length(scenario, "findings", b'{"title": "' + b"a" * MEBIBYTE + b'"}')

    assert (response.status_code, response.json()["error"]["code"]) == (413, "payload_too_large")


def test_too_large_body_is_read_completely_before_it_is_rejected():
    """A client that is still sending when the connection ends never sees the answer."""
    sent = BytesIO(b"a" * 20 * MEBIBYTE)

    with pytest.raises(PayloadTooLarge):
        request_body.reject(sent, MEBIBYTE)

    assert sent.read() == b""


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize(("size", "is_refused"), [(MEBIBYTE, False), (MEBIBYTE + 1, True)])
def test_body_of_the_limit_is_accepted_and_one_byte_more_is_rejected(
    is_chunked: bool, size: int, is_refused: bool
):
    stream = BytesIO(b"a" * size)
    environ: dict[str, Any] = {"wsgi.input": stream, "CONTENT_LENGTH": str(size)}
    if is_chunked:
        environ |= {
            "CONTENT_LENGTH": "",
            "HTTP_TRANSFER_ENCODING": "chunked",
            "wsgi.input_terminated": True,
        }
    request = RequestFactory().generic("POST", "/", **environ)

    with pytest.raises(PayloadTooLarge) if is_refused else nullcontext():
        request_body.limit_body(request, MEBIBYTE)

    assert stream.tell() == (0 if not is_chunked and not is_refused else size)


@pytest.mark.parametrize("length", ["²", "9" * 5000, "-1", "x"])
def test_length_that_is_no_number_is_not_read(length: str):
    # Django takes such a length for 0.
    stream = BytesIO(b"abc")
    request = RequestFactory().generic("POST", "/", **{"wsgi.input": stream, "CONTENT_LENGTH": length})

    request_body.limit_body(request, MEBIBYTE)

    assert stream.tell() == 0


@pytest.mark.parametrize("digits", [19, 4300])
def test_length_of_many_digits_is_refused(digits: int):
    # Django would read all that the client sends.
    stream = BytesIO(b"abc")
    request = RequestFactory().generic("POST", "/", **{"wsgi.input": stream, "CONTENT_LENGTH": "9" * digits})

    with pytest.raises(PayloadTooLarge):
        request_body.limit_body(request, MEBIBYTE)


class Endless(BytesIO):
    """A stream without an end that counts what was read."""

    given = 0

    def read(self, size: int | None = -1) -> bytes:
        self.given += size or 0
        return b"a" * (size or 0)


@pytest.mark.parametrize(
    "environ",
    [
        {"HTTP_TRANSFER_ENCODING": "chunked"},  # without the server's mark of an end
        {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True, "CONTENT_LENGTH": "5"},
        {"wsgi.input_terminated": True},
    ],
)
def test_stream_without_a_known_end_is_not_read(environ: dict[str, Any]):
    stream = Endless()
    request = RequestFactory().generic("POST", "/", **{"wsgi.input": stream, "CONTENT_LENGTH": "", **environ})

    request_body.limit_body(request, MEBIBYTE)

    assert stream.given == 0


def test_endless_body_is_rejected_after_64_mebibytes():
    stream = Endless()

    with pytest.raises(PayloadTooLarge):
        request_body.reject(stream, MEBIBYTE)

    assert stream.given == request_body.MAX_DRAINED_BYTES + request_body.CHUNK_BYTES


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate, gzip"])
def test_encoded_body_is_rejected(scenario: Scenario, encoding: str):
    response = scenario.client.call(
        "post", "findings", {"domain": "seo", "title": "Packed"}, content_encoding=encoding
    )

    assert (response.status_code, response.json()["error"]["code"]) == (415, "unsupported_media_type")
