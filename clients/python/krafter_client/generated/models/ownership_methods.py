from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.ownership_file import OwnershipFile
    from ..models.ownership_record import OwnershipRecord
    from ..models.ownership_tag import OwnershipTag


T = TypeVar("T", bound="OwnershipMethods")


@_attrs_define
class OwnershipMethods:
    """The three methods to verify a site; one is sufficient."""

    dns_txt: OwnershipRecord
    """ A TXT record of the host or of a parent domain. """
    file: OwnershipFile
    """ A text file with this line. """
    meta_tag: OwnershipTag
    """ A meta element in the head of the start page. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        dns_txt = self.dns_txt.to_dict()

        file = self.file.to_dict()

        meta_tag = self.meta_tag.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "dns_txt": dns_txt,
                "file": file,
                "meta_tag": meta_tag,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.ownership_file import OwnershipFile  # noqa: PLC0415
        from ..models.ownership_record import OwnershipRecord  # noqa: PLC0415
        from ..models.ownership_tag import OwnershipTag  # noqa: PLC0415

        d = dict(src_dict)
        dns_txt = OwnershipRecord.from_dict(d.pop("dns_txt"))

        file = OwnershipFile.from_dict(d.pop("file"))

        meta_tag = OwnershipTag.from_dict(d.pop("meta_tag"))

        ownership_methods = cls(
            dns_txt=dns_txt,
            file=file,
            meta_tag=meta_tag,
        )

        ownership_methods.additional_properties = d
        return ownership_methods

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
