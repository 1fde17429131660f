from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.import_findings_request_format import ImportFindingsRequestFormat

if TYPE_CHECKING:
    from ..models.import_findings_request_document_type_0 import (
        ImportFindingsRequestDocumentType0,
    )


T = TypeVar("T", bound="ImportFindingsRequest")


@_attrs_define
class ImportFindingsRequest:
    """A report of another tool."""

    format_: ImportFindingsRequestFormat
    document: ImportFindingsRequestDocumentType0 | list[Any]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.import_findings_request_document_type_0 import (
            ImportFindingsRequestDocumentType0,  # noqa: PLC0415
        )

        format_ = self.format_.value

        document: dict[str, Any] | list[Any]
        if isinstance(self.document, ImportFindingsRequestDocumentType0):
            document = self.document.to_dict()
        else:
            document = self.document

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "format": format_,
                "document": document,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.import_findings_request_document_type_0 import (
            ImportFindingsRequestDocumentType0,  # noqa: PLC0415
        )

        d = dict(src_dict)
        format_ = ImportFindingsRequestFormat(d.pop("format"))

        def _parse_document(data: object) -> ImportFindingsRequestDocumentType0 | list[Any]:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                document_type_0 = ImportFindingsRequestDocumentType0.from_dict(data)

                return document_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, list):
                raise TypeError()
            document_type_1 = cast(list[Any], data)

            return document_type_1

        document = _parse_document(d.pop("document"))

        import_findings_request = cls(
            format_=format_,
            document=document,
        )

        import_findings_request.additional_properties = d
        return import_findings_request

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
