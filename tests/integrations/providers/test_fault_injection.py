"""What holds for every adapter against a hostile far end: two failures and no third, few requests, and no secret sent
elsewhere."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from integrations.providers import ADAPTERS, PROVIDERS
from integrations.providers.base import Expired, Refused, Tracker, Unavailable
from krafter_audit.http.client import Client, Limits
from tests.fakes.dialects.github import Answer, Request
from tests.integrations.providers.vendors import DRAFT, VENDORS, Raw, Vendor, exchanged, serve

TRACKERS = [name for name in PROVIDERS if issubclass(ADAPTERS[name], Tracker)]
LIMITS = Limits(connect=1.0, read=2.0, total=2.0, body=100_000)


@pytest.fixture(params=VENDORS)
def vendor(request: pytest.FixtureRequest) -> Iterator[Vendor]:
    """Each that has sound answers to be spoilt, in turn."""
    with serve(request.param) as served:
        yield served


@pytest.fixture
def client(settings: Settings) -> Iterator[Client]:
    """The guarded client, with little patience."""
    settings.KRAFTER_ALLOWED_NETWORKS = "127.0.0.0/8"
    with Client(limits=LIMITS) as made:
        yield made


def always(*answer: Any) -> Callable[[Request, Answer], Any]:
    """Answer everything with this."""
    return lambda request, sound: answer if len(answer) == 3 else answer[0]


def cut(content: bytes) -> Raw:
    """An answer that breaks off before it is whole."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content) + 9}\r\n\r\n"
    return Raw(head.encode() + content)


def http_date(after: timedelta) -> str:
    return (datetime.now(UTC) + after).strftime("%a, %d %b %Y %H:%M:%S GMT")


@dataclass(frozen=True)
class Fault:
    """What everything is answered with, and what is to come of it."""

    answer: Any
    kind: type[Exception]
    requests: int  # at most: 3 where asking again may help, 1 where it does not
    waits: tuple[float, float] | None = None  # seconds until the provider lets us in again


A_MINUTE_OR_MORE = (50.0, 20 * 60.0)
HTML = {"Content-Type": "text/html"}
FAULTS: dict[str, Fault] = {
    "500": Fault(always(500, {}, {}), Unavailable, 3),
    "503 with a page": Fault(always(503, HTML, b"<html>"), Unavailable, 3),
    "429 that names a time": Fault(always(429, {"Retry-After": "30"}, {}), Unavailable, 1, (25.0, 31.0)),
    "429 that names none": Fault(always(429, {}, {}), Unavailable, 1, A_MINUTE_OR_MORE),
    "429 with a page": Fault(always(429, HTML, b"<html>"), Unavailable, 1, A_MINUTE_OR_MORE),
    "429 for a million years": Fault(
        always(429, {"Retry-After": "9" * 400}, {}), Unavailable, 1, (86_000.0, 86_401.0)
    ),
    "429 with nonsense": Fault(
        always(429, {"Retry-After": "-5, soon"}, {}), Unavailable, 1, A_MINUTE_OR_MORE
    ),
    "a page": Fault(always(200, HTML, b"<html>Please sign in</html>"), Unavailable, 3),
    "nothing": Fault(always(200, {}, b""), Unavailable, 3),
    "null": Fault(always(200, {}, None), Unavailable, 3),
    "a number": Fault(always(200, {}, 7), Unavailable, 3),
    "a list": Fault(always(200, {}, [7]), Unavailable, 3),
    "an empty object": Fault(always(200, {}, {}), (Unavailable, Refused), 6),  # type: ignore[arg-type]
    "half of the JSON": Fault(always(200, {}, b'{"id": 1, "na'), Unavailable, 3),
    "brackets without end": Fault(always(200, {}, b"[" * 90_000), Unavailable, 3),
    "a body that breaks off": Fault(always(cut(b'{"id": 1')), Unavailable, 3),
    "more than is read": Fault(always(200, {}, b" " * 200_000), Unavailable, 3),
    "silence": Fault(always(Raw(b"")), Unavailable, 3),
    "no HTTP": Fault(always(Raw(b"SSH-2.0-OpenSSH_9\r\n")), Unavailable, 3),
    "401": Fault(always(401, {}, {}), Expired, 1),
    "403": Fault(always(403, {}, {}), Refused, 1),
    "404": Fault(always(404, {}, {}), Refused, 1),
    "a status of its own": Fault(always(799, {}, {}), (Unavailable, Refused), 3),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_a_refusal_or_an_outage_and_nobody_is_asked_on_and_on(
    vendor: Vendor, client: Client, fault: Fault
) -> None:
    vendor.fault = fault.answer

    adapter = vendor.adapter(client)

    with pytest.raises(fault.kind) as caught:
        adapter.check()

    assert len(vendor.requests) <= fault.requests
    assert [secret for secret in adapter.secrets.values() if secret in str(caught.value)] == []
    if fault.waits:
        until = getattr(caught.value, "retry_at", None)
        assert until is not None
        assert fault.waits[0] <= (until - datetime.now(UTC)).total_seconds() <= fault.waits[1]


def test_a_page_in_between_is_asked_for_again(vendor: Vendor, client: Client) -> None:
    pages = iter([(200, HTML, b"<html>Back in a minute</html>")] * 2)
    vendor.fault = lambda request, sound: next(pages, sound)

    vendor.adapter(client).check()

    assert next(pages, None) is None


def test_everything_is_exchanged_where_nothing_is_wrong(vendor: Vendor, client: Client) -> None:
    assert exchanged(vendor.adapter(client)) > 0


def test_a_redirect_to_another_host_is_not_followed(vendor: Vendor, client: Client) -> None:
    with serve("github") as other:
        vendor.fault = always(302, {"Location": f"{other.url}/elsewhere"}, {})

        with pytest.raises((Refused, Unavailable)):
            vendor.adapter(client).check()

        assert other.requests == []


def test_a_next_page_on_another_host_is_not_asked_for(vendor: Vendor, client: Client) -> None:
    with serve("github") as other:
        link = f'<{other.url}/x?page=2>; rel="next"; results="true"; cursor="0:1:0"'

        def elsewhere(request: Request, sound: Answer) -> Answer:
            return (sound[0], {**sound[1], "Link": link}, sound[2])

        vendor.fault = elsewhere
        try:
            exchanged(vendor.adapter(client))
        except (Refused, Unavailable) as failure:
            assert "another host" in str(failure)  # noqa: PT017 - not every vendor has links

        assert other.requests == []
        assert len(vendor.requests) < 100


def told_as(change: Callable[[Any], Any], sound: Answer) -> Answer:
    """Change the JSON of a sound answer; an empty one stays empty."""
    status, headers, content = sound
    return status, headers, content if isinstance(content, bytes) else change(json.loads(json.dumps(content)))


WORDS = (
    "state",
    "status",
    "severity",
    "level",
    "verdict",
    "robotsTxtState",
    "pageFetchState",
    "type",
    "key",
    "value",
)


def renamed(value: Any) -> Any:
    """Give every word of the vendor's lists another one that nobody knows."""
    if isinstance(value, dict):
        return {
            name: "BRAND_NEW" if name in WORDS and isinstance(inner, str) else renamed(inner)
            for name, inner in value.items()
        }
    return [renamed(inner) for inner in value] if isinstance(value, list) else value


def test_words_that_nobody_knows_break_nothing(vendor: Vendor, client: Client) -> None:
    vendor.fault = lambda request, sound: told_as(renamed, sound)

    try:
        told = exchanged(vendor.adapter(client))
    except (Refused, Unavailable):
        told = 0

    assert told >= 0
    assert len(vendor.requests) < 100


def hollow(value: Any) -> Any:
    """Empty every list and object below the first level, and make numbers of words."""
    if isinstance(value, dict):
        return {name: type(inner)() if isinstance(inner, dict | list) else 7 for name, inner in value.items()}
    return [hollow(inner) for inner in value] if isinstance(value, list) else value


def test_members_of_another_kind_are_an_outage_or_nothing(vendor: Vendor, client: Client) -> None:
    vendor.fault = lambda request, sound: told_as(hollow, sound)

    try:
        told = exchanged(vendor.adapter(client))
    except (Refused, Unavailable):
        told = 0

    assert told == 0
    assert len(vendor.requests) < 100


def with_nul(value: Any) -> Any:
    """Put a character that cannot be stored into every word."""
    if isinstance(value, dict):
        return {name: with_nul(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [with_nul(inner) for inner in value]
    return f"{value}\x00" if isinstance(value, str) else value


def test_what_cannot_be_stored_is_taken_out_of_every_answer(vendor: Vendor, client: Client) -> None:
    vendor.fault = lambda request, sound: told_as(with_nul, sound)

    assert exchanged(vendor.adapter(client)) > 0


@pytest.mark.parametrize("name", TRACKERS)
def test_a_ticket_whose_answer_was_lost_is_asked_for_once_and_found_by_its_marker(
    name: str, client: Client
) -> None:
    made: list[Request] = []

    def lose(request: Request, sound: Answer) -> Any:
        is_creation = request.method == "POST" and re.search(r"/issues?$", request.path)
        if not is_creation and "issueCreate" not in str(request.body):
            return sound
        made.append(request)
        return Raw(b"")

    with serve(name) as vendor:
        adapter = vendor.adapter(client)
        assert isinstance(adapter, Tracker)
        vendor.fault = lose
        with pytest.raises(Unavailable):
            adapter.create(DRAFT)
        vendor.fault = lambda request, sound: sound
        since = datetime.now(UTC) - timedelta(minutes=5)
        found = [ticket.marker for page in adapter.tickets(since) for ticket in page]

    assert (len(made), found) == (1, [DRAFT.marker])
