"""The filter `in_words` of times, with the zone: `{{ at|in_words }}`."""

from django.template import Library

from krafter_audit.displayed_times import in_words

register = Library()
register.filter("in_words", in_words)
