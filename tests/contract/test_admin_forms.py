"""Post each form of the admin with a malformed id: no server error, and nothing is changed."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin
from uuid import UUID

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from selectolax.lexbor import LexborHTMLParser, LexborNode

from events.models import Event
from remediation.models import Task
from tests import factories, staff
from tests.staff import ROWS, admin_url

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label)
def test_malformed_ids_in_forms_change_nothing(model: type[Model]) -> None:
    row = ROWS[model](factories.scenario())
    client = staff.logged_in_client()
    client.raise_request_exception = False
    found = list(forms(client, row))
    before, wrong = stored(model), []

    for url, form in found:
        values = {name: value for field in fields(form) for name, value in sent(field).items()}
        names = {str(field.attributes["name"]) for field in fields(form) if has_id(field)}
        malformed = [{name: ["no-uuid"]} for name in names] + [dict.fromkeys(names, ["\x00"])]
        for ids in malformed if names else ():
            response = client.post(url, values | ids)
            if response.status_code >= 500 or stored(model) != before:
                wrong.append((url, ids, response.status_code))

    assert wrong == []


def test_fields_with_ids_are_found() -> None:
    found = forms(staff.logged_in_client(), ROWS[Task](factories.scenario()))

    names = {field.attributes["name"] for _, form in found for field in fields(form) if has_id(field)}

    assert {"finding", "owner", "_selected_action"} <= names


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label)
def test_fields_refer_to_descriptions_on_their_page(model: type[Model]) -> None:
    row = ROWS[model](factories.scenario())
    client = staff.logged_in_client()
    urls = [admin_url(model, "change", row.pk), admin_url(model, "add")]
    answers = [(url, client.get(url)) for url in urls] + [(url, client.post(url)) for url in urls]

    pages = {url: LexborHTMLParser(answer.content) for url, answer in answers if answer.status_code == 200}
    absent = [
        (url, name)
        for url, page in pages.items()
        for field in page.css("[aria-describedby]")
        for name in str(field.attributes["aria-describedby"]).split()
        # Django's script adds this one, if the reader's time zone is another.
        if not name.endswith("_timezone_warning_helptext") and not page.css(f'[id="{name}"]')
    ]

    assert absent == []


def stored(model: type[Model]) -> Any:
    return list(model._default_manager.order_by("pk").values()), Event.objects.count()


def forms(client: Client, row: Model) -> Iterator[tuple[str, LexborNode]]:
    """Yield the forms of the row's pages, and of those before its actions, with their URLs."""
    model = type(row)
    path = admin_url(model, "changelist")
    pages = [(url, client.get(url)) for url in (admin_url(model, "change", row.pk), admin_url(model, "add"))]
    for action in ("", *(admin.site._registry[model].actions or ())):
        name = getattr(action, "__name__", action)
        pages.append((path, client.post(path, {"action": name, "_selected_action": str(row.pk)})))
    for url, page in pages:
        for form in LexborHTMLParser(page.content.decode()).css('form[method="post" i]'):
            yield urljoin(url, form.attributes.get("action") or ""), form


def fields(form: LexborNode) -> list[LexborNode]:
    """Return the fields that are sent; `__prefix__` is of a row that a script may add."""
    found = [(field, field.attributes.get("name")) for field in form.css("input, select, textarea, button")]
    return [field for field, name in found if name and "__prefix__" not in name]


def sent(field: LexborNode) -> dict[str, list[str]]:
    """Return what a browser would send of a field with one value."""
    name, options = str(field.attributes["name"]), field.css("option[selected]")
    if field.tag == "select":
        return {name: [option.attributes.get("value") or "" for option in options]}
    if field.attributes.get("type") in ("checkbox", "radio") and "checked" not in field.attributes:
        return {}
    return {name: [field.text() if field.tag == "textarea" else field.attributes.get("value") or ""]}


def has_id(field: LexborNode) -> bool:
    values = [element.attributes.get("value") for element in (field, *field.css("option"))]
    return "admin-autocomplete" in (field.attributes.get("class") or "") or any(map(is_uuid, values))


def is_uuid(text: str | None) -> bool:
    try:
        return bool(UUID(text or ""))
    except ValueError:
        return False
