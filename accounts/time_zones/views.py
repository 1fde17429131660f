from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.models import User
from accounts.time_zones.middleware import browser_zone
from accounts.time_zones.names import zone_names
from krafter_audit.admin.base import staff_of


class TimeZoneForm(forms.ModelForm):
    """The time zone of a user; empty: that of the browser."""

    def __init__(self, *args: Any, browser: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        detected = f"That of the browser ({browser or 'UTC'})"
        zones = [(name, name.replace("_", " ")) for name in sorted(zone_names())]
        self.fields["time_zone"] = forms.ChoiceField(
            label="Time zone",
            choices=[("", detected), *zones],
            required=False,
            widget=UnfoldAdminSelectWidget,
        )

    class Meta:
        model = User
        fields = ("time_zone",)


def choose_time_zone(request: HttpRequest) -> HttpResponse:
    """Show the form, or store the choice of the signed-in user."""
    # Not request.user: a form with an error has changed its instance, which the rest of the request would use.
    user = User.objects.get(pk=staff_of(request).pk)
    form = TimeZoneForm(request.POST or None, instance=user, browser=browser_zone(request))
    if request.method == "POST" and form.is_valid():
        user.save(update_fields=["time_zone"])
        messages.success(request, "The time zone was changed.")
        return redirect("time_zone")
    context = {
        "title": "Time zone",
        "form": form,
        "now": timezone.now(),
        "zone": timezone.get_current_timezone_name(),
    }
    return TemplateResponse(request, "accounts/time_zone.html", context)
