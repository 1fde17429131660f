"""The TLS certificate and the TLS versions of a site."""

import math
from typing import Any

from krafter_audit.http.timestamps import format_timestamp
from scanner.checks import config_snippets
from scanner.outcome import FAILED, Measurement, Outcome, failed, not_applicable, passed
from scanner.page.context import PageContext
from scanner.preconditions import Inconclusive
from scanner.registry import CRITICAL, HIGH, MEDIUM, Fix, Metric, check
from scanner.tls.certificates import Certificate
from scanner.tls.probe import Handshake

MOZILLA = "https://wiki.mozilla.org/Security/Server_Side_TLS"
GENERATOR = "https://ssl-config.mozilla.org/"
ACME = "https://letsencrypt.org/getting-started/"
MIN_KEY_BITS = {"RSA": 2048, "EC": 256, "DSA": math.inf}  # no browser supports DSA
WEAK_HASHES = ("md5", "sha1")
NO_TLS = "The site is not served over HTTPS."


@check(
    "tls_certificate_valid",
    severity=CRITICAL,
    needs={"tls"},
    kind="tls",
    title="TLS certificate is invalid",
    why="Browsers block the site with a full-page warning; visitors who ignore it may be connected to an attacker.",
    fix=Fix(
        "Install a certificate from a trusted authority that is valid for this host name.",
        (
            "Read in the evidence what is wrong: expired, wrong host name, unknown issuer, or incomplete chain.",
            "Get a new certificate for every host name of the site, through ACME if possible.",
            "Install it with its intermediate certificates and reload the server.",
            "Automate the renewal and monitor it.",
        ),
        (ACME, GENERATOR),
        {
            "nginx": "ssl_certificate /etc/letsencrypt/live/example.com/fullchain.pem;",
            "apache": "SSLCertificateFile /etc/letsencrypt/live/example.com/fullchain.pem",
            "caddy": "example.com { … }  # gets and renews its certificate itself",
            "express": "https.createServer({ cert: fullchain, key }, app)  // the full chain, not only the leaf",
            "cloudflare": "SSL/TLS > Edge Certificates: Universal SSL on; SSL/TLS > Overview: Full (strict)",
            "certbot": "certbot --nginx -d example.com -d www.example.com",
        },
    ),
    scope="site",
    oracle={"sslyze": "certificate_info", "observatory": "redirection-invalid-cert"},
    version=2,
)
def certificate_valid(context: PageContext) -> Outcome:
    """The chain leads to a trusted root, the certificate has the host name, and it is within its validity."""
    handshake = context.tls
    if handshake is None:
        return not_applicable(NO_TLS)
    for server in (handshake, *context.tls_elsewhere):
        if fault := server.certificate.fault:
            return failed(f"The certificate is invalid: {fault}.", **_evidence(server))
    return passed("The certificate is valid.", **_evidence(handshake))


@check(
    "tls_certificate_days_left",
    severity=HIGH,
    needs={"tls"},
    kind="tls",
    title="TLS certificate expires soon",
    why="Once the certificate has expired, browsers block the site with a warning.",
    fix=Fix(
        "Renew the certificate now, and automate its renewal.",
        (
            "Renew the certificate.",
            "Find out why it was not renewed in time: the scheduled job, DNS, or a closed port.",
            "Monitor the expiry date.",
        ),
        (ACME,),
        {
            "nginx": "certbot renew --deploy-hook 'systemctl reload nginx'",
            "apache": "certbot renew --deploy-hook 'systemctl reload apache2'; or MDomain example.com (mod_md)",
            "caddy": "example.com { … }  # renews its certificate itself",
            "cloudflare": "SSL/TLS > Edge Certificates: Universal SSL on, which renews itself",
        },
    ),
    metric=Metric("days", 14.0, "min"),
    scope="site",
    oracle={"sslyze": "not_valid_after"},
    version=2,
)
def certificate_days_left(context: PageContext) -> Outcome | Measurement:
    """The certificate is valid for 14 more days or longer."""
    handshake = context.tls
    if handshake is None:
        return not_applicable(NO_TLS)
    handshakes = [handshake, *context.tls_elsewhere]
    _require_no_invalid_replacement(context, "tls_certificate_days_left", handshakes)
    first = min(handshakes, key=lambda server: server.certificate.not_after)
    return Measurement([first.certificate.days_left()], _evidence(first))


def _require_no_invalid_replacement(context: PageContext, key: str, handshakes: list[Handshake]) -> None:
    """Raise when a certificate that browsers do not trust has replaced the one with the fault."""
    before = context.rendered.earlier.get(key)
    if before is None or before.status != FAILED:
        return
    known = before.evidence.get("certificate")
    # A certificate of a private authority was not trusted before either.
    former = known.get("fault") if isinstance(known, dict) else None
    for server in handshakes:
        if (fault := server.certificate.fault) and fault != former:
            raise Inconclusive("target_missing", f"The new certificate is invalid: {fault}.", final=True)


@check(
    "tls_min_version",
    severity=HIGH,
    needs={"tls", "tls_old"},
    kind="tls",
    title="Server accepts TLS 1.0 or TLS 1.1",
    why="TLS 1.0 and 1.1 are deprecated (RFC 8996) because of weak ciphers and hashes; current clients do not need "
    "them.",
    fix=Fix(
        "Accept TLS 1.2 and 1.3 only.",
        ("Disable TLS 1.0 and 1.1 on the server, and on the CDN or load balancer in front of it.",),
        ("https://www.rfc-editor.org/rfc/rfc8996", MOZILLA, GENERATOR),
        config_snippets.TLS_1_2,
    ),
    scope="site",
    oracle={"sslyze": "tls_1_0_cipher_suites, tls_1_1_cipher_suites"},
    version=3,
)
def old_versions_refused(context: PageContext) -> Outcome:
    """TLS 1.0 and 1.1 (and with them SSL 2 and 3) are refused."""
    try:
        handshake = context.tls
    except Inconclusive as error:
        # A server that accepts nothing else refuses the handshake of a browser.
        if error.tls and (accepted := context.tls_old):
            return failed(f"The server accepts {' and '.join(accepted)} alone.", faults=accepted)
        raise
    if handshake is None:
        return not_applicable(NO_TLS)
    accepted = context.tls_old
    if accepted:
        return failed(
            f"The server accepts {' and '.join(accepted)}.", **_evidence(handshake), faults=accepted
        )
    return passed("The server refuses TLS 1.0 and 1.1.", **_evidence(handshake))


@check(
    "tls_key_strength",
    severity=MEDIUM,
    needs={"tls"},
    kind="tls",
    title="TLS certificate has a weak key or signature",
    why="A short key can be broken and a SHA-1 signature forged, so an attacker can impersonate the site.",
    fix=Fix(
        "Use an RSA key of at least 2048 bits or an EC key of at least 256 bits, and a SHA-256 signature.",
        (
            "Generate a new key.",
            "Have a new certificate issued for it.",
            "Install both, and revoke the old certificate.",
        ),
        (MOZILLA, GENERATOR),
        {"openssl": "openssl ecparam -genkey -name prime256v1 -out example.com.key"},
    ),
    scope="site",
    oracle={"sslyze": "certificate_info (Mozilla intermediate)"},
    version=2,
)
def key_is_strong(context: PageContext) -> Outcome:
    """The key has at least 2048 bits (RSA) or 256 bits (EC), and the signature uses neither SHA-1 nor MD5."""
    handshake = context.tls
    if handshake is None:
        return not_applicable(NO_TLS)
    handshakes = [handshake, *context.tls_elsewhere]
    for server in handshakes:
        if faults := _weaknesses(server.certificate):
            return failed("The certificate's key or signature is weak.", faults=faults, **_evidence(server))
    _require_no_invalid_replacement(context, "tls_key_strength", handshakes)
    return passed("The certificate's key and signature are strong.", **_evidence(handshake))


def _weaknesses(certificate: Certificate) -> list[str]:
    faults = []
    if certificate.bits < MIN_KEY_BITS.get(certificate.key, 0):
        faults.append(f"{certificate.key} key of {certificate.bits} bits")
    if certificate.signature_hash in WEAK_HASHES:
        faults.append(f"signed with {certificate.signature_hash.upper()}")
    return faults


def _evidence(handshake: Handshake) -> dict[str, Any]:
    certificate = handshake.certificate
    return {
        "address": handshake.address,
        "endpoint": f"{handshake.host}:{handshake.port}",
        "tls_version": handshake.version,
        "cipher": handshake.cipher,
        "certificate": {
            "subject": certificate.subject,
            "issuer": certificate.issuer,
            "names": list(certificate.names),
            "not_before": format_timestamp(certificate.not_before),
            "not_after": format_timestamp(certificate.not_after),
            "key": f"{certificate.key} {certificate.bits}",
            "signature_hash": certificate.signature_hash,
            **({"fault": certificate.fault} if certificate.fault else {}),
        },
    }
