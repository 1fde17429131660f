"""The URLs of this installation, as people and other systems reach it."""

from typing import Any

from django.conf import settings
from django.urls import reverse


def public_url(name: str, *args: Any) -> str:
    """Return the absolute URL of a view: `public_url("admin:findings_finding_change", pk)`."""
    return f"{settings.KRAFTER_PUBLIC_URL}{reverse(name, args=args)}"
