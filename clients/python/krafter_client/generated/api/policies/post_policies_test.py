from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.policy_test_result_with_warnings_response import (
    PolicyTestResultWithWarningsResponse,
)
from ...models.post_policies_test_simulate import PostPoliciesTestSimulate
from ...models.test_policy_request import TestPolicyRequest
from ...types import UNSET, Response, Unset


def _get_kwargs(
    org_id: str,
    project_id: str,
    *,
    body: TestPolicyRequest,
    simulate: PostPoliciesTestSimulate | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    params: dict[str, Any] = {}

    json_simulate: str | Unset = UNSET
    if not isinstance(simulate, Unset):
        json_simulate = simulate.value

    params["simulate"] = json_simulate

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v1/orgs/{org_id}/projects/{project_id}/audit/policies/test".format(
            org_id=quote(str(org_id), safe=""),
            project_id=quote(str(project_id), safe=""),
        ),
        "params": params,
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PolicyTestResultWithWarningsResponse | None:
    if 200 <= response.status_code <= 299:
        response_2xx = PolicyTestResultWithWarningsResponse.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PolicyTestResultWithWarningsResponse]:
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
    body: TestPolicyRequest,
    simulate: PostPoliciesTestSimulate | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Response[PolicyTestResultWithWarningsResponse]:
    """Test a policy

     Return what the config would do, without a change.

    Args:
        org_id (str):
        project_id (str):
        simulate (PostPoliciesTestSimulate | Unset):
        idempotency_key (str | Unset):
        body (TestPolicyRequest): The config to test.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PolicyTestResultWithWarningsResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        body=body,
        simulate=simulate,
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
    body: TestPolicyRequest,
    simulate: PostPoliciesTestSimulate | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> PolicyTestResultWithWarningsResponse | None:
    """Test a policy

     Return what the config would do, without a change.

    Args:
        org_id (str):
        project_id (str):
        simulate (PostPoliciesTestSimulate | Unset):
        idempotency_key (str | Unset):
        body (TestPolicyRequest): The config to test.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PolicyTestResultWithWarningsResponse
    """

    return sync_detailed(
        org_id=org_id,
        project_id=project_id,
        client=client,
        body=body,
        simulate=simulate,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    org_id: str,
    project_id: str,
    *,
    client: AuthenticatedClient,
    body: TestPolicyRequest,
    simulate: PostPoliciesTestSimulate | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Response[PolicyTestResultWithWarningsResponse]:
    """Test a policy

     Return what the config would do, without a change.

    Args:
        org_id (str):
        project_id (str):
        simulate (PostPoliciesTestSimulate | Unset):
        idempotency_key (str | Unset):
        body (TestPolicyRequest): The config to test.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PolicyTestResultWithWarningsResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        body=body,
        simulate=simulate,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    org_id: str,
    project_id: str,
    *,
    client: AuthenticatedClient,
    body: TestPolicyRequest,
    simulate: PostPoliciesTestSimulate | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> PolicyTestResultWithWarningsResponse | None:
    """Test a policy

     Return what the config would do, without a change.

    Args:
        org_id (str):
        project_id (str):
        simulate (PostPoliciesTestSimulate | Unset):
        idempotency_key (str | Unset):
        body (TestPolicyRequest): The config to test.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PolicyTestResultWithWarningsResponse
    """

    return (
        await asyncio_detailed(
            org_id=org_id,
            project_id=project_id,
            client=client,
            body=body,
            simulate=simulate,
            idempotency_key=idempotency_key,
        )
    ).parsed
