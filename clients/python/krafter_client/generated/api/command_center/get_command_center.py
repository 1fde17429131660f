from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.command_center_as_of_response import CommandCenterAsOfResponse
from ...types import UNSET, Response, Unset


def _get_kwargs(
    org_id: str,
    project_id: str,
    *,
    as_of: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["as_of"] = as_of

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/orgs/{org_id}/projects/{project_id}/audit/command-center".format(
            org_id=quote(str(org_id), safe=""),
            project_id=quote(str(project_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> CommandCenterAsOfResponse | None:
    if 200 <= response.status_code <= 299:
        response_2xx = CommandCenterAsOfResponse.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[CommandCenterAsOfResponse]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    org_id: str,
    project_id: str,
    *,
    client: AuthenticatedClient,
    as_of: str | Unset = UNSET,
) -> Response[CommandCenterAsOfResponse]:
    """Read the command center

     Return counts of findings and tasks, the latest scan and the number of overdue tasks.

    Args:
        org_id (str):
        project_id (str):
        as_of (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CommandCenterAsOfResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        as_of=as_of,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    org_id: str,
    project_id: str,
    *,
    client: AuthenticatedClient,
    as_of: str | Unset = UNSET,
) -> CommandCenterAsOfResponse | None:
    """Read the command center

     Return counts of findings and tasks, the latest scan and the number of overdue tasks.

    Args:
        org_id (str):
        project_id (str):
        as_of (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CommandCenterAsOfResponse
    """

    return sync_detailed(
        org_id=org_id,
        project_id=project_id,
        client=client,
        as_of=as_of,
    ).parsed


async def asyncio_detailed(
    org_id: str,
    project_id: str,
    *,
    client: AuthenticatedClient,
    as_of: str | Unset = UNSET,
) -> Response[CommandCenterAsOfResponse]:
    """Read the command center

     Return counts of findings and tasks, the latest scan and the number of overdue tasks.

    Args:
        org_id (str):
        project_id (str):
        as_of (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CommandCenterAsOfResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        as_of=as_of,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    org_id: str,
    project_id: str,
    *,
    client: AuthenticatedClient,
    as_of: str | Unset = UNSET,
) -> CommandCenterAsOfResponse | None:
    """Read the command center

     Return counts of findings and tasks, the latest scan and the number of overdue tasks.

    Args:
        org_id (str):
        project_id (str):
        as_of (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CommandCenterAsOfResponse
    """

    return (
        await asyncio_detailed(
            org_id=org_id,
            project_id=project_id,
            client=client,
            as_of=as_of,
        )
    ).parsed
