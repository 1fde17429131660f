"""Add certificate authorities to Chromium: it reads an NSS database in its home directory.

python -I -S trust_store.py DIRECTORY CA_FILE
"""

import ctypes
import re
import ssl
import subprocess
import sys
from pathlib import Path

TRUSTED_FOR_SERVERS = b"C,,"  # CERT_DecodeTrustString: a trusted CA for server certificates
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


def install(home: Path, ca_file: str) -> str:
    """Trust the certificates of a PEM file in a Chromium home; return an error message or ""."""
    directory = home / ".pki" / "nssdb"
    directory.mkdir(parents=True, mode=0o700)
    # A separate process, so that the worker does not load NSS.
    arguments = [sys.executable, "-I", "-S", __file__, str(directory), ca_file]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=20, check=False)
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["NSS failed"])[-1]


def create(directory: str, ca_file: str) -> None:
    """Create the database. Raises OSError when NSS is missing or fails."""
    # Chromium depends on NSS, so its library is installed; its tool certutil is not.
    nss, smime = ctypes.CDLL("libnss3.so"), ctypes.CDLL("libsmime3.so")
    for function in (
        nss.PK11_GetInternalKeySlot,
        nss.CERT_GetDefaultCertDB,
        smime.CERT_DecodeCertFromPackage,
    ):
        function.restype = ctypes.c_void_p
    _check(nss.NSS_InitReadWrite(f"sql:{directory}".encode()), "open the database")
    slot = ctypes.c_void_p(nss.PK11_GetInternalKeySlot())
    _check(nss.PK11_InitPin(slot, None, None), "initialise the database")
    database = ctypes.c_void_p(nss.CERT_GetDefaultCertDB())
    trust = (ctypes.c_uint * 3)()
    _check(nss.CERT_DecodeTrustString(trust, TRUSTED_FOR_SERVERS), "decode the trust flags")
    for number, pem in enumerate(_PEM.findall(Path(ca_file).read_text(errors="replace"))):
        der = ssl.PEM_cert_to_DER_cert(pem)
        certificate = ctypes.c_void_p(smime.CERT_DecodeCertFromPackage(der, len(der)))
        _check(0 if certificate else -1, "read a certificate")
        name = f"krafter {number}".encode()
        _check(nss.PK11_ImportCert(slot, certificate, 0, name, 0), "import a certificate")
        _check(nss.CERT_ChangeCertTrust(database, certificate, trust), "trust a certificate")
        nss.CERT_DestroyCertificate(certificate)
    nss.PK11_FreeSlot(slot)
    nss.NSS_Shutdown()


def _check(status: int, action: str) -> None:
    if status != 0:
        raise OSError(f"NSS could not {action}")


if __name__ == "__main__":
    create(*sys.argv[1:3])
