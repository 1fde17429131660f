from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

from scanner.preconditions import Inconclusive


@dataclass(frozen=True)
class Certificate:
    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    names: tuple[str, ...]
    key: str
    bits: int  # the size of the key
    signature_hash: str
    fault: str | None  # why it is not trusted

    def days_left(self) -> float:
        return (self.not_after - datetime.now(UTC)).total_seconds() / 86400


def read_certificate(der: bytes, fault: str | None) -> Certificate:
    """Read a certificate in DER. Raises Inconclusive when it cannot be parsed."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        key, bits = _key_of(certificate)
        return Certificate(
            subject=certificate.subject.rfc4514_string()[:300],
            issuer=certificate.issuer.rfc4514_string()[:300],
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
            names=_names_of(certificate),
            key=key,
            bits=bits,
            signature_hash=_signature_hash(certificate),
            fault=fault,
        )
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion):
        raise Inconclusive("not_available", "The certificate cannot be parsed.") from None


def _key_of(certificate: x509.Certificate) -> tuple[str, int]:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "EC", key.key_size
    if isinstance(key, dsa.DSAPublicKey):
        return "DSA", key.key_size
    return type(key).__name__.removesuffix("PublicKey").lstrip("_"), 256  # Ed25519 and Ed448


def _names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    # The names are only evidence: OpenSSL has compared them.
    except (
        ValueError,
        x509.ExtensionNotFound,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
    ):
        return ()
    return tuple(names.get_values_for_type(x509.DNSName)[:20])


def _signature_hash(certificate: x509.Certificate) -> str:
    algorithm = certificate.signature_hash_algorithm
    return algorithm.name if algorithm else "none"
