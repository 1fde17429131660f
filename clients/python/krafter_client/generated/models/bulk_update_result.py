from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.effect import Effect
    from ..models.refusal import Refusal


T = TypeVar("T", bound="BulkUpdateResult")


@_attrs_define
class BulkUpdateResult:
    """How many rows matched, were changed (none by a dry run), had the values already, and were refused.

    `effects` counts what changes, or by a dry run would change; `refusals` has the first 100.

    """

    matched: int
    updated: int
    dry_run: bool
    bulk_change_id: None | UUID
    unchanged: int
    refused: int
    effects: list[Effect]
    refusals: list[Refusal]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        matched = self.matched

        updated = self.updated

        dry_run = self.dry_run

        bulk_change_id: None | str
        if isinstance(self.bulk_change_id, UUID):
            bulk_change_id = str(self.bulk_change_id)
        else:
            bulk_change_id = self.bulk_change_id

        unchanged = self.unchanged

        refused = self.refused

        effects = []
        for effects_item_data in self.effects:
            effects_item = effects_item_data.to_dict()
            effects.append(effects_item)

        refusals = []
        for refusals_item_data in self.refusals:
            refusals_item = refusals_item_data.to_dict()
            refusals.append(refusals_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "matched": matched,
                "updated": updated,
                "dry_run": dry_run,
                "bulk_change_id": bulk_change_id,
                "unchanged": unchanged,
                "refused": refused,
                "effects": effects,
                "refusals": refusals,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.effect import Effect  # noqa: PLC0415
        from ..models.refusal import Refusal  # noqa: PLC0415

        d = dict(src_dict)
        matched = d.pop("matched")

        updated = d.pop("updated")

        dry_run = d.pop("dry_run")

        def _parse_bulk_change_id(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                bulk_change_id_type_0 = UUID(data)

                return bulk_change_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        bulk_change_id = _parse_bulk_change_id(d.pop("bulk_change_id"))

        unchanged = d.pop("unchanged")

        refused = d.pop("refused")

        effects = []
        _effects = d.pop("effects")
        for effects_item_data in _effects:
            effects_item = Effect.from_dict(effects_item_data)

            effects.append(effects_item)

        refusals = []
        _refusals = d.pop("refusals")
        for refusals_item_data in _refusals:
            refusals_item = Refusal.from_dict(refusals_item_data)

            refusals.append(refusals_item)

        bulk_update_result = cls(
            matched=matched,
            updated=updated,
            dry_run=dry_run,
            bulk_change_id=bulk_change_id,
            unchanged=unchanged,
            refused=refused,
            effects=effects,
            refusals=refusals,
        )

        bulk_update_result.additional_properties = d
        return bulk_update_result

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
