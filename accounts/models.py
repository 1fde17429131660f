import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property

from accounts.errors import ProjectArchived
from krafter_audit.db.leases import Leased
from krafter_audit.db.models import BaseModel
from krafter_audit.http.urls import MAX_STORED_LENGTH
from krafter_audit.security.control_characters import is_invisible

slug_validator = RegexValidator(
    r"\A[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z",
    "Use 1 to 63 lower-case letters, digits and hyphens; no hyphen at either end.",
)


def require_visible(name: str) -> None:
    """Raise ValidationError for a name of only invisible characters, as the API does: its links would have no text."""
    if is_invisible(name):
        raise ValidationError("Use a name with visible characters.")


class Organization(BaseModel):
    """A team, which owns projects, API keys and quota."""

    name = models.CharField(max_length=200, validators=[require_visible])
    ai_quota = models.PositiveIntegerField(
        "quota", null=True, blank=True, help_text="Units per month; empty: unlimited."
    )

    class Meta:
        verbose_name = "organisation"

    def __str__(self) -> str:
        return self.name

    def slugs_of_projects(self) -> dict[uuid.UUID, str]:
        return dict(Project.objects.filter(organization=self).values_list("pk", "slug"))


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.lower(), **fields)
        # Without a password the user cannot log in.
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def by_email(self, email: str) -> "User | None":
        # Addresses are stored in lower case.
        return self.filter(email=email.strip().lower()).first()

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A user, identified by e-mail address; in the API by UUID."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("e-mail", unique=True)
    name = models.CharField(max_length=200, blank=True, validators=[require_visible])
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("staff status", default=False)
    time_zone = models.CharField(max_length=64, blank=True, help_text="Empty: that of the browser.")
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def signs_in_by_password(self) -> bool:
        """Whether the person has a password and, as staff, may use it; the invited become staff by choosing one."""
        return self.is_staff and self.has_usable_password()

    @property
    def signs_in(self) -> bool:
        """Whether the person has a password, or has signed in by single sign-on and can again."""
        if self.signs_in_by_password:
            return True
        return self.is_staff and self.last_login is not None and bool(settings.KRAFTER_OIDC_URL)

    @cached_property
    def roles(self) -> dict[uuid.UUID, str]:
        """The user's role in each of their organisations, by the organisation's id."""
        return dict(self.memberships.values_list("organization_id", "role"))


class Membership(BaseModel):
    class Role(models.TextChoices):
        OWNER = "owner"
        ADMIN = "admin"
        MEMBER = "member"
        VIEWER = "viewer"

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="memberships", verbose_name="organisation"
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)

    class Meta:
        verbose_name = "member"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "user"], name="one_membership_a_person"),
            models.CheckConstraint(
                condition=Q(role__in=["owner", "admin", "member", "viewer"]), name="membership_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"


class Invitation(BaseModel, Leased):
    """The e-mail to a new member: with a link that sets a password, or a notice if they sign in already."""

    membership = models.OneToOneField(Membership, models.CASCADE, related_name="invitation")
    is_notice = models.BooleanField(default=False)
    # Who added the member, if this is a notice. Without an index: no query needs one.
    added_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)
    due_at = models.DateTimeField(null=True)  # null: nothing is to be sent
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="invitation_due")
        ]

    def __str__(self) -> str:
        return str(self.membership)


class InvitationMail(BaseModel):
    """A requested mail, which counts towards the limits of 24 hours. It stays when the member is removed."""

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="invitation_mails", db_index=False
    )
    email = models.CharField(max_length=254)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organization", "created_at"], name="invitation_mail_newest")
        ]

    def __str__(self) -> str:
        return self.email


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: User) -> "ProjectQuerySet":
        """Return the projects of the user's organisations; all for a superuser."""
        return self if user.is_superuser else self.filter(organization__in=list(user.roles))


class Project(BaseModel):
    """A website under audit, identified in URLs by its slug."""

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="projects", verbose_name="organisation"
    )
    slug = models.CharField(max_length=63, validators=[slug_validator])
    name = models.CharField(max_length=200, validators=[require_visible])
    site_url = models.URLField("site URL", max_length=MAX_STORED_LENGTH)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "slug"], name="one_project_a_slug"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def read_only_reason(self) -> str:
        """Return why the project's rows can only be read; empty if it is not archived."""
        return ProjectArchived.message if self.archived_at else ""


class Scope(models.TextChoices):
    """The scopes of an API key; write includes read, `*` includes all."""

    READ = "audit:read"
    WRITE = "audit:write"
    ALL = "*"

    @classmethod
    def grants(cls, held: Iterable[str], needed: str) -> bool:
        return not {needed, cls.WRITE, cls.ALL}.isdisjoint(held)


class ApiKey(BaseModel):
    """A key that acts as its user. Only its SHA-256 is stored."""

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="api_keys", verbose_name="organisation"
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="api_keys")
    # Null: a command of the operator. Without an index: no query needs one.
    issued_by = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="+", db_index=False
    )
    name = models.CharField(max_length=200, validators=[require_visible])
    key_prefix = models.CharField(max_length=12, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope))
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)
    # Ids and not a relation: the lookup of a caller needs no further query. The ids of deleted projects do no harm.
    project_ids = ArrayField(
        models.UUIDField(),
        default=list,
        blank=True,
        help_text="Empty: every project of the organisation.",
    )
    rate_limit = models.PositiveIntegerField(
        null=True, blank=True, help_text="Requests per minute; empty: the organisation's limit."
    )

    class Meta:
        verbose_name = "API key"

    @property
    def status(self) -> str:
        """Return active, expired or revoked, as the API filters by it."""
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at and self.expires_at <= timezone.now() else "active"

    def __str__(self) -> str:
        return f"{self.name} ({self.key_prefix}…)"


class SavedView(BaseModel):
    """The filters, search and sort order of a list of the admin under a name, of a user or shared."""

    user = models.ForeignKey(User, models.CASCADE, related_name="saved_views")
    # Its members see the view too; null: only the user.
    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, related_name="saved_views", verbose_name="organisation"
    )
    list = models.CharField(max_length=100)  # the label of the model
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=2000, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "list", "name"], name="unique_saved_view_name"),
        ]

    def __str__(self) -> str:
        return self.name


class QuotaMonth(models.Model):
    """The units that an organisation has used in a calendar month."""

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="quota_months", verbose_name="organisation"
    )
    month = models.DateField(help_text="First day of the month.")
    spent = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "month"], name="one_quota_row_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.organization}, {date_format(self.month, 'F Y')}"


def month_of(day: date) -> date:
    return day.replace(day=1)
