"""URLs of remediation that need no API key."""

from django.urls import path
from django.views.decorators.http import require_safe

from remediation.views import public_keys

urlpatterns = [path(".well-known/krafter-evidence-keys.json", require_safe(public_keys))]
