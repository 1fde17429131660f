from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define

from ..models.bulk_update_findings_request_mode import BulkUpdateFindingsRequestMode
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.dismiss_finding_request import DismissFindingRequest
    from ..models.finding_changes_request import FindingChangesRequest
    from ..models.finding_filter_request import FindingFilterRequest


T = TypeVar("T", bound="BulkUpdateFindingsRequest")


@_attrs_define
class BulkUpdateFindingsRequest:
    """Change many findings: `ids`, `filter` or `all`, and `set`; all or none, or with mode `partial` those that can be.

    `dismissal` is the reason of `"set": {"status": "dismissed"}`.

    """

    set_: FindingChangesRequest
    """ The fields that a bulk update sets; at least one. """
    ids: list[UUID] | Unset = UNSET
    all_: bool | Unset = False
    mode: BulkUpdateFindingsRequestMode | Unset = BulkUpdateFindingsRequestMode.ALL
    dry_run: bool | Unset = False
    filter_: FindingFilterRequest | Unset = UNSET
    """ Selects findings by severity, status and domain. """
    dismissal: DismissFindingRequest | Unset = UNSET
    """ Why a finding is dismissed, and the last day (in UTC) on which that is accepted; it is reopened after it.
    """

    def to_dict(self) -> dict[str, Any]:
        set_ = self.set_.to_dict()

        ids: list[str] | Unset = UNSET
        if not isinstance(self.ids, Unset):
            ids = []
            for ids_item_data in self.ids:
                ids_item = str(ids_item_data)
                ids.append(ids_item)

        all_ = self.all_

        mode: str | Unset = UNSET
        if not isinstance(self.mode, Unset):
            mode = self.mode.value

        dry_run = self.dry_run

        filter_: dict[str, Any] | Unset = UNSET
        if not isinstance(self.filter_, Unset):
            filter_ = self.filter_.to_dict()

        dismissal: dict[str, Any] | Unset = UNSET
        if not isinstance(self.dismissal, Unset):
            dismissal = self.dismissal.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "set": set_,
            }
        )
        if ids is not UNSET:
            field_dict["ids"] = ids
        if all_ is not UNSET:
            field_dict["all"] = all_
        if mode is not UNSET:
            field_dict["mode"] = mode
        if dry_run is not UNSET:
            field_dict["dry_run"] = dry_run
        if filter_ is not UNSET:
            field_dict["filter"] = filter_
        if dismissal is not UNSET:
            field_dict["dismissal"] = dismissal

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.dismiss_finding_request import DismissFindingRequest  # noqa: PLC0415
        from ..models.finding_changes_request import FindingChangesRequest  # noqa: PLC0415
        from ..models.finding_filter_request import FindingFilterRequest  # noqa: PLC0415

        d = dict(src_dict)
        set_ = FindingChangesRequest.from_dict(d.pop("set"))

        _ids = d.pop("ids", UNSET)
        ids: list[UUID] | Unset = UNSET
        if _ids is not UNSET:
            ids = []
            for ids_item_data in _ids:
                ids_item = UUID(ids_item_data)

                ids.append(ids_item)

        all_ = d.pop("all", UNSET)

        _mode = d.pop("mode", UNSET)
        mode: BulkUpdateFindingsRequestMode | Unset
        if isinstance(_mode, Unset):
            mode = UNSET
        else:
            mode = BulkUpdateFindingsRequestMode(_mode)

        dry_run = d.pop("dry_run", UNSET)

        _filter_ = d.pop("filter", UNSET)
        filter_: FindingFilterRequest | Unset
        if isinstance(_filter_, Unset):
            filter_ = UNSET
        else:
            filter_ = FindingFilterRequest.from_dict(_filter_)

        _dismissal = d.pop("dismissal", UNSET)
        dismissal: DismissFindingRequest | Unset
        if isinstance(_dismissal, Unset):
            dismissal = UNSET
        else:
            dismissal = DismissFindingRequest.from_dict(_dismissal)

        bulk_update_findings_request = cls(
            set_=set_,
            ids=ids,
            all_=all_,
            mode=mode,
            dry_run=dry_run,
            filter_=filter_,
            dismissal=dismissal,
        )

        return bulk_update_findings_request
