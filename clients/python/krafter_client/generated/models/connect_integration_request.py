from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="ConnectIntegrationRequest")


@_attrs_define
class ConnectIntegrationRequest:
    """Credentials of the provider, or an OAuth code: exactly one of them."""

    credentials: Any | Unset = UNSET
    auth_code: str | Unset = UNSET
    redirect_uri: str | Unset = UNSET
    code_verifier: str | Unset = UNSET
    installation_id: UUID | Unset = UNSET
    """ For a public integration of Sentry: the value in its redirect. """

    def to_dict(self) -> dict[str, Any]:
        credentials = self.credentials

        auth_code = self.auth_code

        redirect_uri = self.redirect_uri

        code_verifier = self.code_verifier

        installation_id: str | Unset = UNSET
        if not isinstance(self.installation_id, Unset):
            installation_id = str(self.installation_id)

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if credentials is not UNSET:
            field_dict["credentials"] = credentials
        if auth_code is not UNSET:
            field_dict["auth_code"] = auth_code
        if redirect_uri is not UNSET:
            field_dict["redirect_uri"] = redirect_uri
        if code_verifier is not UNSET:
            field_dict["code_verifier"] = code_verifier
        if installation_id is not UNSET:
            field_dict["installation_id"] = installation_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        credentials = d.pop("credentials", UNSET)

        auth_code = d.pop("auth_code", UNSET)

        redirect_uri = d.pop("redirect_uri", UNSET)

        code_verifier = d.pop("code_verifier", UNSET)

        _installation_id = d.pop("installation_id", UNSET)
        installation_id: UUID | Unset
        if isinstance(_installation_id, Unset):
            installation_id = UNSET
        else:
            installation_id = UUID(_installation_id)

        connect_integration_request = cls(
            credentials=credentials,
            auth_code=auth_code,
            redirect_uri=redirect_uri,
            code_verifier=code_verifier,
            installation_id=installation_id,
        )

        return connect_integration_request
