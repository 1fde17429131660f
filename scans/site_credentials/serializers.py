"""Responses never contain a credential."""

import re
from typing import Any, ClassVar

from rest_framework import serializers
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from accounts.serializers import ProjectResponseSerializer
from krafter_audit.api.serializers import RequestSerializer, StrictCharField
from krafter_audit.http.client import HttpError, InvalidUrl, ParsedUrl, RefusedAddress, validate_url
from scans.models import SiteCredentials

FIELD_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")
COOKIE_VALUE = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+")  # RFC 6265, section 4.1.1
# Set by the HTTP client or the browser, or configured by another field.
RESERVED_HEADERS = {
    "host", "connection", "content-length", "content-type", "content-encoding", "transfer-encoding", "te", "upgrade",
    "user-agent", "accept", "accept-encoding", "accept-language", "range", "origin", "cookie", "expect", "trailer",
}  # fmt: skip


class HeadersField(serializers.DictField):
    """Names and values of HTTP headers. Error messages never contain a value."""

    value: ClassVar[re.Pattern[str]] = HEADER_VALUE
    child = StrictCharField(max_length=4000, trim_whitespace=False)
    default_error_messages = {
        "not_a_dict": "Send an object.",
        "name": "'{name}' is not a valid name, or it is reserved.",
        "value": "The value of '{name}' is not valid.",
        "many": "Send at most 50 entries.",
    }

    def to_internal_value(self, data: Any) -> Any:
        entries = super().to_internal_value(data)
        if len(entries) > 50:
            self.fail("many")
        for name, value in entries.items():
            if not FIELD_NAME.fullmatch(name) or self._is_reserved(name):
                self.fail("name", name=name[:100])
            if not self.value.fullmatch(value):
                self.fail("value", name=name)
        return entries

    def _is_reserved(self, name: str) -> bool:
        return name.lower() in RESERVED_HEADERS


class CookiesField(HeadersField):
    value = COOKIE_VALUE

    def _is_reserved(self, name: str) -> bool:
        return False


class HTTPSOriginField(StrictCharField):
    default_error_messages = {"form": "Use the https origin of the site, as in https://staging.example.com."}

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        try:
            target = ParsedUrl.parse(text)
        except (InvalidUrl, RefusedAddress):
            self.fail("form")
        if target.scheme != "https" or target.path != "/":
            self.fail("form")
        try:
            validate_url(target.origin)
        except HttpError as error:
            raise serializers.ValidationError(str(error)) from None
        return target.origin


class BasicAuthRequestSerializer(RequestSerializer):
    """User name and password for HTTP Basic authentication."""

    username = StrictCharField(max_length=200, allow_blank=True)
    password = StrictCharField(max_length=1000)

    def validate_username(self, value: str) -> str:
        # A colon ends the user name (RFC 7617, section 2).
        if ":" in value:
            raise serializers.ValidationError("A user name cannot contain a colon.")
        return value


class LoginMarkerRequestSerializer(RequestSerializer):
    """An element, a text, or both, that only pages for logged-in users have."""

    selector = StrictCharField(max_length=500, required=False)
    text = StrictCharField(max_length=500, required=False)

    def validate_selector(self, value: str) -> str:
        try:
            LexborHTMLParser("<p>").css_first(value)
        except SelectolaxError:
            raise serializers.ValidationError("This is not a CSS selector.") from None
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError("Send a selector or a text.")
        return attrs


class PutSiteCredentialsRequestSerializer(RequestSerializer):
    """The new credentials, which replace the present ones."""

    origin = HTTPSOriginField(max_length=300)
    headers = HeadersField(required=False, write_only=True)
    cookies = CookiesField(required=False, write_only=True)
    basic = BasicAuthRequestSerializer(required=False, write_only=True)
    logged_in = LoginMarkerRequestSerializer(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not any(attrs.get(kind) for kind in ("headers", "cookies", "basic")):
            raise serializers.ValidationError("Send at least one of headers, cookies and basic.")
        names = [name.lower() for name in attrs.get("headers", {})]
        if len(names) > len(set(names)) or ("authorization" in names and "basic" in attrs):
            raise serializers.ValidationError({"headers": ["Send each header only once."]})
        # The arguments of `set_credentials`, for the API and the admin.
        login_marker = attrs.pop("logged_in", {})
        return {"origin": attrs.pop("origin"), "credentials": attrs, **login_marker}


class LoginMarkerSerializer(serializers.Serializer[Any]):
    """An element or a text that only pages for logged-in users have."""

    selector = serializers.CharField(allow_blank=True)
    text = serializers.CharField(allow_blank=True)


class SiteCredentialsSerializer(ProjectResponseSerializer):
    """The origin and the kinds of credentials; never their names and values."""

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
