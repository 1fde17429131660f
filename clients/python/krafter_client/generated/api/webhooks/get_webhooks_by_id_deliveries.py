import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.get_webhooks_by_id_deliveries_status import (
    GetWebhooksByIdDeliveriesStatus,
)
from ...models.paginated_event_delivery_list_response import (
    PaginatedEventDeliveryListResponse,
)
from ...types import UNSET, Response, Unset


def _get_kwargs(
    org_id: str,
    id: str,
    *,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    status: GetWebhooksByIdDeliveriesStatus | Unset = UNSET,
    type_: str | Unset = UNSET,
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

    params["limit"] = limit

    json_status: str | Unset = UNSET
    if not isinstance(status, Unset):
        json_status = status.value

    params["status"] = json_status

    params["type"] = type_

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/orgs/{org_id}/webhooks/{id}/deliveries".format(
            org_id=quote(str(org_id), safe=""),
            id=quote(str(id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedEventDeliveryListResponse | None:
    if 200 <= response.status_code <= 299:
        response_2xx = PaginatedEventDeliveryListResponse.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PaginatedEventDeliveryListResponse]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    org_id: str,
    id: str,
    *,
    client: AuthenticatedClient,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    status: GetWebhooksByIdDeliveriesStatus | Unset = UNSET,
    type_: str | Unset = UNSET,
) -> Response[PaginatedEventDeliveryListResponse]:
    """List deliveries

     List the deliveries to an endpoint, newest first.

    Args:
        org_id (str):
        id (str):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        limit (int | Unset):
        status (GetWebhooksByIdDeliveriesStatus | Unset):
        type_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedEventDeliveryListResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        id=id,
        created_after=created_after,
        created_before=created_before,
        cursor=cursor,
        limit=limit,
        status=status,
        type_=type_,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    org_id: str,
    id: str,
    *,
    client: AuthenticatedClient,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    status: GetWebhooksByIdDeliveriesStatus | Unset = UNSET,
    type_: str | Unset = UNSET,
) -> PaginatedEventDeliveryListResponse | None:
    """List deliveries

     List the deliveries to an endpoint, newest first.

    Args:
        org_id (str):
        id (str):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        limit (int | Unset):
        status (GetWebhooksByIdDeliveriesStatus | Unset):
        type_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedEventDeliveryListResponse
    """

    return sync_detailed(
        org_id=org_id,
        id=id,
        client=client,
        created_after=created_after,
        created_before=created_before,
        cursor=cursor,
        limit=limit,
        status=status,
        type_=type_,
    ).parsed


async def asyncio_detailed(
    org_id: str,
    id: str,
    *,
    client: AuthenticatedClient,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    status: GetWebhooksByIdDeliveriesStatus | Unset = UNSET,
    type_: str | Unset = UNSET,
) -> Response[PaginatedEventDeliveryListResponse]:
    """List deliveries

     List the deliveries to an endpoint, newest first.

    Args:
        org_id (str):
        id (str):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        limit (int | Unset):
        status (GetWebhooksByIdDeliveriesStatus | Unset):
        type_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedEventDeliveryListResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        id=id,
        created_after=created_after,
        created_before=created_before,
        cursor=cursor,
        limit=limit,
        status=status,
        type_=type_,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    org_id: str,
    id: str,
    *,
    client: AuthenticatedClient,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    status: GetWebhooksByIdDeliveriesStatus | Unset = UNSET,
    type_: str | Unset = UNSET,
) -> PaginatedEventDeliveryListResponse | None:
    """List deliveries

     List the deliveries to an endpoint, newest first.

    Args:
        org_id (str):
        id (str):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        limit (int | Unset):
        status (GetWebhooksByIdDeliveriesStatus | Unset):
        type_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedEventDeliveryListResponse
    """

    return (
        await asyncio_detailed(
            org_id=org_id,
            id=id,
            client=client,
            created_after=created_after,
            created_before=created_before,
            cursor=cursor,
            limit=limit,
            status=status,
            type_=type_,
        )
    ).parsed
