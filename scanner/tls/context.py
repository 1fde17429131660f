"""What the checks of TLS look at: the handshake with the site, and the versions that it still speaks."""

import socket
from urllib.parse import urljoin, urlsplit

from krafter_audit.http.client import ParsedUrl, dial
from scanner import preconditions
from scanner.fetcher import Fetcher
from scanner.page import Page
from scanner.parsing.registrable_domain import host_of, same_site
from scanner.tls import probe

REDIRECTS = (301, 302, 303, 307, 308)


class TlsFacts(Fetcher):
    """The facts of the TLS that a page's site speaks."""

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
        # Here, since the web, which tells of the checks, has no use for what sends requests.
        from krafter_audit.http.transport import tls_context

        trusted = tls_context(self.client.ca_file, verify=True)  # what the requests trust, and no more

        def attempt() -> probe.Handshake:
            return probe.shake_hands(host, port, self._dialler(host, port), trusted)

        return self.patiently(attempt, lambda _: False)

    @property
    def tls_old(self) -> list[str]:
        """The outdated TLS versions that the site still speaks."""
        handshake = self.tls
        if handshake is None:
            return []
        dialler = self._dialler(handshake.host, handshake.port)
        return self.once("tls_old", lambda: probe.old_versions_accepted(handshake.host, dialler))

    def _tls_endpoint(self) -> tuple[str, int] | None:
        """The host and port that speak TLS: the page's own, or those that its http:// address leads to."""
        url = self.url
        if urlsplit(url).scheme != "https":
            first = self.ask("tls", "GET", url)
            if first.status not in REDIRECTS:
                preconditions.refuse_error_status(Page(first))
                return None
            url = urljoin(url, first.headers.get("location") or "")
        parts = urlsplit(url)
        if parts.scheme != "https" or not same_site(host_of(url), host_of(self.url)):
            return None
        return host_of(url), parts.port or 443

    def _dialler(self, host: str, port: int) -> probe.Dial:
        target = ParsedUrl("https", host, port, "/")

        def connect() -> tuple[socket.socket, str]:
            self.budget.spend()
            with self.client.throttle.slot(target):
                return dial(host, port, policy=self.client.policy, timeout=probe.TIMEOUT)

        return connect
