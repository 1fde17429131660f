from collections.abc import Callable, Sequence
from functools import partial, wraps
from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

MAX_LISTED = 20  # rows that are named before an action

type Action = Callable[..., HttpResponse | None]


def row_action(
    description: str, *, permission: str = "operate", consequence: str = ""
) -> Callable[[Callable[..., str]], Action]:
    """Make an action of a method `(self, request, row)` that returns what happened with one row, as a sentence.

    The action calls it for each selected row; with a `consequence` after a page that shows it for confirmation.
    """

    def decorate(method: Callable[..., str]) -> Action:
        @admin.action(description=description, permissions=[permission])
        @wraps(method)
        def action(page: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
            page.run_for_each(request, queryset, partial(method, page, request), verb=permission)
            return None

        return confirmed(consequence, permission=permission)(action) if consequence else action

    return decorate


def confirmed(consequence: str, *, permission: str = "operate") -> Callable[[Action], Action]:
    """Show a page with the rows and the `consequence` (a sentence) before the action runs.

    Rows that the action refuses are refused before, and are not on the page.
    """

    def decorate(action: Action) -> Action:
        @wraps(action)
        def wrapper(page: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
            if "confirmed" in request.POST:
                return action(page, request, queryset)
            rows = page.changeable_rows(request, queryset, verb=permission)
            return _confirmation_page(page, request, rows, consequence) if rows else None

        return wrapper

    return decorate


def _confirmation_page(
    page: Any, request: HttpRequest, rows: Sequence[Any], consequence: str
) -> HttpResponse:
    label = chosen_action_label(page, request)
    return selection_page(
        page,
        request,
        "admin/confirmation.html",
        title=f"{label}?",
        label=label,
        consequence=consequence,
        rows=[page.describe_row(row) for row in rows[:MAX_LISTED]],
        more=max(0, len(rows) - MAX_LISTED),
        back=request.POST.get("_back", ""),
        selected=[str(row.pk) for row in rows],
        select_across="0",
    )


def chosen_action_label(page: Any, request: HttpRequest) -> str:
    name = request.POST.get("action", "")
    return next(
        str(action.description) for action in page.get_actions(request).values() if action.name == name
    )


def selection_page(
    page: Any, request: HttpRequest, template: str, *, title: str, **context: Any
) -> TemplateResponse:
    """Return a page of a model between its list and an action; its form repeats what was selected."""
    repeated = {
        "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
        "select_across": request.POST.get("select_across", "0"),
    }
    return page.page(
        request,
        template,
        title=title,
        action=request.POST.get("action", ""),
        list_url=request.get_full_path(),
        **(repeated | context),
    )
