from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.api_key import ApiKey
    from ..models.limits import Limits
    from ..models.member import Member
    from ..models.organization import Organization
    from ..models.project import Project


T = TypeVar("T", bound="Me")


@_attrs_define
class Me:
    """The key that made the request, its user and its organisation."""

    user: Member
    """ A member of the organisation. `id` is the user's, as in `owner_id`. """
    organization: Organization
    """ An organisation. """
    key: ApiKey
    """ An API key, without the key itself. """
    projects: list[Project]
    limits: Limits
    """ Requests per minute. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        user = self.user.to_dict()

        organization = self.organization.to_dict()

        key = self.key.to_dict()

        projects = []
        for projects_item_data in self.projects:
            projects_item = projects_item_data.to_dict()
            projects.append(projects_item)

        limits = self.limits.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "user": user,
                "organization": organization,
                "key": key,
                "projects": projects,
                "limits": limits,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.api_key import ApiKey  # noqa: PLC0415
        from ..models.limits import Limits  # noqa: PLC0415
        from ..models.member import Member  # noqa: PLC0415
        from ..models.organization import Organization  # noqa: PLC0415
        from ..models.project import Project  # noqa: PLC0415

        d = dict(src_dict)
        user = Member.from_dict(d.pop("user"))

        organization = Organization.from_dict(d.pop("organization"))

        key = ApiKey.from_dict(d.pop("key"))

        projects = []
        _projects = d.pop("projects")
        for projects_item_data in _projects:
            projects_item = Project.from_dict(projects_item_data)

            projects.append(projects_item)

        limits = Limits.from_dict(d.pop("limits"))

        me = cls(
            user=user,
            organization=organization,
            key=key,
            projects=projects,
            limits=limits,
        )

        me.additional_properties = d
        return me

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
