import pytest
from django.test import Client


@pytest.mark.django_db
def test_every_response_has_a_permissions_policy(client: Client) -> None:
    for path in ("/docs", "/admin/login/", "/api/v1/me", "/nowhere"):
        assert client.get(path).headers["permissions-policy"].startswith("camera=(), ")
