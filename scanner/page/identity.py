"""The identity of a page: what distinguishes it from another page at the same URL."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from scanner.page.page import Page, attribute_value
from scanner.parsing.language_tags import is_language


@dataclass(frozen=True)
class Identity:
    """The properties of a page by which a verification detects a login wall, a challenge or another page."""

    host: str
    path: str
    status_class: int
    title: str
    password_form: bool
    rendered_title: str | None = None  # in a browser; None where no browser has visited the page
    rendered_password_form: bool = False
    scheme: str | None = None  # None where it was not stored
    sample: str = ""
    rendered_sample: str = ""
    missing: str = ""  # hashes of the paths of the site's files and data that were not there
    language: str = ""  # of the page as sent: its ISO 639-1 code, if it has one

    def with_rendered(self, rendered: "Identity | None") -> "Identity":
        if rendered is None:
            return self
        return replace(
            self,
            rendered_title=rendered.title,
            rendered_password_form=rendered.password_form,
            rendered_sample=rendered.sample,
            missing=rendered.missing,
        )

    def as_rendered(self) -> "Identity | None":
        """Return the identity of the rendered page; None where no browser has visited it."""
        if self.rendered_title is None:
            return None
        return replace(
            self,
            title=self.rendered_title,
            password_form=self.rendered_password_form,
            sample=self.rendered_sample,
            language="",
        )

    def as_evidence(self) -> dict[str, Any]:
        return dict(vars(self))

    @classmethod
    def from_evidence(cls, data: Mapping[str, Any] | None) -> "Identity | None":
        """Return the stored identity; None if it is of another version, or malformed: clients send evidence, too."""
        try:
            identity = cls(**data) if data else None
        except TypeError:
            return None
        return identity if identity and all(isinstance(text, str) for text in identity._texts()) else None

    def _texts(self) -> list[Any]:
        optional = [text for text in (self.rendered_title, self.scheme) if text is not None]
        return [
            self.host,
            self.path,
            self.title,
            self.sample,
            self.rendered_sample,
            self.missing,
            self.language,
            *optional,
        ]


def page_identity(page: Page) -> Identity:
    readable = page.is_html and bool(page.response.body)
    return Identity(
        host=page.host,
        path=urlsplit(page.url).path or "/",
        status_class=page.response.status // 100,
        title=page.title[:200] if readable else "",
        password_form=readable and page.first("input[type=password i]") is not None,
        scheme=urlsplit(page.url).scheme,
        sample=page.sample if readable else "",
        language=_language(page) if readable else "",
    )


def _language(page: Page) -> str:
    root = page.first("html[lang]")
    code = attribute_value(root, "lang").strip().lower().partition("-")[0] if root else ""
    # Unknown for an invalid code, and for a code of three letters, which may name the same language as one of two.
    return code if len(code) == 2 and is_language(code) else ""
