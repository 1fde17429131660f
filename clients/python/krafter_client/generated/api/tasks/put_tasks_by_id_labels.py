from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.labels_request import LabelsRequest
from ...models.labels_response import LabelsResponse
from ...types import UNSET, Response, Unset


def _get_kwargs(
    org_id: str,
    project_id: str,
    id: str,
    *,
    body: LabelsRequest,
    if_match: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(if_match, Unset):
        headers["If-Match"] = if_match

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/api/v1/orgs/{org_id}/projects/{project_id}/audit/tasks/{id}/labels".format(
            org_id=quote(str(org_id), safe=""),
            project_id=quote(str(project_id), safe=""),
            id=quote(str(id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> LabelsResponse | None:
    if 200 <= response.status_code <= 299:
        response_2xx = LabelsResponse.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[LabelsResponse]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    org_id: str,
    project_id: str,
    id: str,
    *,
    client: AuthenticatedClient,
    body: LabelsRequest,
    if_match: str | Unset = UNSET,
) -> Response[LabelsResponse]:
    """Replace the labels of a task

     Set the labels; a new name creates a label of the project.

    Args:
        org_id (str):
        project_id (str):
        id (str):
        if_match (str | Unset):
        body (LabelsRequest): All labels that the task will have; an empty list removes them.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[LabelsResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        id=id,
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
    id: str,
    *,
    client: AuthenticatedClient,
    body: LabelsRequest,
    if_match: str | Unset = UNSET,
) -> LabelsResponse | None:
    """Replace the labels of a task

     Set the labels; a new name creates a label of the project.

    Args:
        org_id (str):
        project_id (str):
        id (str):
        if_match (str | Unset):
        body (LabelsRequest): All labels that the task will have; an empty list removes them.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        LabelsResponse
    """

    return sync_detailed(
        org_id=org_id,
        project_id=project_id,
        id=id,
        client=client,
        body=body,
        if_match=if_match,
    ).parsed


async def asyncio_detailed(
    org_id: str,
    project_id: str,
    id: str,
    *,
    client: AuthenticatedClient,
    body: LabelsRequest,
    if_match: str | Unset = UNSET,
) -> Response[LabelsResponse]:
    """Replace the labels of a task

     Set the labels; a new name creates a label of the project.

    Args:
        org_id (str):
        project_id (str):
        id (str):
        if_match (str | Unset):
        body (LabelsRequest): All labels that the task will have; an empty list removes them.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[LabelsResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        id=id,
        body=body,
        if_match=if_match,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    org_id: str,
    project_id: str,
    id: str,
    *,
    client: AuthenticatedClient,
    body: LabelsRequest,
    if_match: str | Unset = UNSET,
) -> LabelsResponse | None:
    """Replace the labels of a task

     Set the labels; a new name creates a label of the project.

    Args:
        org_id (str):
        project_id (str):
        id (str):
        if_match (str | Unset):
        body (LabelsRequest): All labels that the task will have; an empty list removes them.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        LabelsResponse
    """

    return (
        await asyncio_detailed(
            org_id=org_id,
            project_id=project_id,
            id=id,
            client=client,
            body=body,
            if_match=if_match,
        )
    ).parsed
