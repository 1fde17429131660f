"""Pages that connect a provider: list, form, test, and sign-in by OAuth."""

import secrets
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, reverse
from django.views.decorators.http import require_GET

from accounts.admin.actor import staff_actor
from accounts.models import Project
from integrations import connection, queries, services
from integrations.admin.forms import ConnectForm
from integrations.admin.state import LABELS, TONES, badge_of
from integrations.connection import ConnectionCheck
from integrations.models import Integration
from integrations.oauth import authorization
from integrations.providers.registry import PROVIDER_CLASSES
from krafter_audit.admin.archived_projects import ArchivedProjectError
from krafter_audit.admin.base import ReadOnlyAdmin
from krafter_audit.admin.forms import error_text
from krafter_audit.admin.project_scope import chosen_project
from krafter_audit.admin.row_permissions import NOT_ALLOWED, staff_of
from krafter_audit.api.errors import ApiError
from krafter_audit.templatetags.admin_menu import PRESERVED_FILTERS
from krafter_audit.web.public_urls import public_url

CALLBACK = "admin:integrations_integration_signedin"
SIGN_IN_KEY = "integration_sign_in"
SIGN_IN_SECONDS = 900  # for a person to sign in at the provider
NO_ANSWER = "The sign-in was not completed. Start it again."


class ConnectionPages(ReadOnlyAdmin):
    def get_urls(self) -> list[URLPattern]:
        route = "connect/<uuid:project_id>/<str:provider>/"
        return [
            self.page_url("connect", self.connect_view, route=route),
            self.page_url("test", self.test_view, route=f"{route}test/"),
            self.page_url("signin", self.sign_in_view, route=f"{route}sign-in/"),
            self.page_url("signedin", require_GET(self.signed_in_view), route="signed-in/"),
            *super().get_urls(),
        ]

    # ---- The providers of a project

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the providers above the list: those of the chosen project, or the numbers of all projects."""
        context = {"tiles": self._tiles_of_list(request), **(extra_context or {})}
        return super().changelist_view(request, context)

    def _tiles_of_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        project = chosen_project(request)
        if project is not None and self._may_connect(request, project):
            return self._tiles(request, project)
        # Without an order, which would be a part of the groups.
        rows = self.get_queryset(request).order_by().values_list("provider", "status")
        numbers = {(provider, status): number for provider, status, number in rows.annotate(Count("pk"))}
        may_add = self.has_add_permission(request)
        add, filters = self._url("add"), self.get_preserved_filters(request)
        return [
            _tile_of_all(
                provider,
                numbers,
                _narrowed(request, provider),
                self.with_filters(f"{add}?provider={provider}", filters) if may_add else "",
            )
            for provider in PROVIDER_CLASSES
        ]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("integrations.add_integration"))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the providers of a project with their states, or open the page of the one that was chosen."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        project = self._project_of_list(request)
        tiles = self._tiles(request, project) if project else []
        provider = PROVIDER_CLASSES.get(request.GET.get("provider", ""))
        for tile in tiles:
            if tile["provider_class"] is provider and not tile["refusal"]:
                return HttpResponseRedirect(tile["url"])
        return self.page(
            request,
            "admin/integrations/integration/providers.html",
            title=f"Connect {provider.title}" if provider else "Connect a provider",
            project=project,
            provider=request.GET["provider"] if provider else "",
            tiles=tiles,
            filters=request.GET.get(PRESERVED_FILTERS, ""),
            projects=self._projects(request),
        )

    def _projects(self, request: HttpRequest) -> list[Project]:
        user = staff_of(request)
        projects = Project.objects.visible_to(user).filter(archived_at=None).select_related("organization")
        found = projects.order_by("organization__name", "slug")
        return [project for project in found if self._may_connect(request, project)]

    def _project_of_list(self, request: HttpRequest) -> Project | None:
        projects = {str(project.pk): project for project in self._projects(request)}
        chosen = chosen_project(request)
        wanted = request.GET.get("project") or (str(chosen.pk) if chosen else "")
        return projects.get(wanted) or (next(iter(projects.values())) if len(projects) == 1 else None)

    def _tiles(self, request: HttpRequest, project: Project) -> list[dict[str, Any]]:
        filters = self.get_preserved_filters(request)
        return [
            {
                "provider_class": PROVIDER_CLASSES[provider],
                "states": [badge_of(row)] if row else [],
                "url": self.with_filters(self._url("change", row.pk), filters)
                if row
                else self._connect_url(request, project.pk, provider),
                "refusal": "" if row else project.read_only_reason,
                "is_connected": row is not None and row.status != Integration.Status.DISCONNECTED,
            }
            for provider, row in queries.integrations_by_provider(project)
        ]

    def _may_connect(self, request: HttpRequest, project: Project) -> bool:
        permission = "integrations.change_integration"
        return bool(staff_of(request).has_perm(permission, project.organization_id))

    def _project(self, request: HttpRequest, project_id: UUID, provider: str) -> Project:
        """Return a project in which the user may connect the provider. Raises Http404 or PermissionDenied."""
        projects = Project.objects.visible_to(staff_of(request)).select_related("organization")
        project = projects.filter(pk=project_id).first()
        if project is None or provider not in PROVIDER_CLASSES:
            raise Http404
        if not self._may_connect(request, project):
            raise PermissionDenied(NOT_ALLOWED)
        if project.archived_at:
            raise ArchivedProjectError(project.read_only_reason)
        return project

    # ---- The form

    def connect_view(self, request: HttpRequest, project_id: UUID, provider: str) -> HttpResponse:
        """Show the form; after a successful test store the credentials and start a sync."""
        project = self._project(request, project_id, provider)
        form = _form(request, project, provider)
        if request.method != "POST" or not form.is_valid():
            return self._form_page(request, project, provider, form)
        check = None if form.cleaned_data["without_test"] else _test(project, provider, form)
        if check is not None and not check.is_accepted:
            return self._form_page(request, project, provider, form, check)
        return self._store(request, project, provider, form.credentials, self.get_preserved_filters(request))

    def test_view(self, request: HttpRequest, project_id: UUID, provider: str) -> HttpResponse:
        """Test the form; return only the result to a script."""
        project = self._project(request, project_id, provider)
        if request.method != "POST":
            return HttpResponseRedirect(self._connect_url(request, project.pk, provider))
        form = _form(request, project, provider)
        check = _test(project, provider, form) if form.is_valid() else None
        if request.headers.get("hx-request"):
            context = {"check": check, "form": form}
            return render(request, "admin/integrations/integration/check.html", context)
        return self._form_page(request, project, provider, form, check)

    def _form_page(
        self,
        request: HttpRequest,
        project: Project,
        provider: str,
        form: ConnectForm,
        check: ConnectionCheck | None = None,
    ) -> HttpResponse:
        provider_class = PROVIDER_CLASSES[provider]
        verb = "Reconnect" if form.has_stored else "Connect"
        return self.page(
            request,
            "admin/integrations/integration/connect.html",
            title=f"{verb} {provider_class.title}",
            verb=verb,
            project=project,
            provider=provider,
            provider_class=provider_class,
            form=form,
            check=check,
            offers_sign_in=authorization.is_offered(provider_class),
            callback=public_url(CALLBACK),
            filters=self.get_preserved_filters(request),
            back=self._back(project, provider, self.get_preserved_filters(request)),
        )

    def _store(
        self,
        request: HttpRequest,
        project: Project,
        provider: str,
        credentials: dict[str, Any],
        filters: str,
    ) -> HttpResponse:
        try:
            services.connect(project, provider, credentials=credentials, by=staff_actor(request))
            services.sync_now(project, provider, by=staff_actor(request))
        except ApiError as error:
            self.message_user(request, error_text(error), messages.ERROR)
        else:
            title = PROVIDER_CLASSES[provider].title
            self.message_user(request, f"{title} is connected. A sync has started.", messages.SUCCESS)
        return HttpResponseRedirect(self._back(project, provider, filters))

    def _back(self, project: Project, provider: str, filters: str) -> str:
        row = Integration.objects.filter(project=project, provider=provider).only("pk").first()
        page = self._url("change", row.pk) if row else f"{self._url('add')}?project={project.pk}"
        return self.with_filters(page, filters)

    def with_filters(self, url: str, filters: str) -> str:
        """Return a URL with the list's filters, as Django keeps them in a parameter."""
        return str(add_preserved_filters({"opts": self.opts, "preserved_filters": filters}, url))

    # ---- The sign-in

    def sign_in_view(self, request: HttpRequest, project_id: UUID, provider: str) -> HttpResponse:
        """Store the form's choices in the session, and redirect to the provider's sign-in page."""
        project = self._project(request, project_id, provider)
        if request.method != "POST":
            return HttpResponseRedirect(self._connect_url(request, project.pk, provider))
        provider_class = PROVIDER_CLASSES[provider]
        form = _form(request, project, provider, by_sign_in=True)
        if not authorization.is_offered(provider_class):
            raise Http404
        if not form.is_valid():
            # The page has all fields; those that a sign-in replaces may be empty.
            full = _form(request, project, provider)
            full.errors.clear()
            full.errors.update(form.errors)
            return self._form_page(request, project, provider, full)
        verifier = secrets.token_urlsafe(48) if provider_class.oauth and provider_class.oauth.has_pkce else ""
        state = secrets.token_urlsafe(32)
        request.session[SIGN_IN_KEY] = {
            "state": state,
            "code_verifier": verifier,
            "project": str(project.pk),
            "provider": provider,
            "choices": form.credentials,
            "filters": self.get_preserved_filters(request),
            "until": time.time() + SIGN_IN_SECONDS,
        }
        url = authorization.authorization_url(
            provider_class, redirect_uri=public_url(CALLBACK), state=state, code_verifier=verifier
        )
        response = self.page(
            request,
            "admin/integrations/integration/sign_in.html",
            title=f"Sign in at {provider_class.title}",
            provider_class=provider_class,
            url=url,
            back=self._back(project, provider, self.get_preserved_filters(request)),
        )
        # Not a redirect: the policy allows forms to lead only to this site.
        response["Refresh"] = f"0; url={url}"
        return response

    def signed_in_view(self, request: HttpRequest) -> HttpResponse:
        """Exchange the code with which the provider redirects the person back."""
        started = request.session.pop(SIGN_IN_KEY, None) or {}
        state = request.GET.get("state", "")
        is_ours = bool(started) and secrets.compare_digest(state.encode(), started["state"].encode())
        if not is_ours or started["until"] < time.time():
            self.message_user(request, NO_ANSWER, messages.ERROR)
            return HttpResponseRedirect(self._url("changelist"))
        project = self._project(request, UUID(started["project"]), started["provider"])
        filters = started["filters"]
        form_url = self.with_filters(self._url("connect", project.pk, started["provider"]), filters)
        if not request.GET.get("code"):
            self.message_user(request, NO_ANSWER, messages.ERROR)
            return HttpResponseRedirect(form_url)
        try:
            tokens = self._exchange(project, started, request.GET["code"])
        except ApiError as error:
            self.message_user(request, error_text(error), messages.ERROR)
            return HttpResponseRedirect(form_url)
        credentials = {**tokens, **started["choices"]}
        return self._store(request, project, started["provider"], credentials, filters)

    def _exchange(self, project: Project, started: dict[str, Any], code: str) -> dict[str, Any]:
        extra = {"redirect_uri": public_url(CALLBACK)}
        if started["code_verifier"]:
            extra["code_verifier"] = started["code_verifier"]
        return services.exchange_code(project, started["provider"], auth_code=code, **extra)

    def _connect_url(self, request: HttpRequest, project_id: UUID, provider: str) -> str:
        url = self._url("connect", project_id, provider)
        return self.with_filters(url, self.get_preserved_filters(request))

    def _url(self, name: str, *args: Any) -> str:
        return reverse(f"admin:integrations_integration_{name}", args=args)


def _narrowed(request: HttpRequest, provider: str) -> str:
    """Return the query of the list with its other filters, narrowed to one provider."""
    query = request.GET.copy()
    query["provider__exact"] = provider
    query.pop(PAGE_VAR, None)
    return f"?{query.urlencode()}"


def _tile_of_all(
    provider: str, numbers: Mapping[tuple[str, str], int], narrowed: str, connect: str
) -> dict[str, Any]:
    states = [
        (f"{number} {LABELS[status].lower()}", TONES[status])
        for status in LABELS
        if (number := numbers.get((provider, status), 0))
    ]
    return {
        "provider_class": PROVIDER_CLASSES[provider],
        "states": states,
        "url": narrowed if states else connect,
        "is_connected": bool(states),
    }


def _form(request: HttpRequest, project: Project, provider: str, *, by_sign_in: bool = False) -> ConnectForm:
    sent = request.POST if request.method == "POST" else None
    is_connected = queries.connected_integration(project.pk, provider) is not None
    stored = services.stored_choices(project, provider) if is_connected else None
    servers = services.server_choices(project, provider) if is_connected else ()
    return ConnectForm(sent, provider=provider, stored=stored, servers=servers, by_sign_in=by_sign_in)


def _test(project: Project, provider: str, form: ConnectForm) -> ConnectionCheck:
    credentials = form.credentials
    if form.keeps_secrets(credentials):
        credentials = services.with_stored_secrets(project, provider, credentials)
    return connection.check_credentials(provider, credentials)
