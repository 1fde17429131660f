"""An OpenID Connect identity provider on loopback, with ID tokens that are really signed."""

import base64
import hashlib
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

CLIENT_ID, CLIENT_SECRET = "krafter-audit", "client-secret-0123456789"


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class IdentityProvider:
    """`claims` are of the person who signs in; `id_token` and `userinfo` replace some of them in one answer."""

    server: HTTPServer
    claims: dict[str, Any]
    id_token: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    key: Any = field(default_factory=new_key)
    signing_key: Any = None  # another than the published one
    algorithm: str = "RS256"
    challenge: str = ""

    @property
    def issuer(self) -> str:
        return self.server.url_for("").rstrip("/")

    def start(self) -> None:
        """Answer the requests of a client."""
        expect = self.server.expect_request
        expect("/.well-known/openid-configuration").respond_with_json(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            }
        )
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        expect("/keys").respond_with_json({"keys": [{**public, "kid": "k1", "alg": "RS256", "use": "sig"}]})
        expect("/token", method="POST").respond_with_handler(self._token)
        expect("/userinfo").respond_with_handler(self._userinfo)

    def authorize(self, location: str) -> dict[str, str]:
        """Return the query of the redirect back to the client, as after a sign-in at the provider."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        self.challenge = query["code_challenge"]
        return {"code": "code-1", "state": query["state"]}

    def _token(self, request: Request) -> Response:
        verifier = hashlib.sha256(request.form["code_verifier"].encode()).digest()
        pair = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        proved = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode() == self.challenge
        if (
            request.form["code"] != "code-1"
            or not proved
            or request.headers["authorization"] != f"Basic {pair}"
        ):
            return Response('{"error": "invalid_grant"}', 400, content_type="application/json")
        tokens = {"access_token": "access-1", "token_type": "Bearer", "id_token": self._id_token()}
        return Response(json.dumps(tokens), content_type="application/json")

    def _id_token(self) -> str:
        now = int(time.time())
        times = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300}
        claims = {**times, **self.claims, **self.id_token}
        return jwt.encode(claims, self.signing_key or self.key, self.algorithm, headers={"kid": "k1"})

    def _userinfo(self, request: Request) -> Response:
        if request.headers.get("authorization") != "Bearer access-1":
            return Response(status=401)
        return Response(json.dumps({**self.claims, **self.userinfo}), content_type="application/json")
