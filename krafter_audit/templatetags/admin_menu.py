"""Breadcrumbs, and the tabs of a menu section."""

from typing import Any

from django.template import Context, Library

from krafter_audit.admin_site.menu import list_url, pages_of

PRESERVED_FILTERS = "_changelist_filters"  # Django's name of the query parameter

register = Library()


@register.inclusion_tag("admin/breadcrumbs.html", takes_context=True)
def breadcrumbs(context: Context) -> dict[str, Any]:
    """Return the breadcrumbs of a page, each as `(title, link)`; the last one is the page itself."""
    opts, row = context.get("opts"), context.get("original")
    if opts is None:
        return {"steps": [(context.get("title") or "Overview", "")]}
    section, page, pages = _place(context, opts)
    steps = [(section, pages[0]["link"])] if pages and section != page else []
    filters = context["request"].GET.get(PRESERVED_FILTERS, "")  # of the list from which the page was opened
    steps.append((page, list_url(f"{opts.app_label}.{opts.model_name}") + (f"?{filters}" if filters else "")))
    last = context.get("title") if row is None else str(row)
    if context.get("cl") is None and last:  # a list is the last breadcrumb itself
        steps.append((last, ""))
    return {"steps": steps}


@register.simple_tag(takes_context=True)
def list_name(context: Context) -> str:
    """Return the name of a list, as in the menu."""
    return _place(context, context["cl"].opts)[1]


def _place(context: Context, opts: Any) -> tuple[str, str, list[dict[str, Any]]]:
    section, pages = pages_of(context["request"], f"{opts.app_label}.{opts.model_name}")
    name = next((page["title"] for page in pages if page["active"]), opts.verbose_name_plural.capitalize())
    return section, name, pages


@register.inclusion_tag("admin/tabs.html", takes_context=True)
def section_tabs(context: Context) -> dict[str, Any]:
    opts = context["cl"].opts
    section, pages = pages_of(context["request"], f"{opts.app_label}.{opts.model_name}")
    return {"section": section, "pages": pages if len(pages) > 1 else []}
