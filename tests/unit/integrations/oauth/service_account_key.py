"""The key of a service account."""

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

PRIVATE = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = PRIVATE.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
KEY = {
    "type": "service_account",
    "private_key_id": "k1",
    "private_key": PEM,
    "client_email": "audit@acme.iam.gserviceaccount.com",
    "token_uri": "https://attacker.example/token",
}
