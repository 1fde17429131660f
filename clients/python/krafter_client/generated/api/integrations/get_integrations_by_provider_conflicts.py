import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.get_integrations_by_provider_conflicts_field_item import (
    GetIntegrationsByProviderConflictsFieldItem,
)
from ...models.get_integrations_by_provider_conflicts_sort import (
    GetIntegrationsByProviderConflictsSort,
)
from ...models.get_integrations_by_provider_conflicts_status import (
    GetIntegrationsByProviderConflictsStatus,
)
from ...models.paginated_conflict_list_response import PaginatedConflictListResponse
from ...types import UNSET, Response, Unset


def _get_kwargs(
    org_id: str,
    project_id: str,
    provider: str,
    *,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    external_ticket_key: str | Unset = UNSET,
    field: list[GetIntegrationsByProviderConflictsFieldItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: GetIntegrationsByProviderConflictsSort | Unset = UNSET,
    status: GetIntegrationsByProviderConflictsStatus | Unset = UNSET,
    task_id: UUID | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

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

    json_field: list[str] | Unset = UNSET
    if not isinstance(field, Unset):
        json_field = []
        for field_item_data in field:
            field_item = field_item_data.value
            json_field.append(field_item)

    params["field"] = json_field

    params["limit"] = limit

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort.value

    params["sort"] = json_sort

    json_status: str | Unset = UNSET
    if not isinstance(status, Unset):
        json_status = status.value

    params["status"] = json_status

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
        "url": "/api/v1/orgs/{org_id}/projects/{project_id}/audit/integrations/{provider}/conflicts".format(
            org_id=quote(str(org_id), safe=""),
            project_id=quote(str(project_id), safe=""),
            provider=quote(str(provider), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedConflictListResponse | None:
    if 200 <= response.status_code <= 299:
        response_2xx = PaginatedConflictListResponse.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PaginatedConflictListResponse]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    org_id: str,
    project_id: str,
    provider: str,
    *,
    client: AuthenticatedClient,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    external_ticket_key: str | Unset = UNSET,
    field: list[GetIntegrationsByProviderConflictsFieldItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: GetIntegrationsByProviderConflictsSort | Unset = UNSET,
    status: GetIntegrationsByProviderConflictsStatus | Unset = UNSET,
    task_id: UUID | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
) -> Response[PaginatedConflictListResponse]:
    """List the conflicts of a provider

     List open conflicts, or others by `?status=`, newest first.

    Args:
        org_id (str):
        project_id (str):
        provider (str):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        external_ticket_key (str | Unset):
        field (list[GetIntegrationsByProviderConflictsFieldItem] | Unset):
        limit (int | Unset):
        sort (GetIntegrationsByProviderConflictsSort | Unset):
        status (GetIntegrationsByProviderConflictsStatus | Unset):
        task_id (UUID | Unset):
        updated_after (datetime.datetime | Unset):
        updated_before (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedConflictListResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        provider=provider,
        created_after=created_after,
        created_before=created_before,
        cursor=cursor,
        external_ticket_key=external_ticket_key,
        field=field,
        limit=limit,
        sort=sort,
        status=status,
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
    provider: str,
    *,
    client: AuthenticatedClient,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    external_ticket_key: str | Unset = UNSET,
    field: list[GetIntegrationsByProviderConflictsFieldItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: GetIntegrationsByProviderConflictsSort | Unset = UNSET,
    status: GetIntegrationsByProviderConflictsStatus | Unset = UNSET,
    task_id: UUID | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
) -> PaginatedConflictListResponse | None:
    """List the conflicts of a provider

     List open conflicts, or others by `?status=`, newest first.

    Args:
        org_id (str):
        project_id (str):
        provider (str):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        external_ticket_key (str | Unset):
        field (list[GetIntegrationsByProviderConflictsFieldItem] | Unset):
        limit (int | Unset):
        sort (GetIntegrationsByProviderConflictsSort | Unset):
        status (GetIntegrationsByProviderConflictsStatus | Unset):
        task_id (UUID | Unset):
        updated_after (datetime.datetime | Unset):
        updated_before (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedConflictListResponse
    """

    return sync_detailed(
        org_id=org_id,
        project_id=project_id,
        provider=provider,
        client=client,
        created_after=created_after,
        created_before=created_before,
        cursor=cursor,
        external_ticket_key=external_ticket_key,
        field=field,
        limit=limit,
        sort=sort,
        status=status,
        task_id=task_id,
        updated_after=updated_after,
        updated_before=updated_before,
    ).parsed


async def asyncio_detailed(
    org_id: str,
    project_id: str,
    provider: str,
    *,
    client: AuthenticatedClient,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    external_ticket_key: str | Unset = UNSET,
    field: list[GetIntegrationsByProviderConflictsFieldItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: GetIntegrationsByProviderConflictsSort | Unset = UNSET,
    status: GetIntegrationsByProviderConflictsStatus | Unset = UNSET,
    task_id: UUID | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
) -> Response[PaginatedConflictListResponse]:
    """List the conflicts of a provider

     List open conflicts, or others by `?status=`, newest first.

    Args:
        org_id (str):
        project_id (str):
        provider (str):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        external_ticket_key (str | Unset):
        field (list[GetIntegrationsByProviderConflictsFieldItem] | Unset):
        limit (int | Unset):
        sort (GetIntegrationsByProviderConflictsSort | Unset):
        status (GetIntegrationsByProviderConflictsStatus | Unset):
        task_id (UUID | Unset):
        updated_after (datetime.datetime | Unset):
        updated_before (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedConflictListResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        provider=provider,
        created_after=created_after,
        created_before=created_before,
        cursor=cursor,
        external_ticket_key=external_ticket_key,
        field=field,
        limit=limit,
        sort=sort,
        status=status,
        task_id=task_id,
        updated_after=updated_after,
        updated_before=updated_before,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    org_id: str,
    project_id: str,
    provider: str,
    *,
    client: AuthenticatedClient,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    external_ticket_key: str | Unset = UNSET,
    field: list[GetIntegrationsByProviderConflictsFieldItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: GetIntegrationsByProviderConflictsSort | Unset = UNSET,
    status: GetIntegrationsByProviderConflictsStatus | Unset = UNSET,
    task_id: UUID | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
) -> PaginatedConflictListResponse | None:
    """List the conflicts of a provider

     List open conflicts, or others by `?status=`, newest first.

    Args:
        org_id (str):
        project_id (str):
        provider (str):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        external_ticket_key (str | Unset):
        field (list[GetIntegrationsByProviderConflictsFieldItem] | Unset):
        limit (int | Unset):
        sort (GetIntegrationsByProviderConflictsSort | Unset):
        status (GetIntegrationsByProviderConflictsStatus | Unset):
        task_id (UUID | Unset):
        updated_after (datetime.datetime | Unset):
        updated_before (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedConflictListResponse
    """

    return (
        await asyncio_detailed(
            org_id=org_id,
            project_id=project_id,
            provider=provider,
            client=client,
            created_after=created_after,
            created_before=created_before,
            cursor=cursor,
            external_ticket_key=external_ticket_key,
            field=field,
            limit=limit,
            sort=sort,
            status=status,
            task_id=task_id,
            updated_after=updated_after,
            updated_before=updated_before,
        )
    ).parsed
