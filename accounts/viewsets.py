"""Who calls, and which project it is about: every API view inherits the order of a request from here.

The order: key, expiry, rate limit, scope, project, body.
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
    """A view about one organisation; the key must be of it. Attributes: `caller`, `organization`, `actor`."""

    rate_limit: ClassVar[str] = "default"
    strict_actions: ClassVar[frozenset[str]] = frozenset()
    read_only_posts: ClassVar[frozenset[str]] = frozenset()
    # action → the cached property that asks the network what the action needs: read before any transaction begins
    prepared: ClassVar[Mapping[str, str]] = {}
    # what may be read from a replica (krafter_audit/api/read_replica.py): actions that write nothing at all
    replicated: ClassVar[frozenset[str]] = frozenset({"list"})
    reading: Token[bool] | None = None
    body_limit = MEBIBYTE
    http_method_names = ("get", "head", "post", "patch", "put", "delete")
    caller: api_keys.Caller
    actor: Actor
    allowance: rate_limits.Allowance

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let a request in step by step, or refuse it at the first step that fails."""
        self._authenticate(request)
        self.allowance.refuse_when_spent()
        self._authorize(request)
        self._locate(**kwargs)
        super().initial(request, *args, **kwargs)
        request_body.bound(request._request, self.body_limit)
        self._once(request)
        if request.method in ("GET", "HEAD") and self.action in self.replicated:
            self.reading = read_replica.begin(self.caller.organization.pk)

    def perform_authentication(self, request: Request) -> None:
        """Nothing more: the key has told who calls."""

    def handle_exception(self, exc: Exception) -> Any:
        """Answer from the primary where the replica has just gone away."""
        if self.reading and isinstance(exc, OperationalError | InterfaceError):
            self._read_the_primary()
            read_replica.watch.rest()
            return getattr(self, str(self.request.method).lower())(self.request, *self.args, **self.kwargs)
        return super().handle_exception(exc)

    def _read_the_primary(self) -> None:
        if self.reading:
            read_replica.end(self.reading)
            self.reading = None

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Add what every answer carries: the state of the rate limit, and that nobody may keep the answer."""
        self._read_the_primary()
        if request.method not in ("GET", "HEAD") and response.status_code < 400 and hasattr(self, "caller"):
            read_replica.wrote(self.caller.organization.pk)
        final = super().finalize_response(request, response, *args, **kwargs)
        if hasattr(self, "allowance"):  # a body that could not be read came no further
            for name, value in self.allowance.headers.items():
                final[name] = value
        final.setdefault("Cache-Control", "no-store")
        return final

    def _authenticate(self, request: Request) -> None:
        """Tell who calls, and count the call. Whoever was remembered of an older generation is looked up again."""
        header, slug = request.headers.get("authorization"), self.kwargs.get("project_id", "")
        known = api_key_cache.cached_caller(header, slug)
        self.caller = known[0] if known else self._look_up(request, header, slug)
        kind = "strict" if self.action in self.strict_actions else self.rate_limit
        whose = str(self.caller.organization.pk)
        self.allowance = rate_limits.take(kind, whose, watching=api_key_cache.GENERATION)
        if known and known[1] != self.allowance.watched:
            self.caller = self._look_up(request, header, slug)
        self.actor = Actor("api_key", self.caller.user_id, request_id_of(request._request))

    def _look_up(self, request: Request, header: str | None, slug: str) -> api_keys.Caller:
        try:
            return api_key_cache.look_up(header, slug)
        except Unauthorized:
            # Counted by address for the headers; a wrong key is always told that it is wrong.
            self.allowance = rate_limits.take("public", rate_limits.client_address(request._request))
            raise

    def _authorize(self, request: Request) -> None:
        reads = request.method in ("GET", "HEAD", "OPTIONS") or self.action in self.read_only_posts
        needed = Scope.READ if reads else Scope.WRITE
        if not self.caller.has_scope(needed):
            raise InsufficientScope(f"This API key lacks the scope {needed.value}.")

    def _locate(self, org_id: str = "", **kwargs: Any) -> None:
        if org_id.lower() != str(self.caller.organization.pk):
            raise Forbidden

    def _once(self, request: Request) -> None:
        key = idempotency.key_of(request) if request.method == "POST" else None
        if key is not None:
            organization_id = self.caller.organization.pk
            carry_out = self.post  # type: ignore[has-type]  # set by as_view
            prepare = self._prepare if self.action in self.prepared else None
            self.post = idempotency.once(carry_out, organization_id=organization_id, key=key, prepare=prepare)

    def _prepare(self) -> None:
        getattr(self, self.prepared[self.action])

    @property
    def context(self) -> dict[str, Any]:
        """What serializers may know: the organisation."""
        return {"organization": self.caller.organization}

    def shown(self, row: Any, serializer_class: type[serializers.BaseSerializer[Any]]) -> Any:
        """Return the row as that serializer shows it."""
        return serializer_class(row, context=self.context).data


S = TypeVar("S", bound=serializers.BaseSerializer[Any])


class ProjectViewSet(OrganizationViewSet):
    """A view about one project: the address becomes `self.project`, or 404."""

    project: Project

    def _locate(self, org_id: str = "", project_id: str = "", **kwargs: Any) -> None:
        super()._locate(org_id=org_id)
        if self.caller.project is None:
            raise NotFound("There is no such project in this organisation.")
        self.project = self.caller.project

    def body(self, serializer_class: type[S]) -> dict[str, Any]:
        """Return the validated body, or refuse it."""
        data = self.request.data if not _is_empty(self.request.data) else {}
        serializer = serializer_class(data=data, context=self.context)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def nothing(self) -> None:
        """Refuse a body where none is taken."""
        self.body(EmptyRequestSerializer)

    @property
    def context(self) -> dict[str, Any]:
        """What serializers may know: the project and its organisation."""
        return {"project": self.project, **super().context}

    def find(self, rows: QuerySet[M], pk: str, **where: Any) -> M:
        """Return the project's row of that id, or 404: absent and another project's are never told apart."""
        row = rows.filter(project=self.project, pk=as_uuid(pk), **where).first()
        if row is None:
            raise NotFound
        return row

    def show(self, row: Any, serializer_class: type[S], status: int = 200) -> Response:
        """Answer with one row and its ETag; 304 when the client has this state already."""
        return self._tagged(etags.etag(row), lambda: self.shown(row, serializer_class), status)

    def read(self, pk: str, serializer_class: type[S]) -> Response:
        """Answer with the project's row of that id, straight from its columns, or 404."""
        shown = columns(serializer_class)
        if shown is None:
            raise TypeError(f"{serializer_class} shows more than columns")
        row = shown.one(self.project.pk, as_uuid(pk))
        if row is None:
            raise NotFound
        return self._tagged(etags.etag_of(row[1]), lambda: shown.show(row, self.context))

    def _tagged(self, tag: str, data: Callable[[], Any], status: int = 200) -> Response:
        reads = self.request.method in ("GET", "HEAD")
        if reads and etags.known(self.request.headers.get("if-none-match"), tag):
            return Response(status=304, headers={"etag": tag})
        return Response(data(), status=status, headers={"etag": tag})

    def show_page(self, page: Page, serializer_class: type[S]) -> Response:
        """Answer with the rows of a page: models, or tuples of the serializer's columns."""
        shown, context = columns(serializer_class), self.context
        if shown is None:
            rows = serializer_class(page.rows, many=True, context=context).data
        else:
            rows = [shown.show(row, context) for row in page.rows]
        return Response(Page(rows, page.total, page.next_cursor))

    def show_newest(
        self, rows: QuerySet[M], serializer_class: type[S], *, total: Callable[[], int], of: str = ""
    ) -> Response:
        """Answer with a page of a list without filters, newest first; `of` names whose rows they are, if one's."""
        self.refuse_unknown_parameters(PAGING - {"offset"})
        place = f"{rows.model._meta.label} {of or self.project.pk}"
        listing = Rows(rows, shown=columns(serializer_class))
        page = by_cursor(listing, self.request.query_params, bound_to=place, total=total)
        return self.show_page(page, serializer_class)

    def refuse_unknown_parameters(self, known: Iterable[str]) -> None:
        """Refuse query parameters that the list does not have: a typo must not widen an answer."""
        unknown = sorted(set(self.request.query_params) - set(known))
        if unknown:
            raise InvalidParams(details={name: ["There is no such parameter."] for name in unknown})


class EmptyRequestSerializer(serializers.Serializer[Any]):
    """An empty body, or `{}`."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Refuse anything that is not empty."""
        if data:
            names = data if isinstance(data, dict) else {"body": None}
            raise serializers.ValidationError({name: ["This address takes no body."] for name in names})
        return {}


def _is_empty(data: Any) -> bool:
    return not isinstance(data, dict | list | str | int | float | bool) or (
        data == {} and type(data) is not dict
    )


def as_uuid(text: str) -> UUID:
    """Parse an id from a path; what is not one cannot be found."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
