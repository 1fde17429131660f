from typing import Any, ClassVar

from rest_framework import serializers

from krafter_audit.api.serializers import (
    BoundedListField,
    RequestSerializer,
    ResponseSerializer,
    StrictCharField,
)
from remediation.models import MAX_COMMENT_LENGTH, MAX_LABEL_LENGTH, MAX_LABELS_OF_TASK, TaskComment


class CommentRequestSerializer(RequestSerializer):
    """The text of a comment, as plain text or Markdown; it is stored as it was sent."""

    body = StrictCharField(max_length=MAX_COMMENT_LENGTH)


class CommentSerializer(ResponseSerializer):
    """A comment on a task. The author is null if the user was deleted."""

    task_id = serializers.UUIDField()
    author_id = serializers.UUIDField(allow_null=True)
    author_name = serializers.SerializerMethodField()

    class Meta:
        model = TaskComment
        fields: ClassVar = ["id", "task_id", "author_id", "author_name", "body", "created_at", "updated_at"]

    def get_author_name(self, comment: TaskComment) -> str:
        """Return the name, or else the e-mail address; empty if the user was deleted."""
        return str(comment.author) if comment.author else ""


class LabelField(StrictCharField):
    """The name of a label."""

    default_error_messages = {"comma": "A label has no comma."}

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        # A comma would make lists of labels ambiguous.
        if "," in name:
            self.fail("comma")
        return name


class LabelsRequestSerializer(RequestSerializer):
    """All labels that the task will have; an empty list removes them."""

    labels = BoundedListField(child=LabelField(max_length=MAX_LABEL_LENGTH), max_length=MAX_LABELS_OF_TASK)


class LabelsSerializer(serializers.Serializer[Any]):
    """Names of labels, sorted."""

    labels = serializers.ListField(child=serializers.CharField())
