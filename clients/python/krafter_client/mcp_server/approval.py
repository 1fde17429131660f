"""Tokens that prove that the evidence of a verification was read before it is approved."""

import hashlib
import hmac
import json
import secrets
import time
from typing import Any

LIFETIME_SECONDS = 3600
MAX_TIME_DIGITS = 12  # in seconds since 1970


class ApprovalTokens:
    """Issues tokens that are bound to a verification and its evidence; they are valid only in this process."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def issue(self, verification_id: str, evidence: Any) -> str:
        """Return a token for this evidence."""
        expires_at = int(time.time()) + LIFETIME_SECONDS
        return f"{expires_at}.{self._signature(verification_id, evidence, expires_at)}"

    def error(self, token: str, verification_id: str, evidence: Any) -> str:
        """Return what is wrong with a token, as a sentence; empty if it is valid for this evidence."""
        expires_at, _, signature = token.partition(".")
        # int() raises for digits such as ², and for more than 4,300 of them.
        is_time = expires_at.isascii() and expires_at.isdigit() and len(expires_at) <= MAX_TIME_DIGITS
        if not is_time or int(expires_at) < time.time():
            return "The approval token is invalid or has expired. Read the evidence again."
        expected = self._signature(verification_id, evidence, int(expires_at))
        if not hmac.compare_digest(signature.encode(), expected.encode()):
            return "The approval token is not for this evidence, or the evidence has changed. Read it again."
        return ""

    def _signature(self, verification_id: str, evidence: Any, expires_at: int) -> str:
        text = json.dumps([verification_id, evidence, expires_at], sort_keys=True)
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()
