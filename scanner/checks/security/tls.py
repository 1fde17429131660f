"""The certificate and the TLS versions of an HTTPS site."""

from typing import Any

from krafter_audit.http.timestamps import format_timestamp
from scanner.checks import config_snippets
from scanner.outcome import Measurement, Outcome, failed, not_applicable, passed
from scanner.page_context import Facts
from scanner.registry import CRITICAL, HIGH, MEDIUM, SECURITY, Fix, Metric, check
from scanner.tls.probe import Certificate, Handshake

MOZILLA = "https://wiki.mozilla.org/Security/Server_Side_TLS"
GENERATOR = "https://ssl-config.mozilla.org/"
ACME = "https://letsencrypt.org/getting-started/"
LEAST_BITS = {"RSA": 2048, "EC": 256, "DSA": 1 << 30}
BROKEN_HASHES = ("md5", "sha1")
NO_TLS = "The site is not served over HTTPS."


@check(
    "tls_certificate_valid",
    domain=SECURITY,
    severity=CRITICAL,
    needs={"tls"},
    kind="tls",
    title="The TLS certificate is not valid",
    why="Browsers stop visitors with a full-page warning, and who clicks it away may be talking to somebody "
    "else.",
    fix=Fix(
        "Install a certificate that browsers trust, for this very name, and renew it in time.",
        (
            "See in the evidence what is wrong: expired, another name, unknown issuer, or an incomplete "
            "chain.",
            "Get a new certificate for every name of the site, by ACME where possible.",
            "Install it together with its intermediate certificates and reload the server.",
            "Let the renewal run by itself and watch that it does.",
        ),
        (ACME, GENERATOR),
        {
            "nginx": "ssl_certificate /etc/letsencrypt/live/example.com/fullchain.pem;",
            "apache": "SSLCertificateFile /etc/letsencrypt/live/example.com/fullchain.pem",
            "caddy": "example.com { … }  # gets and renews its certificate itself",
            "express": "https.createServer({ cert: fullchain, key }, app)  // the whole chain, not the leaf alone",
            "cloudflare": "SSL/TLS > Edge Certificates: Universal SSL on; SSL/TLS > Overview: Full (strict)",
            "certbot": "certbot --nginx -d example.com -d www.example.com",
        },
    ),
    scope="site",
    oracle={"sslyze": "certificate_info", "observatory": "redirection-invalid-cert"},
)
def certificate_valid(facts: Facts) -> Outcome:
    """The chain leads to a trusted root, the name is in the certificate, and it is within its validity."""
    handshake = facts.tls
    if handshake is None:
        return not_applicable(NO_TLS)
    seen = _seen(handshake)
    if handshake.certificate.fault:
        return failed(f"The certificate is not valid: {handshake.certificate.fault}.", **seen)
    return passed("The certificate is valid.", **seen)


@check(
    "tls_certificate_days_left",
    domain=SECURITY,
    severity=HIGH,
    needs={"tls"},
    kind="tls",
    title="The TLS certificate expires soon",
    why="On the day after it, every visitor is stopped by a warning.",
    fix=Fix(
        "Renew the certificate now, and by itself from now on.",
        (
            "Renew it.",
            "Find out why it was not renewed in time: the job, the DNS, the port.",
            "Watch the date.",
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
)
def certificate_days_left(facts: Facts) -> Outcome | Measurement:
    """The certificate is valid for 14 more days or longer."""
    handshake = facts.tls
    if handshake is None:
        return not_applicable(NO_TLS)
    return Measurement([handshake.certificate.days_left()], _seen(handshake))


@check(
    "tls_min_version",
    domain=SECURITY,
    severity=HIGH,
    needs={"tls", "tls_old"},
    kind="tls",
    title="Outdated TLS versions are accepted",
    why="TLS 1.0 and 1.1 were withdrawn (RFC 8996): their ciphers and hashes are broken, and nothing "
    "current needs them.",
    fix=Fix(
        "Accept TLS 1.2 and 1.3 only.",
        ("Switch TLS 1.0 and 1.1 off at the server, and at the CDN or load balancer in front of it.",),
        ("https://www.rfc-editor.org/rfc/rfc8996", MOZILLA, GENERATOR),
        config_snippets.TLS_1_2,
    ),
    scope="site",
    oracle={"sslyze": "tls_1_0_cipher_suites, tls_1_1_cipher_suites"},
)
def old_versions_refused(facts: Facts) -> Outcome:
    """TLS 1.0 and 1.1 (and with them SSL 2 and 3) are refused."""
    handshake = facts.tls
    if handshake is None:
        return not_applicable(NO_TLS)
    accepted = facts.tls_old
    if accepted:
        return failed(f"{' and '.join(accepted)} are accepted.", **_seen(handshake), faults=accepted)
    return passed("TLS 1.0 and 1.1 are refused.", **_seen(handshake))


@check(
    "tls_key_strength",
    domain=SECURITY,
    severity=MEDIUM,
    needs={"tls"},
    kind="tls",
    title="The certificate's key or signature is weak",
    why="A short key can be broken and a SHA-1 signature forged; then somebody else can be the site.",
    fix=Fix(
        "Use a new key: RSA of 2048 bits or more, or EC of 256 or more, signed with SHA-256.",
        ("Make a new key.", "Have a new certificate issued for it.", "Install both and revoke the old one."),
        (MOZILLA, GENERATOR),
        {"openssl": "openssl ecparam -genkey -name prime256v1 -out example.com.key"},
    ),
    scope="site",
    oracle={"sslyze": "certificate_info (Mozilla intermediate)"},
)
def key_is_strong(facts: Facts) -> Outcome:
    """The key has 2048 bits (RSA) or 256 (EC) at least, and the signature uses no SHA-1 or MD5."""
    handshake = facts.tls
    if handshake is None:
        return not_applicable(NO_TLS)
    faults = _weaknesses(handshake.certificate)
    if faults:
        return failed("The key or the signature is weak.", faults=faults, **_seen(handshake))
    return passed("The key and the signature are strong.", **_seen(handshake))


def _weaknesses(certificate: Certificate) -> list[str]:
    faults = []
    if certificate.bits < LEAST_BITS.get(certificate.key, 0):
        faults.append(f"{certificate.key} key of {certificate.bits} bits")
    if certificate.signature_hash in BROKEN_HASHES:
        faults.append(f"signed with {certificate.signature_hash.upper()}")
    return faults


def _seen(handshake: Handshake) -> dict[str, Any]:
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
        },
    }
