from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.rotate_webhook_secret_request import RotateWebhookSecretRequest
from ...models.webhook_endpoint_with_secret_response import (
    WebhookEndpointWithSecretResponse,
)
from ...types import UNSET, Response, Unset


def _get_kwargs(
    org_id: str,
    id: str,
    *,
    body: RotateWebhookSecretRequest | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    if not isinstance(if_match, Unset):
        headers["If-Match"] = if_match

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v1/orgs/{org_id}/webhooks/{id}/rotate-secret".format(
            org_id=quote(str(org_id), safe=""),
            id=quote(str(id), safe=""),
        ),
    }

    if not isinstance(body, Unset):
        _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> WebhookEndpointWithSecretResponse | None:
    if 200 <= response.status_code <= 299:
        response_2xx = WebhookEndpointWithSecretResponse.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[WebhookEndpointWithSecretResponse]:
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
    body: RotateWebhookSecretRequest | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> Response[WebhookEndpointWithSecretResponse]:
    """Rotate the secret of a webhook endpoint

     Set a new secret. Until the overlap ends, messages have two signatures.

    Args:
        org_id (str):
        id (str):
        idempotency_key (str | Unset):
        if_match (str | Unset):
        body (RotateWebhookSecretRequest | Unset): How long messages are signed with the previous
            secret as well.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[WebhookEndpointWithSecretResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        id=id,
        body=body,
        idempotency_key=idempotency_key,
        if_match=if_match,
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
    body: RotateWebhookSecretRequest | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> WebhookEndpointWithSecretResponse | None:
    """Rotate the secret of a webhook endpoint

     Set a new secret. Until the overlap ends, messages have two signatures.

    Args:
        org_id (str):
        id (str):
        idempotency_key (str | Unset):
        if_match (str | Unset):
        body (RotateWebhookSecretRequest | Unset): How long messages are signed with the previous
            secret as well.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        WebhookEndpointWithSecretResponse
    """

    return sync_detailed(
        org_id=org_id,
        id=id,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
        if_match=if_match,
    ).parsed


async def asyncio_detailed(
    org_id: str,
    id: str,
    *,
    client: AuthenticatedClient,
    body: RotateWebhookSecretRequest | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> Response[WebhookEndpointWithSecretResponse]:
    """Rotate the secret of a webhook endpoint

     Set a new secret. Until the overlap ends, messages have two signatures.

    Args:
        org_id (str):
        id (str):
        idempotency_key (str | Unset):
        if_match (str | Unset):
        body (RotateWebhookSecretRequest | Unset): How long messages are signed with the previous
            secret as well.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[WebhookEndpointWithSecretResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        id=id,
        body=body,
        idempotency_key=idempotency_key,
        if_match=if_match,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    org_id: str,
    id: str,
    *,
    client: AuthenticatedClient,
    body: RotateWebhookSecretRequest | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> WebhookEndpointWithSecretResponse | None:
    """Rotate the secret of a webhook endpoint

     Set a new secret. Until the overlap ends, messages have two signatures.

    Args:
        org_id (str):
        id (str):
        idempotency_key (str | Unset):
        if_match (str | Unset):
        body (RotateWebhookSecretRequest | Unset): How long messages are signed with the previous
            secret as well.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        WebhookEndpointWithSecretResponse
    """

    return (
        await asyncio_detailed(
            org_id=org_id,
            id=id,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
            if_match=if_match,
        )
    ).parsed
