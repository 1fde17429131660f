"""Faults and fixes that are not in the page's own responses: the connection, the response time, the certificate.

`CONNECTION_FIXES` are pairs of sites, before and after a fix, served without TLS; they get the URL of a good site with
TLS. `CERTIFICATES` are TLS contexts with a fault in the certificate or the versions. `BROWSER_FIXES` are the browser
checks whose faults one page has, in the order in which they are fixed.
"""

import ssl
import tempfile
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from tests.fakes.website import Answer, Site, tls_context
from tests.unit.scanner.checks.base_page import good_site, html, page


def redirecting(*route: str, status: int = 301) -> Site:
    """Return a site that redirects from / to the first address, from there to the second, and so on."""
    answers = {
        origin: Answer(status=status, headers=[("Location", to)])
        for origin, to in zip(("/", *route), route, strict=False)
    }
    return Site(answers)


CONNECTION_FIXES: dict[str, tuple[Callable[[str], Site], Callable[[str], Site]]] = {
    # As many hops before as after, so that only their order is fixed.
    "https_redirect": (
        lambda secure: redirecting("/start", f"{secure}returns"),
        lambda secure: redirecting(f"{secure}start"),
    ),
    "redirect_permanent": (
        lambda secure: redirecting(secure, status=302),
        lambda secure: redirecting(secure),
    ),
    "password_over_http": (
        lambda _: good_site(**{"/": page(html(add='<input type="password" aria-label="Password">'))}),
        lambda _: good_site(),
    ),
    "ttfb": (lambda _: good_site(**{"/": _slow_when_timed}), lambda _: good_site()),
}
# In milliseconds: a slow server need not be waited for, and a busy machine is none.
THRESHOLDS = {"ttfb": {"ttfb": 150.0}}
PATIENT = {"ttfb": 10_000.0}


def _slow_when_timed(_method: str, headers: dict[str, str]) -> Answer:
    """Only the samples of the response time bypass every cache."""
    return page(delay=0.3 if headers.get("cache-control") == "no-cache" else 0.0)


def accept_versions_from(version: ssl.TLSVersion) -> Callable[[ssl.SSLContext], None]:
    """Return a change that makes a server accept every version of TLS from this one."""

    def change(context: ssl.SSLContext) -> None:
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = version

    return change


def with_rsa_key(authority: trustme.CA, bits: int) -> ssl.SSLContext:
    """Return a server's context with a good certificate of the authority for an RSA key of so many bits."""
    key = rsa.generate_private_key(65537, bits)
    issuer = x509.load_pem_x509_certificate(authority.cert_pem.bytes())
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a short key")]))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=90))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()),  # type: ignore[arg-type]  # trustme has EC and RSA keys alone
            critical=False,
        )
        .sign(load_pem_private_key(authority.private_key_pem.bytes(), None), hashes.SHA256())  # type: ignore[arg-type]  # as above
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
        file.write(certificate.public_bytes(Encoding.PEM))
        file.flush()
        context.load_cert_chain(file.name)
    return context


CERTIFICATES: dict[str, Callable[[trustme.CA], ssl.SSLContext]] = {
    "tls_certificate_valid": lambda _: tls_context(trustme.CA(key_type=trustme.KeyType.ECDSA)),
    "tls_certificate_days_left": lambda authority: tls_context(
        authority, not_after=datetime.now(UTC) + timedelta(days=7)
    ),
    "tls_min_version": lambda authority: tls_context(
        authority, change=accept_versions_from(ssl.TLSVersion.TLSv1)
    ),
    # OpenSSL rounds its strength up, so that it trusts the certificate, and only the key is the fault.
    "tls_key_strength": lambda authority: with_rsa_key(authority, 2040),
}

# The most expensive checks are fixed first, but a late FCP makes the LCP late too.
BROWSER_FIXES = (
    "tbt",
    "fcp",
    "lcp",
    "lcp_image_not_lazy",
    "minified_js",
    "cls",
    "total_byte_weight",
    "dom_size",
    "unused_js",
)
