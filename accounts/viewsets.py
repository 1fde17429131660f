"""Base classes of API views: authentication, rate limit, tenancy, idempotency, ETags and lists.

A request is checked in this order: key, expiry, rate limit, scope, project, body.
"""

from collections.abc import Callable, Iterable, Mapping
from contextvars import Token
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.db import InterfaceError, OperationalError
from django.db.models import Model, QuerySet
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import api_key_cache, api_keys
from accounts.actors import Actor
from accounts.models import Project, Scope
from krafter_audit.api import etags, idempotency, rate_limits, read_replica, request_body
from krafter_audit.api.envelope import Page
from krafter_audit.api.errors import Forbidden, InsufficientScope, InvalidParams, NotFound, Unauthorized
from krafter_audit.api.middleware import request_id_of
from krafter_audit.api.pagination import PAGING, Rows, by_cursor
from krafter_audit.api.parsers import MEBIBYTE
from krafter_audit.api.row_columns import columns

M = TypeVar("M", bound=Model)


class OrganizationViewSet(viewsets.ViewSet):
    """Views of one organisation, which the API key must belong to. Attributes: `caller`, `actor`."""

    rate_limit: ClassVar[str] = "default"
    strict_actions: ClassVar[frozenset[str]] = frozenset()
    read_only_posts: ClassVar[frozenset[str]] = frozenset()
    # action → the cached property that does its network I/O, read before the transaction begins
    network_lookups: ClassVar[Mapping[str, str]] = {}
    # read-only actions that may use a read replica (krafter_audit/api/read_replica.py)
    replica_actions: ClassVar[frozenset[str]] = frozenset({"list"})
    replica_token: Token[bool] | None = None
    body_limit = MEBIBYTE
    http_method_names = ("get", "head", "post", "patch", "put", "delete")
    caller: api_keys.Caller
    actor: Actor
    allowance: rate_limits.Allowance

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check the request step by step; raise the error of the first step that fails."""
        self._authenticate(request)
        self.allowance.refuse_when_spent()
        self._authorize(request)
        self._resolve_path(**kwargs)
        super().initial(request, *args, **kwargs)
        request_body.bound(request._request, self.body_limit)
        self._apply_idempotency(request)
        if request.method in ("GET", "HEAD") and self.action in self.replica_actions:
            self.replica_token = read_replica.begin(self.caller.organization.pk)

    def perform_authentication(self, request: Request) -> None:
        """Do nothing: `initial` has authenticated the key."""

    def handle_exception(self, exc: Exception) -> Any:
        """Repeat the request on the primary if the replica has failed."""
        if self.replica_token and isinstance(exc, OperationalError | InterfaceError):
            self._use_primary()
            read_replica.watch.rest()
            return getattr(self, str(self.request.method).lower())(self.request, *self.args, **self.kwargs)
        return super().handle_exception(exc)

    def _use_primary(self) -> None:
        if self.replica_token:
            read_replica.end(self.replica_token)
            self.replica_token = None

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Add the rate limit headers and `Cache-Control: no-store`."""
        self._use_primary()
        if request.method not in ("GET", "HEAD") and response.status_code < 400 and hasattr(self, "caller"):
            read_replica.wrote(self.caller.organization.pk)
        final = super().finalize_response(request, response, *args, **kwargs)
        if hasattr(self, "allowance"):  # absent if the body could not be read
            for name, value in self.allowance.headers.items():
                final[name] = value
        final.setdefault("Cache-Control", "no-store")
        return final

    def _authenticate(self, request: Request) -> None:
        """Authenticate and count the request. A cached caller of an older generation is looked up again."""
        header, slug = request.headers.get("authorization"), self.kwargs.get("project_id", "")
        cached = api_key_cache.cached_caller(header, slug)
        self.caller = cached[0] if cached else self._look_up_caller(request, header, slug)
        kind = "strict" if self.action in self.strict_actions else self.rate_limit
        client = str(self.caller.organization.pk)
        self.allowance = rate_limits.take(kind, client, watching=api_key_cache.GENERATION)
        if cached and cached[1] != self.allowance.watched:
            self.caller = self._look_up_caller(request, header, slug)
        self.actor = Actor("api_key", self.caller.user_id, request_id_of(request._request))

    def _look_up_caller(self, request: Request, header: str | None, slug: str) -> api_keys.Caller:
        try:
            return api_key_cache.look_up(header, slug)
        except Unauthorized:
            # Counted per client address for the headers; a wrong key is always answered 401.
            self.allowance = rate_limits.take("public", rate_limits.client_address(request._request))
            raise

    def _authorize(self, request: Request) -> None:
        reads = request.method in ("GET", "HEAD", "OPTIONS") or self.action in self.read_only_posts
        needed = Scope.READ if reads else Scope.WRITE
        if not self.caller.has_scope(needed):
            raise InsufficientScope(f"This API key lacks the scope {needed.value}.")

    def _resolve_path(self, org_id: str = "", **kwargs: Any) -> None:
        if org_id.lower() != str(self.caller.organization.pk):
            raise Forbidden

    def _apply_idempotency(self, request: Request) -> None:
        key = idempotency.key_of(request) if request.method == "POST" else None
        if key is not None:
            organization_id = self.caller.organization.pk
            handler = self.post  # type: ignore[has-type]  # set by as_view
            prepare = self._do_network_lookups if self.action in self.network_lookups else None
            self.post = idempotency.once(handler, organization_id=organization_id, key=key, prepare=prepare)

    def _do_network_lookups(self) -> None:
        getattr(self, self.network_lookups[self.action])

    @property
    def context(self) -> dict[str, Any]:
        """The serializer context: the organisation."""
        return {"organization": self.caller.organization}

    def serialize(self, row: Any, serializer_class: type[serializers.BaseSerializer[Any]]) -> Any:
        """Return the row as the serializer presents it."""
        return serializer_class(row, context=self.context).data


S = TypeVar("S", bound=serializers.BaseSerializer[Any])


class ProjectViewSet(OrganizationViewSet):
    """Views of one project: the path becomes `self.project`, or 404."""

    project: Project

    def _resolve_path(self, org_id: str = "", project_id: str = "", **kwargs: Any) -> None:
        super()._resolve_path(org_id=org_id)
        if self.caller.project is None:
            raise NotFound("Project not found in this organisation.")
        self.project = self.caller.project

    def validated_body(self, serializer_class: type[S]) -> dict[str, Any]:
        """Return the validated request body. Raises InvalidParams."""
        data = self.request.data if not _is_empty(self.request.data) else {}
        serializer = serializer_class(data=data, context=self.context)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def require_no_body(self) -> None:
        """Raise InvalidParams if the request has a body."""
        self.validated_body(EmptyRequestSerializer)

    @property
    def context(self) -> dict[str, Any]:
        """The serializer context: the project and its organisation."""
        return {"project": self.project, **super().context}

    def get_row(self, rows: QuerySet[M], pk: str, **where: Any) -> M:
        """Return the project's row with that id. Raises NotFound, for rows of other projects too."""
        row = rows.filter(project=self.project, pk=parse_id(pk), **where).first()
        if row is None:
            raise NotFound
        return row

    def row_response(self, row: Any, serializer_class: type[S], status: int = 200) -> Response:
        """Return a row with its ETag; 304 if the client has it already."""
        return self._response_with_etag(
            etags.etag(row), lambda: self.serialize(row, serializer_class), status
        )

    def response_by_id(self, pk: str, serializer_class: type[S]) -> Response:
        """Return the project's row with that id, read by one query of its columns. Raises NotFound."""
        shown = columns(serializer_class)
        if shown is None:
            raise TypeError(f"{serializer_class} has fields that are not columns")
        row = shown.one(self.project.pk, parse_id(pk))
        if row is None:
            raise NotFound
        return self._response_with_etag(etags.etag_of(row[1]), lambda: shown.show(row, self.context))

    def _response_with_etag(self, tag: str, data: Callable[[], Any], status: int = 200) -> Response:
        reads = self.request.method in ("GET", "HEAD")
        if reads and etags.known(self.request.headers.get("if-none-match"), tag):
            return Response(status=304, headers={"etag": tag})
        return Response(data(), status=status, headers={"etag": tag})

    def page_response(self, page: Page, serializer_class: type[S]) -> Response:
        """Return a page of models, or of tuples of the serializer's columns."""
        shown, context = columns(serializer_class), self.context
        if shown is None:
            rows = serializer_class(page.rows, many=True, context=context).data
        else:
            rows = [shown.show(row, context) for row in page.rows]
        return Response(Page(rows, page.total, page.next_cursor))

    def list_response(
        self, rows: QuerySet[M], serializer_class: type[S], *, total: Callable[[], int], of: str = ""
    ) -> Response:
        """Return a page of a list, newest first; `of` is the id of the parent if the list is limited to one."""
        self.reject_unknown_parameters(PAGING - {"offset"})
        place = f"{rows.model._meta.label} {of or self.project.pk}"
        listing = Rows(rows, shown=columns(serializer_class))
        page = by_cursor(listing, self.request.query_params, bound_to=place, total=total)
        return self.page_response(page, serializer_class)

    def reject_unknown_parameters(self, known: Iterable[str]) -> None:
        """Raise InvalidParams for unknown query parameters: a typo must not be ignored."""
        unknown = sorted(set(self.request.query_params) - set(known))
        if unknown:
            raise InvalidParams(details={name: ["Unknown parameter."] for name in unknown})


class EmptyRequestSerializer(serializers.Serializer[Any]):
    """An empty body, or `{}`."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Raise ValidationError unless the body is empty."""
        if data:
            names = data if isinstance(data, dict) else {"body": None}
            raise serializers.ValidationError(
                {name: ["This endpoint accepts no request body."] for name in names}
            )
        return {}


def _is_empty(data: Any) -> bool:
    return not isinstance(data, dict | list | str | int | float | bool) or (
        data == {} and type(data) is not dict
    )


def parse_id(text: str) -> UUID:
    """Parse an id from the path. Raises NotFound if it is not a UUID."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
