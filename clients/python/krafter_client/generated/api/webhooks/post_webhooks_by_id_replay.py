from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.replay_events_request import ReplayEventsRequest
from ...models.replay_result_response import ReplayResultResponse
from ...types import UNSET, Response, Unset


def _get_kwargs(
    org_id: str,
    id: str,
    *,
    body: ReplayEventsRequest,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v1/orgs/{org_id}/webhooks/{id}/replay".format(
            org_id=quote(str(org_id), safe=""),
            id=quote(str(id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ReplayResultResponse | None:
    if 200 <= response.status_code <= 299:
        response_2xx = ReplayResultResponse.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ReplayResultResponse]:
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
    body: ReplayEventsRequest,
    idempotency_key: str | Unset = UNSET,
) -> Response[ReplayResultResponse]:
    """Replay the events of a period

     Send the events of a period again that were not delivered, or all of them; at most 10,000.

    Args:
        org_id (str):
        id (str):
        idempotency_key (str | Unset):
        body (ReplayEventsRequest): The period of the events to send again.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ReplayResultResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        id=id,
        body=body,
        idempotency_key=idempotency_key,
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
    body: ReplayEventsRequest,
    idempotency_key: str | Unset = UNSET,
) -> ReplayResultResponse | None:
    """Replay the events of a period

     Send the events of a period again that were not delivered, or all of them; at most 10,000.

    Args:
        org_id (str):
        id (str):
        idempotency_key (str | Unset):
        body (ReplayEventsRequest): The period of the events to send again.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ReplayResultResponse
    """

    return sync_detailed(
        org_id=org_id,
        id=id,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    org_id: str,
    id: str,
    *,
    client: AuthenticatedClient,
    body: ReplayEventsRequest,
    idempotency_key: str | Unset = UNSET,
) -> Response[ReplayResultResponse]:
    """Replay the events of a period

     Send the events of a period again that were not delivered, or all of them; at most 10,000.

    Args:
        org_id (str):
        id (str):
        idempotency_key (str | Unset):
        body (ReplayEventsRequest): The period of the events to send again.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ReplayResultResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        id=id,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    org_id: str,
    id: str,
    *,
    client: AuthenticatedClient,
    body: ReplayEventsRequest,
    idempotency_key: str | Unset = UNSET,
) -> ReplayResultResponse | None:
    """Replay the events of a period

     Send the events of a period again that were not delivered, or all of them; at most 10,000.

    Args:
        org_id (str):
        id (str):
        idempotency_key (str | Unset):
        body (ReplayEventsRequest): The period of the events to send again.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ReplayResultResponse
    """

    return (
        await asyncio_detailed(
            org_id=org_id,
            id=id,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
