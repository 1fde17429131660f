"""What is asked about the access to a site, and what answers show: never what lets in."""

import re
from typing import Any, ClassVar

from rest_framework import serializers
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from findings.serializers import ProjectResponseSerializer
from krafter_audit.api.serializers import RequestSerializer, StrictCharField
from krafter_audit.http.client import InvalidUrl, RefusedAddress
from krafter_audit.http.urls import ParsedUrl
from scans.models import SiteCredentials

NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
SENDABLE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")
COOKIE = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+")  # RFC 6265, section 4.1.1
# What the look itself decides, and what has a field of its own.
NOT_TAKEN = {
    "host", "connection", "content-length", "content-type", "content-encoding", "transfer-encoding", "te", "upgrade",
    "user-agent", "accept", "accept-encoding", "accept-language", "range", "origin", "cookie", "expect", "trailer",
}  # fmt: skip


class HeadersField(serializers.DictField):
    """Names and values that an HTTP request can carry."""

    value: ClassVar[re.Pattern[str]] = SENDABLE
    child = serializers.CharField(max_length=4000, trim_whitespace=False)
    default_error_messages = {  # noqa: RUF012
        "name": "'{name}' can't be sent as a name, or is not taken.",
        "value": "The value of '{name}' can't be sent.",
        "many": "Send at most 50.",
    }

    def to_internal_value(self, data: Any) -> Any:
        """Refuse what would not arrive; a value is in no sentence."""
        given = super().to_internal_value(data)
        if len(given) > 50:
            self.fail("many")
        for name, value in given.items():
            if not NAME.fullmatch(name) or self._decided(name):
                self.fail("name", name=name[:100])
            if not self.value.fullmatch(value):
                self.fail("value", name=name)
        return given

    def _decided(self, name: str) -> bool:
        return name.lower() in NOT_TAKEN


class CookiesField(HeadersField):
    """Names and values of cookies."""

    value = COOKIE

    def _decided(self, name: str) -> bool:
        return False


class HTTPSOriginField(StrictCharField):
    """An https origin."""

    default_error_messages = {"form": "Use the https origin of the site, as in https://staging.example.com."}  # noqa: RUF012

    def to_internal_value(self, data: Any) -> str:
        """Accept scheme, host and port, and an address whose origin is meant no further than that."""
        text = super().to_internal_value(data)
        try:
            target = ParsedUrl.parse(text)
        except (InvalidUrl, RefusedAddress):
            self.fail("form")
        if target.scheme != "https" or target.path != "/":
            self.fail("form")
        return target.origin


class BasicAuthRequestSerializer(RequestSerializer):
    """A name and password for HTTP Basic."""

    username = StrictCharField(max_length=200, allow_blank=True)
    password = StrictCharField(max_length=1000)

    def validate_username(self, value: str) -> str:
        """A colon would end the name."""
        if ":" in value:
            raise serializers.ValidationError("A user name has no colon.")
        return value


class LoginMarkerRequestSerializer(RequestSerializer):
    """By what a page shows that it let us in: an element or a text."""

    selector = StrictCharField(max_length=500, required=False)
    text = StrictCharField(max_length=500, required=False)

    def validate_selector(self, value: str) -> str:
        """Refuse what is no CSS selector."""
        try:
            LexborHTMLParser("<p>").css_first(value)
        except SelectolaxError:
            raise serializers.ValidationError("This is not a CSS selector.") from None
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse neither."""
        if not attrs:
            raise serializers.ValidationError("Send a selector or a text.")
        return attrs


class PutSiteCredentialsRequestSerializer(RequestSerializer):
    """What lets into the site; it replaces what was set before."""

    origin = HTTPSOriginField(max_length=300)
    headers = HeadersField(required=False, write_only=True)
    cookies = CookiesField(required=False, write_only=True)
    basic = BasicAuthRequestSerializer(required=False, write_only=True)
    logged_in = LoginMarkerRequestSerializer(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse nothing at all, and two values for one header."""
        if not any(attrs.get(kind) for kind in ("headers", "cookies", "basic")):
            raise serializers.ValidationError("Send at least one of headers, cookies and basic.")
        names = [name.lower() for name in attrs.get("headers", {})]
        twice = len(names) > len(set(names)) or ("authorization" in names and "basic" in attrs)
        if twice:
            raise serializers.ValidationError({"headers": ["A header is sent once."]})
        return attrs


class LoginMarkerSerializer(serializers.Serializer[Any]):
    """By what a page shows that it let us in."""

    selector = serializers.CharField(allow_blank=True)
    text = serializers.CharField(allow_blank=True)


class SiteCredentialsSerializer(ProjectResponseSerializer):
    """Which kinds are set, and for which origin; never a name or a value."""

    kinds = serializers.ListField(child=serializers.ChoiceField(choices=["headers", "cookies", "basic"]))
    logged_in = LoginMarkerSerializer(source="*")

    class Meta:
        model = SiteCredentials
        fields: ClassVar = [
            "org_id",
            "project_id",
            "origin",
            "kinds",
            "logged_in",
            "created_at",
            "updated_at",
        ]
