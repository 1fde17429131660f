"""Header lines that browsers ignore do not make a response invalid."""

import time
from collections.abc import Callable

import pytest

from krafter_audit.http.client import Client, Unreachable
from krafter_audit.http.response_head import MAX_HEAD_BYTES, ResponseHeads
from tests.fakes.raw_servers import Server, answer, sends

type Serve = Callable[..., Server]

OK = b"HTTP/1.1 200 OK\r\n"


def filtered(*pieces: bytes) -> bytes:
    heads = ResponseHeads()
    return b"".join(heads.feed(piece) for piece in [*pieces, b""])


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b"X Foo: bar\r\nServer: x\r\n", b"Server: x\r\n"),
        (b": no name\r\nServer: x\r\n", b"Server: x\r\n"),
        (b"X-\xe9: bar\r\nServer: x\r\n", b"Server: x\r\n"),
        (b"X Foo: bar\r\n folded\r\n\tagain\r\nServer: x\r\n", b"Server: x\r\n"),
        (b" folded first\r\nServer: x\r\n", b"Server: x\r\n"),
        (b" Server: x\r\n", b""),
        (b"no colon\r\nServer: x\r\n", b"Server: x\r\n"),
        (b"no colon\r\n folded\r\n Age: 1\r\nServer: x\r\n", b"Server: x\r\n"),
        (b"X Foo: bar\r\n Server: x\r\n", b""),
        (b"Server \t: x\r\n", b"Server: x\r\n"),
        (b"Server: x\r\n y\r\n", b"Server: x\r\n y\r\n"),
        (b"Server: a: b\nX Foo: bar\nAge: 1\r\n", b"Server: a: b\nAge: 1\r\n"),
        (b"", b""),
    ],
)
def test_lines_without_a_valid_name_are_left_out(sent: bytes, kept: bytes) -> None:
    assert filtered(OK + sent + b"\r\nX Foo: body") == OK + kept + b"\r\nX Foo: body"


@pytest.mark.parametrize("line", [b"X\rContent-Length: 1\r\n", b"X\x00Foo: bar\r\n", b"no\rcolon\r\n"])
def test_other_invalid_lines_stay_for_the_parser_to_reject(line: bytes) -> None:
    assert filtered(OK + line + b"\r\n") == OK + line + b"\r\n"


def test_head_may_come_in_pieces_and_after_informational_ones() -> None:
    sent = b"HTTP/1.1 103 Early Hints\r\nX Foo: a\r\nLink: b\r\n\r\n" + OK + b"X Foo: a\r\nAge: 1\r\n\r\nbody"
    expected = b"HTTP/1.1 103 Early Hints\r\nLink: b\r\n\r\n" + OK + b"Age: 1\r\n\r\nbody"
    assert filtered(sent) == filtered(*(sent[index : index + 1] for index in range(len(sent)))) == expected


def test_head_in_pieces_of_one_byte_takes_linear_time() -> None:
    head = OK + b"A:b\r\n" * 19_000 + b"\r\n"
    heads, started = ResponseHeads(), time.process_time()
    passed = b"".join(heads.feed(head[index : index + 1]) for index in range(len(head)))
    assert passed == head
    assert time.process_time() - started < 2.0  # 10 s when each piece is searched from the start


def test_incomplete_and_endless_heads_are_passed_on() -> None:
    assert filtered(OK + b"X Foo: bar") == OK + b"X Foo: bar"
    endless = OK + b"X Foo: bar\r\n" * (MAX_HEAD_BYTES // 10)
    heads = ResponseHeads()
    assert heads.feed(endless) == endless
    assert heads.feed(b"X Foo: bar\r\n\r\n") == b"X Foo: bar\r\n\r\n"


def test_response_with_a_space_in_a_header_name_is_read(serve: Serve, client: Client) -> None:
    server = serve(sends(answer(headers=["X Foo: bar", "Server : x"])))
    response = client.get(server.url)
    assert (response.text, response.headers.items()) == ("hello", [("Content-Length", "5"), ("Server", "x")])


def test_response_with_a_line_without_a_colon_is_read(serve: Serve, client: Client) -> None:
    server = serve(sends(answer(headers=["<br />", "Warning - no colon", "Server: x"])))
    response = client.get(server.url)
    assert (response.text, response.headers.items()) == ("hello", [("Content-Length", "5"), ("Server", "x")])


@pytest.mark.parametrize(
    "headers", [["Content-Length : 4"], ["Transfer-Encoding : chunked", "Transfer-Encoding: chunked"]]
)
def test_contradictory_lengths_are_invalid_with_spaces_too(
    headers: list[str], serve: Serve, client: Client
) -> None:
    with pytest.raises(Unreachable, match="did not answer with valid HTTP"):
        client.get(serve(sends(answer(headers=headers))).url)


def test_location_with_a_space_in_its_name_is_not_followed(serve: Serve, client: Client) -> None:
    server = serve(sends(answer(status="302 Found", headers=["X Location: http://10.0.0.1/"])))
    assert client.get(server.url, follow_redirects=True).status == 302
