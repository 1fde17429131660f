"""Update the page of running work by a script, or by a reload without scripts."""

from django.http import HttpRequest, HttpResponse

# admin.js sets this cookie: a browser that sends it runs scripts.
SCRIPT_COOKIE = "time_zone"
REFRESH_SECONDS = 5


def refresh_without_scripts(request: HttpRequest, response: HttpResponse) -> None:
    if SCRIPT_COOKIE not in request.COOKIES:
        response["Refresh"] = str(REFRESH_SECONDS)
