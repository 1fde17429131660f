from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.project_response import ProjectResponse
from ...models.update_project_request import UpdateProjectRequest
from ...types import UNSET, Response, Unset


def _get_kwargs(
    org_id: str,
    project_id: str,
    *,
    body: UpdateProjectRequest | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(if_match, Unset):
        headers["If-Match"] = if_match

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/api/v1/orgs/{org_id}/projects/{project_id}".format(
            org_id=quote(str(org_id), safe=""),
            project_id=quote(str(project_id), safe=""),
        ),
    }

    if not isinstance(body, Unset):
        _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ProjectResponse | None:
    if 200 <= response.status_code <= 299:
        response_2xx = ProjectResponse.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ProjectResponse]:
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
    body: UpdateProjectRequest | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> Response[ProjectResponse]:
    """Change or archive a project

     Change the fields that were sent; an archived project can only be read.

    Args:
        org_id (str):
        project_id (str):
        if_match (str | Unset):
        body (UpdateProjectRequest | Unset): The fields of a project to change; at least one.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProjectResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        body=body,
        if_match=if_match,
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
    body: UpdateProjectRequest | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> ProjectResponse | None:
    """Change or archive a project

     Change the fields that were sent; an archived project can only be read.

    Args:
        org_id (str):
        project_id (str):
        if_match (str | Unset):
        body (UpdateProjectRequest | Unset): The fields of a project to change; at least one.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProjectResponse
    """

    return sync_detailed(
        org_id=org_id,
        project_id=project_id,
        client=client,
        body=body,
        if_match=if_match,
    ).parsed


async def asyncio_detailed(
    org_id: str,
    project_id: str,
    *,
    client: AuthenticatedClient,
    body: UpdateProjectRequest | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> Response[ProjectResponse]:
    """Change or archive a project

     Change the fields that were sent; an archived project can only be read.

    Args:
        org_id (str):
        project_id (str):
        if_match (str | Unset):
        body (UpdateProjectRequest | Unset): The fields of a project to change; at least one.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProjectResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        body=body,
        if_match=if_match,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    org_id: str,
    project_id: str,
    *,
    client: AuthenticatedClient,
    body: UpdateProjectRequest | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> ProjectResponse | None:
    """Change or archive a project

     Change the fields that were sent; an archived project can only be read.

    Args:
        org_id (str):
        project_id (str):
        if_match (str | Unset):
        body (UpdateProjectRequest | Unset): The fields of a project to change; at least one.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProjectResponse
    """

    return (
        await asyncio_detailed(
            org_id=org_id,
            project_id=project_id,
            client=client,
            body=body,
            if_match=if_match,
        )
    ).parsed
