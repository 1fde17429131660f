from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.get_tasks_overdue import GetTasksOverdue
from ...models.get_tasks_priority_item import GetTasksPriorityItem
from ...models.get_tasks_response_2xx import GetTasksResponse2XX
from ...models.get_tasks_status_item import GetTasksStatusItem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    org_id: str,
    project_id: str,
    *,
    cursor: str | Unset = UNSET,
    finding_id: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    overdue: GetTasksOverdue | Unset = UNSET,
    owner_id: str | Unset = UNSET,
    priority: list[GetTasksPriorityItem] | Unset = UNSET,
    status: list[GetTasksStatusItem] | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["cursor"] = cursor

    params["finding_id"] = finding_id

    params["limit"] = limit

    json_overdue: str | Unset = UNSET
    if not isinstance(overdue, Unset):
        json_overdue = overdue.value

    params["overdue"] = json_overdue

    params["owner_id"] = owner_id

    json_priority: list[str] | Unset = UNSET
    if not isinstance(priority, Unset):
        json_priority = []
        for priority_item_data in priority:
            priority_item = priority_item_data.value
            json_priority.append(priority_item)

    params["priority"] = json_priority

    json_status: list[str] | Unset = UNSET
    if not isinstance(status, Unset):
        json_status = []
        for status_item_data in status:
            status_item = status_item_data.value
            json_status.append(status_item)

    params["status"] = json_status

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/orgs/{org_id}/projects/{project_id}/audit/tasks".format(
            org_id=quote(str(org_id), safe=""),
            project_id=quote(str(project_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> GetTasksResponse2XX | None:
    if 200 <= response.status_code <= 299:
        response_2xx = GetTasksResponse2XX.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[GetTasksResponse2XX]:
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
    cursor: str | Unset = UNSET,
    finding_id: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    overdue: GetTasksOverdue | Unset = UNSET,
    owner_id: str | Unset = UNSET,
    priority: list[GetTasksPriorityItem] | Unset = UNSET,
    status: list[GetTasksStatusItem] | Unset = UNSET,
) -> Response[GetTasksResponse2XX]:
    """List tasks, newest first

     Tasks of a project.

    Args:
        org_id (str):
        project_id (str):
        cursor (str | Unset):
        finding_id (str | Unset):
        limit (int | Unset):
        overdue (GetTasksOverdue | Unset):
        owner_id (str | Unset):
        priority (list[GetTasksPriorityItem] | Unset):
        status (list[GetTasksStatusItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[GetTasksResponse2XX]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        cursor=cursor,
        finding_id=finding_id,
        limit=limit,
        overdue=overdue,
        owner_id=owner_id,
        priority=priority,
        status=status,
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
    cursor: str | Unset = UNSET,
    finding_id: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    overdue: GetTasksOverdue | Unset = UNSET,
    owner_id: str | Unset = UNSET,
    priority: list[GetTasksPriorityItem] | Unset = UNSET,
    status: list[GetTasksStatusItem] | Unset = UNSET,
) -> GetTasksResponse2XX | None:
    """List tasks, newest first

     Tasks of a project.

    Args:
        org_id (str):
        project_id (str):
        cursor (str | Unset):
        finding_id (str | Unset):
        limit (int | Unset):
        overdue (GetTasksOverdue | Unset):
        owner_id (str | Unset):
        priority (list[GetTasksPriorityItem] | Unset):
        status (list[GetTasksStatusItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        GetTasksResponse2XX
    """

    return sync_detailed(
        org_id=org_id,
        project_id=project_id,
        client=client,
        cursor=cursor,
        finding_id=finding_id,
        limit=limit,
        overdue=overdue,
        owner_id=owner_id,
        priority=priority,
        status=status,
    ).parsed


async def asyncio_detailed(
    org_id: str,
    project_id: str,
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    finding_id: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    overdue: GetTasksOverdue | Unset = UNSET,
    owner_id: str | Unset = UNSET,
    priority: list[GetTasksPriorityItem] | Unset = UNSET,
    status: list[GetTasksStatusItem] | Unset = UNSET,
) -> Response[GetTasksResponse2XX]:
    """List tasks, newest first

     Tasks of a project.

    Args:
        org_id (str):
        project_id (str):
        cursor (str | Unset):
        finding_id (str | Unset):
        limit (int | Unset):
        overdue (GetTasksOverdue | Unset):
        owner_id (str | Unset):
        priority (list[GetTasksPriorityItem] | Unset):
        status (list[GetTasksStatusItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[GetTasksResponse2XX]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        cursor=cursor,
        finding_id=finding_id,
        limit=limit,
        overdue=overdue,
        owner_id=owner_id,
        priority=priority,
        status=status,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    org_id: str,
    project_id: str,
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    finding_id: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    overdue: GetTasksOverdue | Unset = UNSET,
    owner_id: str | Unset = UNSET,
    priority: list[GetTasksPriorityItem] | Unset = UNSET,
    status: list[GetTasksStatusItem] | Unset = UNSET,
) -> GetTasksResponse2XX | None:
    """List tasks, newest first

     Tasks of a project.

    Args:
        org_id (str):
        project_id (str):
        cursor (str | Unset):
        finding_id (str | Unset):
        limit (int | Unset):
        overdue (GetTasksOverdue | Unset):
        owner_id (str | Unset):
        priority (list[GetTasksPriorityItem] | Unset):
        status (list[GetTasksStatusItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        GetTasksResponse2XX
    """

    return (
        await asyncio_detailed(
            org_id=org_id,
            project_id=project_id,
            client=client,
            cursor=cursor,
            finding_id=finding_id,
            limit=limit,
            overdue=overdue,
            owner_id=owner_id,
            priority=priority,
            status=status,
        )
    ).parsed
