"""Further authorities for Chromium, in the place where it looks for them: an NSS database in its home.

Chromium takes them in addition to its own and verifies as ever: name, time and chain. The database is made by NSS
itself, which Chromium needs and so is there; in a process of its own, as NSS is not to be loaded into a worker.

    python -I -S authorities.py FOLDER CA_FILE
"""

import ctypes
import re
import ssl
import subprocess
import sys
from pathlib import Path

TRUSTED_FOR_SERVERS = b"C,,"
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


def install(home: Path, ca_file: str) -> str:
    """Make a home of Chromium trust the certificates of a PEM file; return why it can't be done, or nothing."""
    folder = home / ".pki" / "nssdb"
    folder.mkdir(parents=True, mode=0o700)
    arguments = [sys.executable, "-I", "-S", __file__, str(folder), ca_file]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=20, check=False)
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["NSS ended"])[-1]


def make(folder: str, ca_file: str) -> None:
    """Make the database. Raises OSError where NSS is not there or refuses."""
    nss, smime = ctypes.CDLL("libnss3.so"), ctypes.CDLL("libsmime3.so")
    for function in (
        nss.PK11_GetInternalKeySlot,
        nss.CERT_GetDefaultCertDB,
        smime.CERT_DecodeCertFromPackage,
    ):
        function.restype = ctypes.c_void_p
    _succeed(nss.NSS_InitReadWrite(f"sql:{folder}".encode()), "open the database")
    slot = ctypes.c_void_p(nss.PK11_GetInternalKeySlot())
    _succeed(nss.PK11_InitPin(slot, None, None), "set up the database")
    database = ctypes.c_void_p(nss.CERT_GetDefaultCertDB())
    trust = (ctypes.c_uint * 3)()
    _succeed(nss.CERT_DecodeTrustString(trust, TRUSTED_FOR_SERVERS), "name the trust")
    for number, pem in enumerate(_PEM.findall(Path(ca_file).read_text(errors="replace"))):
        der = ssl.PEM_cert_to_DER_cert(pem)
        certificate = ctypes.c_void_p(smime.CERT_DecodeCertFromPackage(der, len(der)))
        _succeed(0 if certificate else -1, "read a certificate")
        name = f"krafter {number}".encode()
        _succeed(nss.PK11_ImportCert(slot, certificate, 0, name, 0), "import a certificate")
        _succeed(nss.CERT_ChangeCertTrust(database, certificate, trust), "trust a certificate")
        nss.CERT_DestroyCertificate(certificate)
    nss.PK11_FreeSlot(slot)
    nss.NSS_Shutdown()


def _succeed(status: int, what: str) -> None:
    if status != 0:
        raise OSError(f"NSS could not {what}")


if __name__ == "__main__":
    make(*sys.argv[1:3])
