import pytest
from django.test import Client

from accounts.models import User
from tests import staff


@pytest.fixture
def user(db: None) -> User:
    """Return a superuser without memberships."""
    return staff.superuser()


@pytest.fixture
def operator(user: User) -> Client:
    """Return a client that is logged in as this user."""
    return staff.logged_in_client(user)
