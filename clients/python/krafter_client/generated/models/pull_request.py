from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.pull_request_status import PullRequestStatus

T = TypeVar("T", bound="PullRequest")


@_attrs_define
class PullRequest:
    """The pull request of a task."""

    id: UUID
    task_id: UUID
    url: str
    status: PullRequestStatus
    merge_sha: str
    """ The commit in the target branch. """
    deploy_id: None | UUID
    verification_id: None | UUID
    note: str
    """ Why the repository could not be queried. """
    created_at: datetime.datetime
    updated_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        task_id = str(self.task_id)

        url = self.url

        status = self.status.value

        merge_sha = self.merge_sha

        deploy_id: None | str
        if isinstance(self.deploy_id, UUID):
            deploy_id = str(self.deploy_id)
        else:
            deploy_id = self.deploy_id

        verification_id: None | str
        if isinstance(self.verification_id, UUID):
            verification_id = str(self.verification_id)
        else:
            verification_id = self.verification_id

        note = self.note

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "task_id": task_id,
                "url": url,
                "status": status,
                "merge_sha": merge_sha,
                "deploy_id": deploy_id,
                "verification_id": verification_id,
                "note": note,
                "created_at": created_at,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        task_id = UUID(d.pop("task_id"))

        url = d.pop("url")

        status = PullRequestStatus(d.pop("status"))

        merge_sha = d.pop("merge_sha")

        def _parse_deploy_id(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                deploy_id_type_0 = UUID(data)

                return deploy_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        deploy_id = _parse_deploy_id(d.pop("deploy_id"))

        def _parse_verification_id(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                verification_id_type_0 = UUID(data)

                return verification_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        verification_id = _parse_verification_id(d.pop("verification_id"))

        note = d.pop("note")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        pull_request = cls(
            id=id,
            task_id=task_id,
            url=url,
            status=status,
            merge_sha=merge_sha,
            deploy_id=deploy_id,
            verification_id=verification_id,
            note=note,
            created_at=created_at,
            updated_at=updated_at,
        )

        pull_request.additional_properties = d
        return pull_request

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
