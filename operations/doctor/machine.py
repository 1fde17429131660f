import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

from cryptography import x509
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail import mailers
from django.db.models import Count

from krafter_audit.api.errors import Unavailable
from krafter_audit.http.client import AddressPolicy, HttpError, dial
from krafter_audit.http.transport import tls_context
from krafter_audit.security.vault import parse_keys
from operations.credentials import count_secrets
from operations.doctor.diagnosis import Diagnosis, ok, problem, warning
from remediation.evidence.chain import is_intact, keyring
from remediation.models import Evidence
from scanner.preconditions import Inconclusive
from scanner.tls import probe

GIGABYTE = 1024**3
MIN_FREE_BYTES = 1 * GIGABYTE
MIN_CERTIFICATE_DAYS = 14  # before a certificate expires
EVERY_ADDRESS = "0.0.0.0/0,::/0"  # the installation's own URL may be internal


def disks() -> Iterator[Diagnosis]:
    """The free space where files and backups are, and whether a file can be written there."""
    files = "" if settings.KRAFTER_S3_BUCKET else settings.MEDIA_ROOT
    directories = {"files": files, "backups": settings.KRAFTER_BACKUP_DIR}
    for name, directory in directories.items():
        if directory:
            yield _disk(name, str(directory))


def _disk(name: str, directory: str) -> Diagnosis:
    try:
        free = shutil.disk_usage(directory).free
        tempfile.TemporaryFile(dir=directory).close()
    except OSError as error:
        text = f"no file can be written for {name} in {directory}: {error.strerror}"
        return problem("disk", text, place=directory)
    diagnose = problem if free < MIN_FREE_BYTES else ok
    return diagnose("disk", f"{free / GIGABYTE:.1f} GB free for {name}", place=directory, free_bytes=free)


def object_storage() -> Iterator[Diagnosis]:
    """Whether files can be stored in the bucket, and whether it is private."""
    if not settings.KRAFTER_S3_BUCKET:
        return
    bucket, name = settings.KRAFTER_S3_BUCKET, f"doctor/{uuid4()}.txt"
    try:
        default_storage.save(name, ContentFile(b"Written and deleted by the doctor."))
        public = default_storage.is_public(name)  # type: ignore[attr-defined]  # a storage of krafter_audit.object_storage
        default_storage.delete(name)
    except Unavailable as error:
        reason = f"{error.__cause__ or error}"
        yield problem("object storage", f"{bucket} cannot be used: {reason}", bucket=bucket)
    else:
        diagnose, text = (problem, "readable without a key") if public else (ok, "writable and private")
        yield diagnose("object storage", f"{bucket}: {text}", bucket=bucket, public=public)


def mail_server() -> Iterator[Diagnosis]:
    """Whether the mail server answers and accepts the login; nothing is sent."""
    options = settings.MAILERS["default"].get("OPTIONS", {})
    if "host" not in options:
        return
    name = f"{options['host']}:{options['port']}"
    try:
        with mailers.default:
            pass  # opened, which signs in, and closed
    except OSError as error:
        # Without its text, which has what the server answered to the login.
        text = f"{name} cannot be used: {type(error).__name__}. Check EMAIL_URL"
        yield problem("mail", text, server=name)
    else:
        yield ok("mail", f"{name} answers", server=name)


def certificates() -> Iterator[Diagnosis]:
    """The days for which the certificates of the public URL and of KRAFTER_CA_FILE are valid."""
    parts = urlsplit(settings.KRAFTER_PUBLIC_URL)
    if parts.scheme == "https" and parts.hostname:
        yield _public_certificate(parts.hostname, parts.port or 443)
    for certificate in _authorities():
        days = (certificate.not_valid_after_utc - datetime.now(UTC)).total_seconds() / 86400
        yield _certificate(f"{certificate.subject.rfc4514_string()} in KRAFTER_CA_FILE", days)


def _public_certificate(host: str, port: int) -> Diagnosis:
    policy = AddressPolicy.from_setting(EVERY_ADDRESS)
    try:
        handshake = probe.shake_hands(
            host,
            port,
            lambda: dial(host, port, policy=policy, timeout=probe.TIMEOUT),
            tls_context(str(settings.KRAFTER_CA_FILE or "")),
        )
    except (Inconclusive, HttpError) as error:
        return warning("certificate", f"{host} cannot be reached from here: {error}", host=host)
    if handshake.certificate.fault:
        return problem("certificate", f"{host}: {handshake.certificate.fault}", host=host)
    return _certificate(host, handshake.certificate.days_left())


def _certificate(name: str, days: float) -> Diagnosis:
    diagnose = problem if days < MIN_CERTIFICATE_DAYS else ok
    validity = f"is valid for {days:.0f} days" if days >= 0 else f"expired {-days:.0f} days ago"
    return diagnose("certificate", f"{name} {validity}", name=name, days=round(days))


def _authorities() -> list[x509.Certificate]:
    if not settings.KRAFTER_CA_FILE:
        return []
    return x509.load_pem_x509_certificates(Path(settings.KRAFTER_CA_FILE).read_bytes())


def keys() -> Iterator[Diagnosis]:
    """The keys that are configured and those that stored data needs."""
    configured = list(parse_keys(settings.KRAFTER_ENCRYPTION_KEYS))
    used, unreadable = count_secrets()
    failing = {secret.key_id for secret in unreadable}
    yield _keys("encryption key", configured, used, failing, "credentials")
    links = Evidence.objects.exclude(key_id="")
    used = dict(links.values_list("key_id").annotate(Count("pk")))
    failing = {key for key in used if not is_intact(links.filter(key_id=key).earliest("recorded_at"))}
    yield _keys("signing key", list(keyring().public), used, failing, "evidence links")


def _keys(subject: str, configured: list[str], used: dict[str, int], failing: set[str], of: str) -> Diagnosis:
    data = {
        "configured": configured,
        "used": used,
        "unused": [key for key in configured[1:] if key not in used],
    }
    missing = sorted(set(used) - set(configured))
    if missing:
        return problem(
            subject, f"{', '.join(missing)} is not configured, and {of} need it", **data, missing=missing
        )
    # A lost key whose replacement has its id, such as k1.
    if other := sorted(failing & set(configured)):
        text = f"{', '.join(other)} is another key than the one of this id that {of} were made with"
        return problem(subject, text, **data, missing=[], other=other)
    if not configured:
        return warning(subject, "none is configured", **data, missing=[])
    text = ", ".join(f"{key} ({used.get(key, 0)} {of})" for key in configured)
    unused = f"; no longer used: {', '.join(data['unused'])}" if data["unused"] else ""
    return ok(subject, text + unused, **data, missing=[])
