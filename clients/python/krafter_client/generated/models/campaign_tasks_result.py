from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="CampaignTasksResult")


@_attrs_define
class CampaignTasksResult:
    """How many tasks were selected, how many were added or removed (by a dry run: would be), and how many were not."""

    campaign_id: None | UUID
    matched: int
    changed: int
    """ Return how many tasks are added or removed. """
    unchanged: int
    """ Return how many of the selected tasks were in the campaign already, or not in it. """
    dry_run: bool
    """ Return whether nothing was written. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        campaign_id: None | str
        if isinstance(self.campaign_id, UUID):
            campaign_id = str(self.campaign_id)
        else:
            campaign_id = self.campaign_id

        matched = self.matched

        changed = self.changed

        unchanged = self.unchanged

        dry_run = self.dry_run

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "campaign_id": campaign_id,
                "matched": matched,
                "changed": changed,
                "unchanged": unchanged,
                "dry_run": dry_run,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_campaign_id(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                campaign_id_type_0 = UUID(data)

                return campaign_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        campaign_id = _parse_campaign_id(d.pop("campaign_id"))

        matched = d.pop("matched")

        changed = d.pop("changed")

        unchanged = d.pop("unchanged")

        dry_run = d.pop("dry_run")

        campaign_tasks_result = cls(
            campaign_id=campaign_id,
            matched=matched,
            changed=changed,
            unchanged=unchanged,
            dry_run=dry_run,
        )

        campaign_tasks_result.additional_properties = d
        return campaign_tasks_result

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
