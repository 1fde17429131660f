"""Hooks of django-allauth."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from krafter_audit.api.rate_limits import client_address


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)
