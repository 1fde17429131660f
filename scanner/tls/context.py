"""The TLS facts of a page: the handshake with its site, and the outdated versions it accepts."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from krafter_audit.http.client import HttpError, ParsedUrl, Response, dial
from krafter_audit.http.dialing import Deadline, resolve_allowed
from krafter_audit.http.transport import tls_context
from scanner import preconditions
from scanner.fetcher import Fetcher, as_inconclusive
from scanner.page.page import Page
from scanner.parsing.registrable_domain import host_of, same_site
from scanner.preconditions import Inconclusive
from scanner.tls import probe

MAX_OTHER_ADDRESSES = 3


@contextmanager
def _unless_closed() -> Iterator[None]:
    """Skip a server that accepts no connection: a browser then connects to another address."""
    try:
        yield
    except Inconclusive as error:
        if not error.unanswered:
            raise


class TlsContext(Fetcher):
    url: str
    is_verification: bool

    @property
    def tls(self) -> probe.Handshake | None:
        """The handshake with the site; None when it is not served over https."""
        return self.once("tls", self._shake_hands)

    def _shake_hands(self) -> probe.Handshake | None:
        endpoint = self._tls_endpoint()
        if endpoint is None:
            return None
        host, port = endpoint
        return self.with_retries(
            lambda: probe.shake_hands(host, port, self._dialer(host, port), self._trusting_context())
        )

    def _trusting_context(self) -> ssl.SSLContext:
        return tls_context(self.client.ca_file, as_browser=True)  # the trusted roots of the HTTP client

    @property
    def tls_elsewhere(self) -> list[probe.Handshake]:
        """In a verification, the handshakes with the other addresses of the site: each server has its certificate."""
        return self.once("tls elsewhere", self._shake_hands_elsewhere)

    def _shake_hands_elsewhere(self) -> list[probe.Handshake]:
        handshakes = []
        for endpoint, dialer in self._other_dialers():
            with _unless_closed():
                handshakes.append(probe.shake_hands(*endpoint, dialer, self._trusting_context()))
        return handshakes

    def _other_dialers(self) -> list[tuple[tuple[str, int], probe.Dial]]:
        first = self.tls
        if first is None or not self.is_verification:
            return []
        host, port = first.host, first.port
        try:
            found = resolve_allowed(host, port, self.client.policy, Deadline(probe.TIMEOUT, "The DNS lookup"))
        except HttpError as error:
            raise as_inconclusive(error) from None
        others = [str(address) for address in found if str(address) != first.address]
        return [((host, port), self._dialer(host, port, address)) for address in others[:MAX_OTHER_ADDRESSES]]

    @property
    def tls_old(self) -> list[str]:
        """The outdated TLS versions that the site accepts, also if it accepts no other."""
        return self.once("tls_old", self._find_old_versions)

    def _find_old_versions(self) -> list[str]:
        endpoint = self._tls_endpoint()
        if endpoint is None:
            return []
        accepted = probe.old_versions_accepted(endpoint[0], self._dialer(*endpoint))
        for (host, _), dialer in [] if accepted else self._other_dialers():
            with _unless_closed():
                accepted += probe.old_versions_accepted(host, dialer)
        return list(dict.fromkeys(accepted))

    def _tls_endpoint(self) -> tuple[str, int] | None:
        url = ParsedUrl.parse(self.url)
        if url.scheme != "https":
            response = self._first_response()
            if not response.is_redirect:
                preconditions.require_success_status(Page(response))
                return None
            # A page at http:// that redirects to https has its certificate there.
            try:
                url = url.join(response.location)
            except HttpError as error:
                raise as_inconclusive(error) from None
        if url.scheme != "https" or not same_site(url.host, host_of(self.url)):
            return None
        return url.host, url.port

    def _first_response(self) -> Response:
        for landing in self.named("landing"):
            if isinstance(landing, Page):
                return landing.response.history[0] if landing.response.history else landing.response
        return self.fetch("tls", "GET", self.url)

    def _dialer(self, host: str, port: int, address: str = "") -> probe.Dial:
        target = ParsedUrl("https", host, port, "/")

        def connect() -> tuple[socket.socket, str]:
            self.budget.spend()
            with self.client.throttle.slot(target):
                return dial(address or host, port, policy=self.client.policy, timeout=probe.TIMEOUT)

        return connect
