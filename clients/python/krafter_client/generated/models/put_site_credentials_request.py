from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.basic_auth_request import BasicAuthRequest
    from ..models.login_marker_request import LoginMarkerRequest
    from ..models.put_site_credentials_request_cookies import (
        PutSiteCredentialsRequestCookies,
    )
    from ..models.put_site_credentials_request_headers import (
        PutSiteCredentialsRequestHeaders,
    )


T = TypeVar("T", bound="PutSiteCredentialsRequest")


@_attrs_define
class PutSiteCredentialsRequest:
    """The new credentials, which replace the present ones."""

    origin: str
    headers: PutSiteCredentialsRequestHeaders | Unset = UNSET
    cookies: PutSiteCredentialsRequestCookies | Unset = UNSET
    basic: BasicAuthRequest | Unset = UNSET
    """ User name and password for HTTP Basic authentication. """
    logged_in: LoginMarkerRequest | Unset = UNSET
    """ An element, a text, or both, that only pages for logged-in users have. """

    def to_dict(self) -> dict[str, Any]:
        origin = self.origin

        headers: dict[str, Any] | Unset = UNSET
        if not isinstance(self.headers, Unset):
            headers = self.headers.to_dict()

        cookies: dict[str, Any] | Unset = UNSET
        if not isinstance(self.cookies, Unset):
            cookies = self.cookies.to_dict()

        basic: dict[str, Any] | Unset = UNSET
        if not isinstance(self.basic, Unset):
            basic = self.basic.to_dict()

        logged_in: dict[str, Any] | Unset = UNSET
        if not isinstance(self.logged_in, Unset):
            logged_in = self.logged_in.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "origin": origin,
            }
        )
        if headers is not UNSET:
            field_dict["headers"] = headers
        if cookies is not UNSET:
            field_dict["cookies"] = cookies
        if basic is not UNSET:
            field_dict["basic"] = basic
        if logged_in is not UNSET:
            field_dict["logged_in"] = logged_in

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.basic_auth_request import BasicAuthRequest  # noqa: PLC0415
        from ..models.login_marker_request import LoginMarkerRequest  # noqa: PLC0415
        from ..models.put_site_credentials_request_cookies import (
            PutSiteCredentialsRequestCookies,  # noqa: PLC0415
        )
        from ..models.put_site_credentials_request_headers import (
            PutSiteCredentialsRequestHeaders,  # noqa: PLC0415
        )

        d = dict(src_dict)
        origin = d.pop("origin")

        _headers = d.pop("headers", UNSET)
        headers: PutSiteCredentialsRequestHeaders | Unset
        if isinstance(_headers, Unset):
            headers = UNSET
        else:
            headers = PutSiteCredentialsRequestHeaders.from_dict(_headers)

        _cookies = d.pop("cookies", UNSET)
        cookies: PutSiteCredentialsRequestCookies | Unset
        if isinstance(_cookies, Unset):
            cookies = UNSET
        else:
            cookies = PutSiteCredentialsRequestCookies.from_dict(_cookies)

        _basic = d.pop("basic", UNSET)
        basic: BasicAuthRequest | Unset
        if isinstance(_basic, Unset):
            basic = UNSET
        else:
            basic = BasicAuthRequest.from_dict(_basic)

        _logged_in = d.pop("logged_in", UNSET)
        logged_in: LoginMarkerRequest | Unset
        if isinstance(_logged_in, Unset):
            logged_in = UNSET
        else:
            logged_in = LoginMarkerRequest.from_dict(_logged_in)

        put_site_credentials_request = cls(
            origin=origin,
            headers=headers,
            cookies=cookies,
            basic=basic,
            logged_in=logged_in,
        )

        return put_site_credentials_request
