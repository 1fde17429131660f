import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.get_verifications_blocked_by_item import GetVerificationsBlockedByItem
from ...models.get_verifications_include_item import GetVerificationsIncludeItem
from ...models.get_verifications_result_item import GetVerificationsResultItem
from ...models.get_verifications_sort import GetVerificationsSort
from ...models.get_verifications_state_item import GetVerificationsStateItem
from ...models.paginated_verification_with_task_list_response import (
    PaginatedVerificationWithTaskListResponse,
)
from ...types import UNSET, Response, Unset


def _get_kwargs(
    org_id: str,
    project_id: str,
    *,
    blocked_by: list[GetVerificationsBlockedByItem] | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    include: list[GetVerificationsIncludeItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    result: list[GetVerificationsResultItem] | Unset = UNSET,
    sort: GetVerificationsSort | Unset = UNSET,
    state: list[GetVerificationsStateItem] | Unset = UNSET,
    task_id: UUID | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_blocked_by: list[str] | Unset = UNSET
    if not isinstance(blocked_by, Unset):
        json_blocked_by = []
        for blocked_by_item_data in blocked_by:
            blocked_by_item = blocked_by_item_data.value
            json_blocked_by.append(blocked_by_item)

    params["blocked_by"] = json_blocked_by

    json_created_after: str | Unset = UNSET
    if not isinstance(created_after, Unset):
        json_created_after = created_after.isoformat()
    params["created_after"] = json_created_after

    json_created_before: str | Unset = UNSET
    if not isinstance(created_before, Unset):
        json_created_before = created_before.isoformat()
    params["created_before"] = json_created_before

    params["cursor"] = cursor

    json_include: list[str] | Unset = UNSET
    if not isinstance(include, Unset):
        json_include = []
        for include_item_data in include:
            include_item = include_item_data.value
            json_include.append(include_item)

    params["include"] = json_include

    params["limit"] = limit

    json_result: list[str] | Unset = UNSET
    if not isinstance(result, Unset):
        json_result = []
        for result_item_data in result:
            result_item = result_item_data.value
            json_result.append(result_item)

    params["result"] = json_result

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort.value

    params["sort"] = json_sort

    json_state: list[str] | Unset = UNSET
    if not isinstance(state, Unset):
        json_state = []
        for state_item_data in state:
            state_item = state_item_data.value
            json_state.append(state_item)

    params["state"] = json_state

    json_task_id: str | Unset = UNSET
    if not isinstance(task_id, Unset):
        json_task_id = str(task_id)
    params["task_id"] = json_task_id

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
        "url": "/api/v1/orgs/{org_id}/projects/{project_id}/audit/verifications".format(
            org_id=quote(str(org_id), safe=""),
            project_id=quote(str(project_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedVerificationWithTaskListResponse | None:
    if 200 <= response.status_code <= 299:
        response_2xx = PaginatedVerificationWithTaskListResponse.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PaginatedVerificationWithTaskListResponse]:
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
    blocked_by: list[GetVerificationsBlockedByItem] | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    include: list[GetVerificationsIncludeItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    result: list[GetVerificationsResultItem] | Unset = UNSET,
    sort: GetVerificationsSort | Unset = UNSET,
    state: list[GetVerificationsStateItem] | Unset = UNSET,
    task_id: UUID | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
) -> Response[PaginatedVerificationWithTaskListResponse]:
    """List verifications, newest first

     Return a page; with `state`, if it is a filter or included.

    Args:
        org_id (str):
        project_id (str):
        blocked_by (list[GetVerificationsBlockedByItem] | Unset):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        include (list[GetVerificationsIncludeItem] | Unset):
        limit (int | Unset):
        result (list[GetVerificationsResultItem] | Unset):
        sort (GetVerificationsSort | Unset):
        state (list[GetVerificationsStateItem] | Unset):
        task_id (UUID | Unset):
        updated_after (datetime.datetime | Unset):
        updated_before (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedVerificationWithTaskListResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        blocked_by=blocked_by,
        created_after=created_after,
        created_before=created_before,
        cursor=cursor,
        include=include,
        limit=limit,
        result=result,
        sort=sort,
        state=state,
        task_id=task_id,
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
    blocked_by: list[GetVerificationsBlockedByItem] | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    include: list[GetVerificationsIncludeItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    result: list[GetVerificationsResultItem] | Unset = UNSET,
    sort: GetVerificationsSort | Unset = UNSET,
    state: list[GetVerificationsStateItem] | Unset = UNSET,
    task_id: UUID | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
) -> PaginatedVerificationWithTaskListResponse | None:
    """List verifications, newest first

     Return a page; with `state`, if it is a filter or included.

    Args:
        org_id (str):
        project_id (str):
        blocked_by (list[GetVerificationsBlockedByItem] | Unset):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        include (list[GetVerificationsIncludeItem] | Unset):
        limit (int | Unset):
        result (list[GetVerificationsResultItem] | Unset):
        sort (GetVerificationsSort | Unset):
        state (list[GetVerificationsStateItem] | Unset):
        task_id (UUID | Unset):
        updated_after (datetime.datetime | Unset):
        updated_before (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedVerificationWithTaskListResponse
    """

    return sync_detailed(
        org_id=org_id,
        project_id=project_id,
        client=client,
        blocked_by=blocked_by,
        created_after=created_after,
        created_before=created_before,
        cursor=cursor,
        include=include,
        limit=limit,
        result=result,
        sort=sort,
        state=state,
        task_id=task_id,
        updated_after=updated_after,
        updated_before=updated_before,
    ).parsed


async def asyncio_detailed(
    org_id: str,
    project_id: str,
    *,
    client: AuthenticatedClient,
    blocked_by: list[GetVerificationsBlockedByItem] | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    include: list[GetVerificationsIncludeItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    result: list[GetVerificationsResultItem] | Unset = UNSET,
    sort: GetVerificationsSort | Unset = UNSET,
    state: list[GetVerificationsStateItem] | Unset = UNSET,
    task_id: UUID | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
) -> Response[PaginatedVerificationWithTaskListResponse]:
    """List verifications, newest first

     Return a page; with `state`, if it is a filter or included.

    Args:
        org_id (str):
        project_id (str):
        blocked_by (list[GetVerificationsBlockedByItem] | Unset):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        include (list[GetVerificationsIncludeItem] | Unset):
        limit (int | Unset):
        result (list[GetVerificationsResultItem] | Unset):
        sort (GetVerificationsSort | Unset):
        state (list[GetVerificationsStateItem] | Unset):
        task_id (UUID | Unset):
        updated_after (datetime.datetime | Unset):
        updated_before (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedVerificationWithTaskListResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        blocked_by=blocked_by,
        created_after=created_after,
        created_before=created_before,
        cursor=cursor,
        include=include,
        limit=limit,
        result=result,
        sort=sort,
        state=state,
        task_id=task_id,
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
    blocked_by: list[GetVerificationsBlockedByItem] | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    include: list[GetVerificationsIncludeItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    result: list[GetVerificationsResultItem] | Unset = UNSET,
    sort: GetVerificationsSort | Unset = UNSET,
    state: list[GetVerificationsStateItem] | Unset = UNSET,
    task_id: UUID | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
) -> PaginatedVerificationWithTaskListResponse | None:
    """List verifications, newest first

     Return a page; with `state`, if it is a filter or included.

    Args:
        org_id (str):
        project_id (str):
        blocked_by (list[GetVerificationsBlockedByItem] | Unset):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        include (list[GetVerificationsIncludeItem] | Unset):
        limit (int | Unset):
        result (list[GetVerificationsResultItem] | Unset):
        sort (GetVerificationsSort | Unset):
        state (list[GetVerificationsStateItem] | Unset):
        task_id (UUID | Unset):
        updated_after (datetime.datetime | Unset):
        updated_before (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedVerificationWithTaskListResponse
    """

    return (
        await asyncio_detailed(
            org_id=org_id,
            project_id=project_id,
            client=client,
            blocked_by=blocked_by,
            created_after=created_after,
            created_before=created_before,
            cursor=cursor,
            include=include,
            limit=limit,
            result=result,
            sort=sort,
            state=state,
            task_id=task_id,
            updated_after=updated_after,
            updated_before=updated_before,
        )
    ).parsed
