from typing import Any

from krafter_audit.web.public_urls import public_url


def test_url_begins_with_the_public_one_and_quotes_arguments(settings: Any) -> None:
    settings.KRAFTER_PUBLIC_URL = "https://audit.example.com"

    assert public_url("admin:index") == "https://audit.example.com/admin/"
    assert public_url("invitation", "a b").startswith("https://audit.example.com/")
    assert public_url("invitation", "a b").endswith("/a%20b")
