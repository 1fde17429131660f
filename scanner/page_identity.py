"""Who a page is: what tells it from another that answers in its place."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from scanner.page import Page


@dataclass(frozen=True)
class Identity:
    """What tells one page from another, so that a login wall or a challenge is noticed the second time.

    `rendered_…` is what a browser made of it, since scripts may change both; None where none has looked.
    """

    host: str
    path: str
    status_class: int
    title: str
    password_form: bool
    rendered_title: str | None = None
    rendered_password_form: bool = False
    scheme: str | None = None  # None where it was not kept
    sample: str = ""
    rendered_sample: str = ""

    def with_rendered(self, seen: "Identity | None") -> "Identity":
        """Return the same with what a browser saw, if one has looked."""
        if seen is None:
            return self
        return replace(
            self,
            rendered_title=seen.title,
            rendered_password_form=seen.password_form,
            rendered_sample=seen.sample,
        )

    def as_rendered(self) -> "Identity | None":
        """Return who the page is in a browser; None where none has looked."""
        if self.rendered_title is None:
            return None
        return replace(
            self,
            title=self.rendered_title,
            password_form=self.rendered_password_form,
            sample=self.rendered_sample,
        )

    def as_evidence(self) -> dict[str, Any]:
        return dict(vars(self))

    @classmethod
    def from_evidence(cls, data: Mapping[str, Any] | None) -> "Identity | None":
        """Read what `as_evidence` wrote; None when it is not there or not whole."""
        try:
            return cls(**data) if data else None
        except TypeError:
            return None


def page_identity(page: Page) -> Identity:
    """Return the page's final host and path, class of status, title, and whether it asks for a password."""
    readable = page.is_html and bool(page.response.body)
    return Identity(
        host=page.host,
        path=urlsplit(page.url).path or "/",
        status_class=page.response.status // 100,
        title=page.title[:200] if readable else "",
        password_form=readable and page.first("input[type=password i]") is not None,
        scheme=urlsplit(page.url).scheme,
        sample=page.sample if readable else "",
    )
