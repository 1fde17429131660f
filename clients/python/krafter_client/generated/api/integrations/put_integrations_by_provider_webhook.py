from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.create_webhook_request import CreateWebhookRequest
from ...models.webhook_with_secret_response import WebhookWithSecretResponse
from ...types import UNSET, Response, Unset


def _get_kwargs(
    org_id: str,
    project_id: str,
    provider: str,
    *,
    body: CreateWebhookRequest | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(if_match, Unset):
        headers["If-Match"] = if_match

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/api/v1/orgs/{org_id}/projects/{project_id}/audit/integrations/{provider}/webhook".format(
            org_id=quote(str(org_id), safe=""),
            project_id=quote(str(project_id), safe=""),
            provider=quote(str(provider), safe=""),
        ),
    }

    if not isinstance(body, Unset):
        _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> WebhookWithSecretResponse | None:
    if 200 <= response.status_code <= 299:
        response_2xx = WebhookWithSecretResponse.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[WebhookWithSecretResponse]:
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
    body: CreateWebhookRequest | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> Response[WebhookWithSecretResponse]:
    """Enable the webhook

     Enable the webhook with a new secret, or with the provider's own. The previous one is void.

    Args:
        org_id (str):
        project_id (str):
        provider (str):
        if_match (str | Unset):
        body (CreateWebhookRequest | Unset): Empty, or the secret that the provider has chosen.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[WebhookWithSecretResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        provider=provider,
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
    provider: str,
    *,
    client: AuthenticatedClient,
    body: CreateWebhookRequest | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> WebhookWithSecretResponse | None:
    """Enable the webhook

     Enable the webhook with a new secret, or with the provider's own. The previous one is void.

    Args:
        org_id (str):
        project_id (str):
        provider (str):
        if_match (str | Unset):
        body (CreateWebhookRequest | Unset): Empty, or the secret that the provider has chosen.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        WebhookWithSecretResponse
    """

    return sync_detailed(
        org_id=org_id,
        project_id=project_id,
        provider=provider,
        client=client,
        body=body,
        if_match=if_match,
    ).parsed


async def asyncio_detailed(
    org_id: str,
    project_id: str,
    provider: str,
    *,
    client: AuthenticatedClient,
    body: CreateWebhookRequest | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> Response[WebhookWithSecretResponse]:
    """Enable the webhook

     Enable the webhook with a new secret, or with the provider's own. The previous one is void.

    Args:
        org_id (str):
        project_id (str):
        provider (str):
        if_match (str | Unset):
        body (CreateWebhookRequest | Unset): Empty, or the secret that the provider has chosen.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[WebhookWithSecretResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        provider=provider,
        body=body,
        if_match=if_match,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    org_id: str,
    project_id: str,
    provider: str,
    *,
    client: AuthenticatedClient,
    body: CreateWebhookRequest | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> WebhookWithSecretResponse | None:
    """Enable the webhook

     Enable the webhook with a new secret, or with the provider's own. The previous one is void.

    Args:
        org_id (str):
        project_id (str):
        provider (str):
        if_match (str | Unset):
        body (CreateWebhookRequest | Unset): Empty, or the secret that the provider has chosen.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        WebhookWithSecretResponse
    """

    return (
        await asyncio_detailed(
            org_id=org_id,
            project_id=project_id,
            provider=provider,
            client=client,
            body=body,
            if_match=if_match,
        )
    ).parsed
