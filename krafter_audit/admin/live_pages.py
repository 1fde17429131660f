"""Pages that follow running work: a script replaces their live parts, and without it the page is reloaded."""

from django.http import HttpRequest, HttpResponse

# Set by admin.js: a browser that sends it runs scripts.
SCRIPT_COOKIE = "time_zone"
REFRESH_SECONDS = 5


def follow(request: HttpRequest, response: HttpResponse) -> None:
    """Have the page of running work updated: by live.js, or by a reload in a browser without scripts."""
    if SCRIPT_COOKIE not in request.COOKIES:
        response["Refresh"] = str(REFRESH_SECONDS)
