from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.get_tasks_counts_priority_item import GetTasksCountsPriorityItem
from ...models.get_tasks_counts_status_item import GetTasksCountsStatusItem
from ...models.task_counts_as_of_response import TaskCountsAsOfResponse
from ...types import UNSET, Response, Unset


def _get_kwargs(
    org_id: str,
    project_id: str,
    *,
    as_of: str | Unset = UNSET,
    owner_id: str | Unset = UNSET,
    priority: list[GetTasksCountsPriorityItem] | Unset = UNSET,
    status: list[GetTasksCountsStatusItem] | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["as_of"] = as_of

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
        "url": "/api/v1/orgs/{org_id}/projects/{project_id}/audit/tasks/counts".format(
            org_id=quote(str(org_id), safe=""),
            project_id=quote(str(project_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> TaskCountsAsOfResponse | None:
    if 200 <= response.status_code <= 299:
        response_2xx = TaskCountsAsOfResponse.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[TaskCountsAsOfResponse]:
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
    owner_id: str | Unset = UNSET,
    priority: list[GetTasksCountsPriorityItem] | Unset = UNSET,
    status: list[GetTasksCountsStatusItem] | Unset = UNSET,
) -> Response[TaskCountsAsOfResponse]:
    """Count tasks, now or at a past time

     Return the number of the tasks that match, by status and priority.

    Args:
        org_id (str):
        project_id (str):
        as_of (str | Unset):
        owner_id (str | Unset):
        priority (list[GetTasksCountsPriorityItem] | Unset):
        status (list[GetTasksCountsStatusItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[TaskCountsAsOfResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        as_of=as_of,
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
    as_of: str | Unset = UNSET,
    owner_id: str | Unset = UNSET,
    priority: list[GetTasksCountsPriorityItem] | Unset = UNSET,
    status: list[GetTasksCountsStatusItem] | Unset = UNSET,
) -> TaskCountsAsOfResponse | None:
    """Count tasks, now or at a past time

     Return the number of the tasks that match, by status and priority.

    Args:
        org_id (str):
        project_id (str):
        as_of (str | Unset):
        owner_id (str | Unset):
        priority (list[GetTasksCountsPriorityItem] | Unset):
        status (list[GetTasksCountsStatusItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        TaskCountsAsOfResponse
    """

    return sync_detailed(
        org_id=org_id,
        project_id=project_id,
        client=client,
        as_of=as_of,
        owner_id=owner_id,
        priority=priority,
        status=status,
    ).parsed


async def asyncio_detailed(
    org_id: str,
    project_id: str,
    *,
    client: AuthenticatedClient,
    as_of: str | Unset = UNSET,
    owner_id: str | Unset = UNSET,
    priority: list[GetTasksCountsPriorityItem] | Unset = UNSET,
    status: list[GetTasksCountsStatusItem] | Unset = UNSET,
) -> Response[TaskCountsAsOfResponse]:
    """Count tasks, now or at a past time

     Return the number of the tasks that match, by status and priority.

    Args:
        org_id (str):
        project_id (str):
        as_of (str | Unset):
        owner_id (str | Unset):
        priority (list[GetTasksCountsPriorityItem] | Unset):
        status (list[GetTasksCountsStatusItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[TaskCountsAsOfResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        as_of=as_of,
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
    as_of: str | Unset = UNSET,
    owner_id: str | Unset = UNSET,
    priority: list[GetTasksCountsPriorityItem] | Unset = UNSET,
    status: list[GetTasksCountsStatusItem] | Unset = UNSET,
) -> TaskCountsAsOfResponse | None:
    """Count tasks, now or at a past time

     Return the number of the tasks that match, by status and priority.

    Args:
        org_id (str):
        project_id (str):
        as_of (str | Unset):
        owner_id (str | Unset):
        priority (list[GetTasksCountsPriorityItem] | Unset):
        status (list[GetTasksCountsStatusItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        TaskCountsAsOfResponse
    """

    return (
        await asyncio_detailed(
            org_id=org_id,
            project_id=project_id,
            client=client,
            as_of=as_of,
            owner_id=owner_id,
            priority=priority,
            status=status,
        )
    ).parsed
