"""Base classes of the API's views: every request passes the same steps in the same order."""

from collections.abc import Callable, Collection, Mapping
from contextvars import Token
from typing import Any, ClassVar, cast
from uuid import UUID

from django.db import InterfaceError, OperationalError
from django.db.models import Model, QuerySet
from django.http import HttpResponse, QueryDict
from django_filters import FilterSet
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import api_key_cache, api_keys
from accounts.actors import Actor
from accounts.errors import InsufficientRole, ProjectArchived
from accounts.models import Project, Scope
from krafter_audit.api import etags, idempotency, long_polling, query_parameters, request_body
from krafter_audit.api.deprecation import Deprecation
from krafter_audit.api.envelope import ResultPage
from krafter_audit.api.errors import Forbidden, InsufficientScope, InvalidParams, NotFound, Unauthorized
from krafter_audit.api.lists.filters import (
    TIME_FIELDS,
    filter_rows,
    has_unordered_filter,
    sort_order,
    with_own_id,
)
from krafter_audit.api.lists.pagination import QuerySetListing, paginate_by_cursor
from krafter_audit.api.lists.row_columns import RowColumns, row_columns
from krafter_audit.api.lookup import get_or_404
from krafter_audit.api.middleware import request_id_of
from krafter_audit.api.parsers import MEBIBYTE
from krafter_audit.api.serializers import RequestSerializer
from krafter_audit.api.throttling import rate_limits
from krafter_audit.db import read_replica
from krafter_audit.db.counting import bounded_count

type SerializerClass = type[serializers.BaseSerializer[Any]]
RETRY_AFTER_SECONDS = "1"  # before a client reads the state of accepted work
SAFE_METHODS = ("GET", "HEAD")


class OrganizationViewSet(viewsets.ViewSet):
    """A view of one organisation, to which the key must belong. Sets `caller` and `actor`."""

    strict_actions: ClassVar[frozenset[str]] = frozenset()
    read_only_posts: ClassVar[frozenset[str]] = frozenset()
    # action → cached property that does the action's network I/O; evaluated before the transaction begins
    network_properties: ClassVar[Mapping[str, str]] = {}
    # actions that write nothing at all, so that they may read from a replica
    replica_actions: ClassVar[frozenset[str]] = frozenset({"list"})
    # POST actions whose response has a secret: it is stored encrypted for an Idempotency-Key
    secret_actions: ClassVar[frozenset[str]] = frozenset()
    # GET actions that honour If-None-Match, and POST actions that honour If-Match as every PATCH, PUT and DELETE does
    conditional_actions: ClassVar[frozenset[str]] = frozenset({"retrieve"})
    # action → since when it is deprecated
    deprecations: ClassVar[Mapping[str, Deprecation]] = {}
    # Access of keys that are bound to projects: full, read or none. Rows of an organisation concern all projects.
    project_key_access: ClassVar[str] = "read"
    body_limit = MEBIBYTE
    http_method_names = ("get", "head", "options", "post", "patch", "put", "delete")
    caller: api_keys.Caller
    actor: Actor
    window: rate_limits.Window
    replica_token: Token[bool] | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # docs/api.md states this order: key, rate limit, scope, organisation and project, parameters, body.
        self._authenticate(request)
        self.window.raise_if_exceeded()
        self._authorize(request)
        self._locate(**kwargs)
        super().initial(request, *args, **kwargs)
        if self.action and request.method != "OPTIONS":
            query_parameters.raise_if_unknown(self)
        request_body.limit_body(request._request, self.body_limit)
        if self.action == "destroy":
            self.require_empty_body()
        self._make_idempotent(request)
        if request.method in SAFE_METHODS and self.action in self.replica_actions:
            self.replica_token = read_replica.start_reading(self.caller.organization.pk)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return HttpResponse(status=204, headers={"allow": ", ".join(self.allowed_methods)})

    def perform_authentication(self, request: Request) -> None:
        pass  # `initial` has authenticated the caller

    def handle_exception(self, exc: Exception) -> Any:
        if self.replica_token and isinstance(exc, OperationalError | InterfaceError):
            # The replica has just failed: repeat the read on the primary.
            self._stop_reading_replica()
            read_replica.monitor.back_off()
            return getattr(self, str(self.request.method).lower())(self.request, *self.args, **self.kwargs)
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        self._stop_reading_replica()
        # After the response is made: the transaction has committed, and its position in the WAL is known.
        if request.method not in SAFE_METHODS and response.status_code < 400 and hasattr(self, "caller"):
            read_replica.record_write(self.caller.organization.pk)
        final = super().finalize_response(request, response, *args, **kwargs)
        if hasattr(self, "window"):  # absent if `initial` was not reached
            for name, value in self.window.headers.items():
                final[name] = value
        if final.status_code == 202:
            final["retry-after"] = RETRY_AFTER_SECONDS
        if self.action in self.deprecations:
            self.deprecations[self.action].add_to(final)
        # Responses depend on the key, so that no shared cache may store them.
        final.setdefault("Cache-Control", "no-store")
        if isinstance(final, Response):
            final.add_post_render_callback(self._break_cycles)
        return final

    def _break_cycles(self, response: Response) -> None:
        # View, request and response refer to each other. Until a garbage collection, which counts objects and not
        # bytes, megabytes of a large page would be kept for each of many requests.
        self.__dict__.pop("response", None)  # absent if the view has rendered it
        response.renderer_context = None  # type: ignore[attr-defined]  # set by finalize_response
        self.request.parser_context.clear()

    def _stop_reading_replica(self) -> None:
        if self.replica_token:
            read_replica.stop_reading(self.replica_token)
            self.replica_token = None

    def _authenticate(self, request: Request) -> None:
        header, slug = request.headers.get("authorization"), self.kwargs.get("project_id", "")
        cached = api_key_cache.get(header, slug)
        self.caller = cached[0] if cached else self._load_caller(request, header, slug)
        kind = "strict" if self.action in self.strict_actions else "default"
        organization_id = str(self.caller.organization.pk)
        own_limit = self.caller.rate_limit
        own = rate_limits.OwnLimit(str(self.caller.key_id), own_limit) if own_limit else None
        self.window = rate_limits.hit(kind, organization_id, also_get=api_key_cache.GENERATION_KEY, own=own)
        # The request was counted in the same round trip to Redis that read the current generation.
        if cached and cached[1] != self.window.extra_value:
            self.caller = self._load_caller(request, header, slug)
        self.actor = Actor("api_key", self.caller.user_id, request_id_of(request._request))

    def _load_caller(self, request: Request, header: str | None, slug: str) -> api_keys.Caller:
        network = rate_limits.client_network(request._request)
        # A client that has sent many invalid keys costs no further query: keys cannot be guessed at speed. Keys that
        # are in use still work, since clients behind a proxy or NAT share an address.
        if not api_key_cache.was_valid(header):
            self.window = rate_limits.peek("wrong_keys", network)
            self.window.raise_if_exceeded()
        try:
            return api_key_cache.load(header, slug)
        except Unauthorized:
            self.window = rate_limits.hit("wrong_keys", network)
            raise

    @property
    def only_reads(self) -> bool:
        return self.request.method in (*SAFE_METHODS, "OPTIONS") or self.action in self.read_only_posts

    def _authorize(self, request: Request) -> None:
        needed = Scope.READ if self.only_reads else Scope.WRITE
        if not Scope.grants(self.caller.scopes, needed):
            raise InsufficientScope(f"This API key lacks the scope {needed.value}.")
        is_enough = self.project_key_access == "full" or (
            self.project_key_access == "read" and self.only_reads
        )
        if self.caller.is_limited_to_projects and not is_enough:
            raise InsufficientRole("This concerns all projects: use a key that is not bound to projects.")

    def _locate(self, org_id: str = "", **kwargs: Any) -> None:
        # Compared as text: the id in the URL needs no query.
        if org_id.lower() != str(self.caller.organization.pk):
            raise Forbidden

    def _make_idempotent(self, request: Request) -> None:
        key = idempotency.key_from(request) if request.method == "POST" else None
        if key is not None:
            self.post = idempotency.run_once(
                self.post,  # type: ignore[has-type]  # set by as_view
                organization_id=self.caller.organization.pk,
                # A second person's approval is no repetition of the first one's, and another project may have the slug.
                bound_to=f"{self.caller.user_id} {self.owner_id}",
                key=key,
                prepare=self._do_network_io if self.action in self.network_properties else None,
                sealed=self.action in self.secret_actions,
            )

    def _do_network_io(self) -> None:
        getattr(self, self.network_properties[self.action])

    @property
    def owner_id(self) -> UUID:
        """The id of the organisation or project that owns the rows of a list."""
        return self.caller.organization.pk

    @property
    def serializer_context(self) -> dict[str, Any]:
        return {"organization": self.caller.organization}

    def serialize(self, row: Any, serializer_class: SerializerClass) -> Any:
        columns = row_columns(serializer_class)
        if columns is not None and isinstance(row, columns.model):
            return columns.represent_model(row, self.serializer_context)
        return serializer_class(row, context=self.serializer_context).data

    def validated_body(self, serializer_class: SerializerClass) -> dict[str, Any]:
        """Return the validated request body. Raises ValidationError."""
        data: Any = self.request.data
        if isinstance(data, QueryDict):  # of a form without a body: no parser reads forms
            data = {}
        if data is None:  # a body of `null`
            raise InvalidParams(details={"body": [RequestSerializer.default_error_messages["invalid"]]})
        serializer = serializer_class(data=data, context=self.serializer_context)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    @property
    def if_match(self) -> str | None:
        """The ETag of the version that the client changes; None without `If-Match`."""
        return self.request.headers.get("if-match")

    def require_empty_body(self) -> None:
        self.validated_body(EmptyRequestSerializer)

    def respond(
        self,
        row: Any,
        serializer_class: SerializerClass,
        status: int = 200,
        *,
        of: etags.Versioned | None = None,
        location_id: str = "",
    ) -> Response:
        """Return the response with one row and its ETag; 304 if the client has that version.

        `of` is the row that has the version, if `row` is another representation of it; `location_id` is the row's id
        in URLs, if it is not its primary key.
        """
        etag = etags.etag_for(of or row)
        response = self._respond_with_etag(etag, lambda: self.serialize(row, serializer_class), status)
        if status in (201, 202):
            response["location"] = self._location(location_id or str(row.pk))
        return response

    def _location(self, row_id: str) -> str:
        # `…/findings` creates a row below itself, `…/scans/run` one beside itself, `…/sites/:id/verify` changes its
        # parent.
        path = self.request.path
        parent = path if self.action == "create" else path.rpartition("/")[0]
        changes_parent = self.kwargs.keys() - {"org_id", "project_id"}
        return parent if changes_parent else f"{parent}/{row_id}"

    def respond_data(self, row: Any, data: Any, status: int = 200) -> Response:
        """Return the response with the representation of a row and its ETag."""
        response = Response(data, status=status, headers={"etag": etags.etag_for(row)})
        if status == 201:
            response["location"] = self._location(str(row.pk))
        return response

    def respond_with_content_etag(self, data: Any) -> Response:
        """Return the response with a resource of several rows; 304 if the client has the same content."""
        return self._respond_with_etag(etags.etag_for_content(data), lambda: data)

    def _respond_with_etag(self, etag: str, data: Callable[[], Any], status: int = 200) -> Response:
        reads = self.request.method in SAFE_METHODS
        if reads and etags.is_not_modified(self.request.headers.get("if-none-match"), etag):
            return Response(status=304, headers={"etag": etag})
        return Response(data(), status=status, headers={"etag": etag})

    def respond_page(self, page: ResultPage, serializer_class: SerializerClass) -> Response:
        """Return the response with a page, whose rows are models or tuples of the serializer's columns."""
        columns, context = row_columns(serializer_class), self.serializer_context
        if columns is None:
            rows = serializer_class(page.rows, many=True, context=context).data
        else:
            rows = [columns.represent(row, context) for row in page.rows]
        return Response(ResultPage(rows, page.total, page.next_cursor), headers=self._links(page))

    def respond_list[Row: Model](
        self,
        rows: QuerySet[Row],
        serializer_class: SerializerClass,
        filter_class: type[FilterSet],
        *,
        total: Callable[[dict[str, Any], QuerySet[Row]], int | None] | None = None,
        sort: Collection[str] = TIME_FIELDS,
        parent: str = "",
    ) -> Response:
        """Return the response with a page of a filtered and sorted list; the first field of `sort` is the default.

        `total` returns the number of rows from the active filters; without it they are counted, up to 10,000.
        `parent` owns the rows, if that is neither the project nor the organisation.
        """
        params = with_own_id(self.request.query_params, self.caller.user_id)
        order, descending = sort_order(params, sort, f"-{next(iter(sort))}")
        matching, filters = filter_rows(filter_class, params, rows)
        listing = QuerySetListing(
            matching,
            order=order,
            descending=descending,
            columns=row_columns(serializer_class),
            count_few=(lambda: bounded_count(matching))
            if has_unordered_filter(filter_class, filters)
            else None,
        )
        page = paginate_by_cursor(
            listing,
            params,
            bound_to=f"{rows.model._meta.label} {parent or self.owner_id}",
            total=lambda: total(filters, matching) if total else bounded_count(matching),
        )
        return self.respond_page(page, serializer_class)

    def _links(self, page: ResultPage) -> dict[str, str]:
        params = self.request.query_params.copy()
        if page.next_cursor is not None:
            params["cursor"] = page.next_cursor
        elif page.next_offset is not None:
            params["offset"] = str(page.next_offset)
        else:
            return {}
        url = self.request.build_absolute_uri(f"{self.request.path}?{params.urlencode()}")
        return {"link": f'<{url}>; rel="next"'}


class ProjectViewSet(OrganizationViewSet):
    """A view of one project. Sets `project`."""

    project_key_access = "full"
    project: Project
    # Actions on archived projects too: they revoke or delete what gives access, or restore the project.
    archived_project_actions: ClassVar[frozenset[str]] = frozenset()

    def _locate(self, org_id: str = "", project_id: str = "", **kwargs: Any) -> None:
        super()._locate(org_id=org_id)
        if self.caller.project is None:
            raise NotFound("This organisation has no such project.")
        self.project = self.caller.project
        is_allowed = self.only_reads or self.action in self.archived_project_actions
        if self.project.archived_at and not is_allowed:
            raise ProjectArchived

    @property
    def owner_id(self) -> UUID:
        return self.project.pk

    @property
    def serializer_context(self) -> dict[str, Any]:
        return {"project": self.project, **super().serializer_context}

    def get_row[Row: Model](self, rows: QuerySet[Row], pk: str, **filters: Any) -> Row:
        """Return the project's row with that id. Raises NotFound, for rows of other projects too."""
        return get_or_404(rows, project=self.project, pk=uuid_or_404(pk), **filters)

    def wait_while(self, rows: QuerySet[Any], pk: str) -> None:
        """Return when the project's row with that id is not among `rows`, or after the seconds of `?wait=`."""
        seconds = long_polling.requested_seconds(self.request.query_params)
        found = rows.filter(project=self.project, pk=uuid_or_404(pk))
        long_polling.wait_until(lambda: not found.exists(), seconds)

    def respond_row(self, pk: str, serializer_class: SerializerClass) -> Response:
        """Return the response with one row, read directly from its columns. Raises NotFound.

        Only for a serializer whose fields are all columns of its model; for others, `respond(self.get_row(…), …)`.
        """
        columns = cast("RowColumns", row_columns(serializer_class))
        row = columns.fetch_one(self.project.pk, uuid_or_404(pk))
        if row is None:
            raise NotFound
        return self._respond_with_etag(
            etags.etag_for_time(row[1]), lambda: columns.represent(row, self.serializer_context)
        )


class EmptyRequestSerializer(serializers.Serializer[Any]):
    """An empty body, or `{}`."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if data != {}:
            names = data if isinstance(data, dict) else ("non_field_errors",)
            raise serializers.ValidationError({name: ["This URL takes no body."] for name in names})
        return {}


def uuid_or_404(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
