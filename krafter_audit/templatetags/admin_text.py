"""Filters that say times, statuses and events in words."""

from django import template

from krafter_audit.admin import text

register = template.Library()
for words in (
    text.ago, text.moment, text.due_badge, text.grouped, text.status_label, text.event_label, text.web_link,
):  # fmt: skip
    register.filter(words)
