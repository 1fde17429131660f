from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import Membership, Project
from bulk_changes.errors import ChangedSince, OwnerNotAMember
from bulk_changes.subjects import Row, Subject
from krafter_audit.api.errors import ApiError, NotFound

MAX_EXAMPLES = 100  # rows of a summary that are listed one by one


@dataclass(frozen=True)
class Target:
    """A row and the values to set in it."""

    pk: UUID
    changes: Mapping[str, Any]
    expected: Mapping[str, Any] = field(default_factory=dict)  # the values that the row must still have


@dataclass(frozen=True)
class Decision:
    """The decision about a row: the values that change, or the error that rejects it."""

    pk: UUID
    row: Row
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    error: ApiError | None = None

    @property
    def is_change(self) -> bool:
        return self.error is None and bool(self.after)

    @property
    def title(self) -> str:
        return str(self.row.get("title", self.pk))


@dataclass
class Summary:
    """The decisions about many rows, counted, with the first of them one by one."""

    matched: int = 0
    changed: int = 0
    refused: int = 0
    # (field, value before, value after) → rows
    effects: Counter[tuple[str, Any, Any]] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    # Sentences about other rows that change with these, by their ids: the finding of a task.
    consequences: dict[UUID, str] = field(default_factory=dict)
    examples: list[Decision] = field(default_factory=list)
    refusals: list[Decision] = field(default_factory=list)

    @property
    def unchanged(self) -> int:
        return self.matched - self.changed - self.refused

    def add(self, decisions: Iterable[Decision], subject: Subject) -> None:
        for decision in decisions:
            self.matched += 1
            if decision.error is not None:
                self._add_refusal(decision, decision.error)
            elif decision.after:
                self._add_change(decision, subject)

    def _add_refusal(self, decision: Decision, error: ApiError) -> None:
        self.refused += 1
        self.reasons[error.message] += 1
        if len(self.refusals) < MAX_EXAMPLES:
            self.refusals.append(decision)

    def _add_change(self, decision: Decision, subject: Subject) -> None:
        self.changed += 1
        for name, value in decision.after.items():
            if name in subject.fields:
                self.effects[name, decision.before[name], value] += 1
        consequence = subject.consequence(decision.row, decision.after)
        if consequence is not None:
            self.consequences[consequence[0]] = consequence[1]
        if len(self.examples) < MAX_EXAMPLES:
            self.examples.append(decision)


class Decider:
    def __init__(
        self,
        project: Project,
        subject: Subject,
        unchanged_since: datetime | None = None,
        *,
        undone_change_at: datetime | None = None,
    ) -> None:
        self._project = project
        self._subject = subject
        self._unchanged_since = unchanged_since  # a row that has changed since then is refused
        self._undone_change_at = undone_change_at  # rows that have changed after it are refused
        self._members: dict[UUID, bool] = {}

    def decide(self, targets: Sequence[Target]) -> list[Decision]:
        rows = self._subject.model._default_manager.filter(
            project=self._project, pk__in=[target.pk for target in targets]
        )
        found = {row["pk"]: row for row in rows.values(*self._subject.all_columns)}
        obstacles: Mapping[UUID, str] = {}
        if self._undone_change_at is not None:
            obstacles = self._subject.undo_obstacles(
                {target.pk: target.expected for target in targets}, self._undone_change_at
            )
        return [
            self._decide(target, found.get(target.pk), obstacles.get(target.pk, "")) for target in targets
        ]

    def _decide(self, target: Target, row: Row | None, obstacle: str) -> Decision:
        if row is None:
            return Decision(target.pk, {}, {}, {}, NotFound())
        differing = {name: value for name, value in target.changes.items() if row[name] != value}
        # A column that explains another column changes only with it.
        after = {
            name: value
            for name, value in differing.items()
            if self._subject.explained_fields.get(name, name) in differing
        }
        before = {name: row[name] for name in after}
        return Decision(target.pk, row, before, after, self._refusal(target, row, after, obstacle))

    def _refusal(self, target: Target, row: Row, after: Mapping[str, Any], obstacle: str) -> ApiError | None:
        others = sorted(name for name, value in target.expected.items() if row[name] != value)
        if others:
            names = ", ".join(name.removesuffix("_id").replace("_", " ") for name in others)
            return ChangedSince(f"Its {names} has changed since.")
        if obstacle:
            return ChangedSince(obstacle)
        if not after:
            return None
        if self._unchanged_since is not None and row["updated_at"] > self._unchanged_since:
            return ChangedSince("It has changed since the preview.")
        if not self._is_member(after.get("owner_id")):
            return OwnerNotAMember()
        return self._subject.refusal(row, after)

    def _is_member(self, user_id: UUID | None) -> bool:
        if user_id is None:
            return True
        if user_id not in self._members:
            members = Membership.objects.filter(organization=self._project.organization_id, user=user_id)
            self._members[user_id] = members.exists()
        return self._members[user_id]
