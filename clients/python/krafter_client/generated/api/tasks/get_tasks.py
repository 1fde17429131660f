import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.get_tasks_include_item import GetTasksIncludeItem
from ...models.get_tasks_overdue import GetTasksOverdue
from ...models.get_tasks_priority_item import GetTasksPriorityItem
from ...models.get_tasks_sort import GetTasksSort
from ...models.get_tasks_status_item import GetTasksStatusItem
from ...models.paginated_task_with_finding_list_response import (
    PaginatedTaskWithFindingListResponse,
)
from ...types import UNSET, Response, Unset


def _get_kwargs(
    org_id: str,
    project_id: str,
    *,
    campaign: UUID | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    external_ticket_key: str | Unset = UNSET,
    finding_id: UUID | Unset = UNSET,
    include: list[GetTasksIncludeItem] | Unset = UNSET,
    label: list[str] | Unset = UNSET,
    limit: int | Unset = UNSET,
    overdue: GetTasksOverdue | Unset = UNSET,
    owner_id: str | Unset = UNSET,
    pr_url: str | Unset = UNSET,
    priority: list[GetTasksPriorityItem] | Unset = UNSET,
    q: str | Unset = UNSET,
    sort: GetTasksSort | Unset = UNSET,
    status: list[GetTasksStatusItem] | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_campaign: str | Unset = UNSET
    if not isinstance(campaign, Unset):
        json_campaign = str(campaign)
    params["campaign"] = json_campaign

    json_created_after: str | Unset = UNSET
    if not isinstance(created_after, Unset):
        json_created_after = created_after.isoformat()
    params["created_after"] = json_created_after

    json_created_before: str | Unset = UNSET
    if not isinstance(created_before, Unset):
        json_created_before = created_before.isoformat()
    params["created_before"] = json_created_before

    params["cursor"] = cursor

    params["external_ticket_key"] = external_ticket_key

    json_finding_id: str | Unset = UNSET
    if not isinstance(finding_id, Unset):
        json_finding_id = str(finding_id)
    params["finding_id"] = json_finding_id

    json_include: list[str] | Unset = UNSET
    if not isinstance(include, Unset):
        json_include = []
        for include_item_data in include:
            include_item = include_item_data.value
            json_include.append(include_item)

    params["include"] = json_include

    json_label: list[str] | Unset = UNSET
    if not isinstance(label, Unset):
        json_label = label

    params["label"] = json_label

    params["limit"] = limit

    json_overdue: str | Unset = UNSET
    if not isinstance(overdue, Unset):
        json_overdue = overdue.value

    params["overdue"] = json_overdue

    params["owner_id"] = owner_id

    params["pr_url"] = pr_url

    json_priority: list[str] | Unset = UNSET
    if not isinstance(priority, Unset):
        json_priority = []
        for priority_item_data in priority:
            priority_item = priority_item_data.value
            json_priority.append(priority_item)

    params["priority"] = json_priority

    params["q"] = q

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort.value

    params["sort"] = json_sort

    json_status: list[str] | Unset = UNSET
    if not isinstance(status, Unset):
        json_status = []
        for status_item_data in status:
            status_item = status_item_data.value
            json_status.append(status_item)

    params["status"] = json_status

    json_updated_after: str | Unset = UNSET
    if not isinstance(updated_after, Unset):
        json_updated_after = updated_after.isoformat()
    params["updated_after"] = json_updated_after

    json_updated_before: str | Unset = UNSET
    if not isinstance(updated_before, Unset):
        json_updated_before = updated_before.isoformat()
    params["updated_before"] = json_updated_before

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
) -> PaginatedTaskWithFindingListResponse | None:
    if 200 <= response.status_code <= 299:
        response_2xx = PaginatedTaskWithFindingListResponse.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PaginatedTaskWithFindingListResponse]:
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
    campaign: UUID | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    external_ticket_key: str | Unset = UNSET,
    finding_id: UUID | Unset = UNSET,
    include: list[GetTasksIncludeItem] | Unset = UNSET,
    label: list[str] | Unset = UNSET,
    limit: int | Unset = UNSET,
    overdue: GetTasksOverdue | Unset = UNSET,
    owner_id: str | Unset = UNSET,
    pr_url: str | Unset = UNSET,
    priority: list[GetTasksPriorityItem] | Unset = UNSET,
    q: str | Unset = UNSET,
    sort: GetTasksSort | Unset = UNSET,
    status: list[GetTasksStatusItem] | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
) -> Response[PaginatedTaskWithFindingListResponse]:
    """List tasks, newest first

     Return a page.

    Args:
        org_id (str):
        project_id (str):
        campaign (UUID | Unset):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        external_ticket_key (str | Unset):
        finding_id (UUID | Unset):
        include (list[GetTasksIncludeItem] | Unset):
        label (list[str] | Unset):
        limit (int | Unset):
        overdue (GetTasksOverdue | Unset):
        owner_id (str | Unset):
        pr_url (str | Unset):
        priority (list[GetTasksPriorityItem] | Unset):
        q (str | Unset):
        sort (GetTasksSort | Unset):
        status (list[GetTasksStatusItem] | Unset):
        updated_after (datetime.datetime | Unset):
        updated_before (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedTaskWithFindingListResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        campaign=campaign,
        created_after=created_after,
        created_before=created_before,
        cursor=cursor,
        external_ticket_key=external_ticket_key,
        finding_id=finding_id,
        include=include,
        label=label,
        limit=limit,
        overdue=overdue,
        owner_id=owner_id,
        pr_url=pr_url,
        priority=priority,
        q=q,
        sort=sort,
        status=status,
        updated_after=updated_after,
        updated_before=updated_before,
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
    campaign: UUID | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    external_ticket_key: str | Unset = UNSET,
    finding_id: UUID | Unset = UNSET,
    include: list[GetTasksIncludeItem] | Unset = UNSET,
    label: list[str] | Unset = UNSET,
    limit: int | Unset = UNSET,
    overdue: GetTasksOverdue | Unset = UNSET,
    owner_id: str | Unset = UNSET,
    pr_url: str | Unset = UNSET,
    priority: list[GetTasksPriorityItem] | Unset = UNSET,
    q: str | Unset = UNSET,
    sort: GetTasksSort | Unset = UNSET,
    status: list[GetTasksStatusItem] | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
) -> PaginatedTaskWithFindingListResponse | None:
    """List tasks, newest first

     Return a page.

    Args:
        org_id (str):
        project_id (str):
        campaign (UUID | Unset):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        external_ticket_key (str | Unset):
        finding_id (UUID | Unset):
        include (list[GetTasksIncludeItem] | Unset):
        label (list[str] | Unset):
        limit (int | Unset):
        overdue (GetTasksOverdue | Unset):
        owner_id (str | Unset):
        pr_url (str | Unset):
        priority (list[GetTasksPriorityItem] | Unset):
        q (str | Unset):
        sort (GetTasksSort | Unset):
        status (list[GetTasksStatusItem] | Unset):
        updated_after (datetime.datetime | Unset):
        updated_before (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedTaskWithFindingListResponse
    """

    return sync_detailed(
        org_id=org_id,
        project_id=project_id,
        client=client,
        campaign=campaign,
        created_after=created_after,
        created_before=created_before,
        cursor=cursor,
        external_ticket_key=external_ticket_key,
        finding_id=finding_id,
        include=include,
        label=label,
        limit=limit,
        overdue=overdue,
        owner_id=owner_id,
        pr_url=pr_url,
        priority=priority,
        q=q,
        sort=sort,
        status=status,
        updated_after=updated_after,
        updated_before=updated_before,
    ).parsed


async def asyncio_detailed(
    org_id: str,
    project_id: str,
    *,
    client: AuthenticatedClient,
    campaign: UUID | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    external_ticket_key: str | Unset = UNSET,
    finding_id: UUID | Unset = UNSET,
    include: list[GetTasksIncludeItem] | Unset = UNSET,
    label: list[str] | Unset = UNSET,
    limit: int | Unset = UNSET,
    overdue: GetTasksOverdue | Unset = UNSET,
    owner_id: str | Unset = UNSET,
    pr_url: str | Unset = UNSET,
    priority: list[GetTasksPriorityItem] | Unset = UNSET,
    q: str | Unset = UNSET,
    sort: GetTasksSort | Unset = UNSET,
    status: list[GetTasksStatusItem] | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
) -> Response[PaginatedTaskWithFindingListResponse]:
    """List tasks, newest first

     Return a page.

    Args:
        org_id (str):
        project_id (str):
        campaign (UUID | Unset):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        external_ticket_key (str | Unset):
        finding_id (UUID | Unset):
        include (list[GetTasksIncludeItem] | Unset):
        label (list[str] | Unset):
        limit (int | Unset):
        overdue (GetTasksOverdue | Unset):
        owner_id (str | Unset):
        pr_url (str | Unset):
        priority (list[GetTasksPriorityItem] | Unset):
        q (str | Unset):
        sort (GetTasksSort | Unset):
        status (list[GetTasksStatusItem] | Unset):
        updated_after (datetime.datetime | Unset):
        updated_before (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedTaskWithFindingListResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        campaign=campaign,
        created_after=created_after,
        created_before=created_before,
        cursor=cursor,
        external_ticket_key=external_ticket_key,
        finding_id=finding_id,
        include=include,
        label=label,
        limit=limit,
        overdue=overdue,
        owner_id=owner_id,
        pr_url=pr_url,
        priority=priority,
        q=q,
        sort=sort,
        status=status,
        updated_after=updated_after,
        updated_before=updated_before,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    org_id: str,
    project_id: str,
    *,
    client: AuthenticatedClient,
    campaign: UUID | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    external_ticket_key: str | Unset = UNSET,
    finding_id: UUID | Unset = UNSET,
    include: list[GetTasksIncludeItem] | Unset = UNSET,
    label: list[str] | Unset = UNSET,
    limit: int | Unset = UNSET,
    overdue: GetTasksOverdue | Unset = UNSET,
    owner_id: str | Unset = UNSET,
    pr_url: str | Unset = UNSET,
    priority: list[GetTasksPriorityItem] | Unset = UNSET,
    q: str | Unset = UNSET,
    sort: GetTasksSort | Unset = UNSET,
    status: list[GetTasksStatusItem] | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
) -> PaginatedTaskWithFindingListResponse | None:
    """List tasks, newest first

     Return a page.

    Args:
        org_id (str):
        project_id (str):
        campaign (UUID | Unset):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        external_ticket_key (str | Unset):
        finding_id (UUID | Unset):
        include (list[GetTasksIncludeItem] | Unset):
        label (list[str] | Unset):
        limit (int | Unset):
        overdue (GetTasksOverdue | Unset):
        owner_id (str | Unset):
        pr_url (str | Unset):
        priority (list[GetTasksPriorityItem] | Unset):
        q (str | Unset):
        sort (GetTasksSort | Unset):
        status (list[GetTasksStatusItem] | Unset):
        updated_after (datetime.datetime | Unset):
        updated_before (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedTaskWithFindingListResponse
    """

    return (
        await asyncio_detailed(
            org_id=org_id,
            project_id=project_id,
            client=client,
            campaign=campaign,
            created_after=created_after,
            created_before=created_before,
            cursor=cursor,
            external_ticket_key=external_ticket_key,
            finding_id=finding_id,
            include=include,
            label=label,
            limit=limit,
            overdue=overdue,
            owner_id=owner_id,
            pr_url=pr_url,
            priority=priority,
            q=q,
            sort=sort,
            status=status,
            updated_after=updated_after,
            updated_before=updated_before,
        )
    ).parsed
