from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.member_with_warnings_response import MemberWithWarningsResponse
from ...models.update_member_request import UpdateMemberRequest
from ...types import UNSET, Response, Unset


def _get_kwargs(
    org_id: str,
    user_id: str,
    *,
    body: UpdateMemberRequest,
    if_match: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(if_match, Unset):
        headers["If-Match"] = if_match

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/api/v1/orgs/{org_id}/members/{user_id}".format(
            org_id=quote(str(org_id), safe=""),
            user_id=quote(str(user_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> MemberWithWarningsResponse | None:
    if 200 <= response.status_code <= 299:
        response_2xx = MemberWithWarningsResponse.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[MemberWithWarningsResponse]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    org_id: str,
    user_id: str,
    *,
    client: AuthenticatedClient,
    body: UpdateMemberRequest,
    if_match: str | Unset = UNSET,
) -> Response[MemberWithWarningsResponse]:
    """Change the role of a member

     Change the role; the last owner keeps theirs.

    A member who is no longer an owner or admin loses the API keys that may write, at once;
    `meta.warnings` names
    them.

    Args:
        org_id (str):
        user_id (str):
        if_match (str | Unset):
        body (UpdateMemberRequest): The new role.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[MemberWithWarningsResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        user_id=user_id,
        body=body,
        if_match=if_match,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    org_id: str,
    user_id: str,
    *,
    client: AuthenticatedClient,
    body: UpdateMemberRequest,
    if_match: str | Unset = UNSET,
) -> MemberWithWarningsResponse | None:
    """Change the role of a member

     Change the role; the last owner keeps theirs.

    A member who is no longer an owner or admin loses the API keys that may write, at once;
    `meta.warnings` names
    them.

    Args:
        org_id (str):
        user_id (str):
        if_match (str | Unset):
        body (UpdateMemberRequest): The new role.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        MemberWithWarningsResponse
    """

    return sync_detailed(
        org_id=org_id,
        user_id=user_id,
        client=client,
        body=body,
        if_match=if_match,
    ).parsed


async def asyncio_detailed(
    org_id: str,
    user_id: str,
    *,
    client: AuthenticatedClient,
    body: UpdateMemberRequest,
    if_match: str | Unset = UNSET,
) -> Response[MemberWithWarningsResponse]:
    """Change the role of a member

     Change the role; the last owner keeps theirs.

    A member who is no longer an owner or admin loses the API keys that may write, at once;
    `meta.warnings` names
    them.

    Args:
        org_id (str):
        user_id (str):
        if_match (str | Unset):
        body (UpdateMemberRequest): The new role.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[MemberWithWarningsResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        user_id=user_id,
        body=body,
        if_match=if_match,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    org_id: str,
    user_id: str,
    *,
    client: AuthenticatedClient,
    body: UpdateMemberRequest,
    if_match: str | Unset = UNSET,
) -> MemberWithWarningsResponse | None:
    """Change the role of a member

     Change the role; the last owner keeps theirs.

    A member who is no longer an owner or admin loses the API keys that may write, at once;
    `meta.warnings` names
    them.

    Args:
        org_id (str):
        user_id (str):
        if_match (str | Unset):
        body (UpdateMemberRequest): The new role.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        MemberWithWarningsResponse
    """

    return (
        await asyncio_detailed(
            org_id=org_id,
            user_id=user_id,
            client=client,
            body=body,
            if_match=if_match,
        )
    ).parsed
