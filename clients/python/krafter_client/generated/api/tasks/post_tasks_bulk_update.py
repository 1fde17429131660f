from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.bulk_update_result_response import BulkUpdateResultResponse
from ...models.bulk_update_tasks_request import BulkUpdateTasksRequest
from ...types import UNSET, Response, Unset


def _get_kwargs(
    org_id: str,
    project_id: str,
    *,
    body: BulkUpdateTasksRequest,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v1/orgs/{org_id}/projects/{project_id}/audit/tasks/bulk-update".format(
            org_id=quote(str(org_id), safe=""),
            project_id=quote(str(project_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> BulkUpdateResultResponse | None:
    if 200 <= response.status_code <= 299:
        response_2xx = BulkUpdateResultResponse.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[BulkUpdateResultResponse]:
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
    body: BulkUpdateTasksRequest,
    idempotency_key: str | Unset = UNSET,
) -> Response[BulkUpdateResultResponse]:
    """Change many tasks

     Change the tasks that match; with `dry_run` only say what would change and what would be refused.

    Args:
        org_id (str):
        project_id (str):
        idempotency_key (str | Unset):
        body (BulkUpdateTasksRequest): Change many tasks: `ids`, `filter` or `all`, and `set`; all
            or none, or with mode `partial` those that can be.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BulkUpdateResultResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        body=body,
        idempotency_key=idempotency_key,
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
    body: BulkUpdateTasksRequest,
    idempotency_key: str | Unset = UNSET,
) -> BulkUpdateResultResponse | None:
    """Change many tasks

     Change the tasks that match; with `dry_run` only say what would change and what would be refused.

    Args:
        org_id (str):
        project_id (str):
        idempotency_key (str | Unset):
        body (BulkUpdateTasksRequest): Change many tasks: `ids`, `filter` or `all`, and `set`; all
            or none, or with mode `partial` those that can be.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BulkUpdateResultResponse
    """

    return sync_detailed(
        org_id=org_id,
        project_id=project_id,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    org_id: str,
    project_id: str,
    *,
    client: AuthenticatedClient,
    body: BulkUpdateTasksRequest,
    idempotency_key: str | Unset = UNSET,
) -> Response[BulkUpdateResultResponse]:
    """Change many tasks

     Change the tasks that match; with `dry_run` only say what would change and what would be refused.

    Args:
        org_id (str):
        project_id (str):
        idempotency_key (str | Unset):
        body (BulkUpdateTasksRequest): Change many tasks: `ids`, `filter` or `all`, and `set`; all
            or none, or with mode `partial` those that can be.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BulkUpdateResultResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    org_id: str,
    project_id: str,
    *,
    client: AuthenticatedClient,
    body: BulkUpdateTasksRequest,
    idempotency_key: str | Unset = UNSET,
) -> BulkUpdateResultResponse | None:
    """Change many tasks

     Change the tasks that match; with `dry_run` only say what would change and what would be refused.

    Args:
        org_id (str):
        project_id (str):
        idempotency_key (str | Unset):
        body (BulkUpdateTasksRequest): Change many tasks: `ids`, `filter` or `all`, and `set`; all
            or none, or with mode `partial` those that can be.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BulkUpdateResultResponse
    """

    return (
        await asyncio_detailed(
            org_id=org_id,
            project_id=project_id,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
