from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

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

        return import_findings_request
