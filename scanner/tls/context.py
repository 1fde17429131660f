"""The TLS facts of a page: the handshake with its site, and the outdated versions it accepts."""

import socket

from krafter_audit.http.client import HttpError, ParsedUrl, Response, dial
from krafter_audit.http.transport import tls_context
from scanner import preconditions
from scanner.fetcher import Fetcher, as_inconclusive
from scanner.page.page import Page
from scanner.parsing.registrable_domain import host_of, same_site
from scanner.tls import probe


class TlsContext(Fetcher):
    url: str

    @property
    def tls(self) -> probe.Handshake | None:
        """The handshake with the site; None when it is not served over https."""
        return self.once("tls", self._shake_hands)

    def _shake_hands(self) -> probe.Handshake | None:
        endpoint = self._tls_endpoint()
        if endpoint is None:
            return None
        host, port = endpoint
        trusted = tls_context(self.client.ca_file, verify=True)  # the trusted roots of the HTTP client

        def attempt() -> probe.Handshake:
            return probe.shake_hands(host, port, self._dialer(host, port), trusted)

        return self.with_retries(attempt, lambda _: False)

    @property
    def tls_old(self) -> list[str]:
        """The outdated TLS versions that the site accepts, also if it accepts no other."""
        return self.once("tls_old", self._find_old_versions)

    def _find_old_versions(self) -> list[str]:
        endpoint = self._tls_endpoint()
        return probe.old_versions_accepted(endpoint[0], self._dialer(*endpoint)) if endpoint else []

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

    def _dialer(self, host: str, port: int) -> probe.Dial:
        target = ParsedUrl("https", host, port, "/")

        def connect() -> tuple[socket.socket, str]:
            self.budget.spend()
            with self.client.throttle.slot(target):
                return dial(host, port, policy=self.client.policy, timeout=probe.TIMEOUT)

        return connect
