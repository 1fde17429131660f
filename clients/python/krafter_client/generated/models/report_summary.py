from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.campaign_with_progress import CampaignWithProgress
    from ..models.daily_risk import DailyRisk


T = TypeVar("T", bound="ReportSummary")


@_attrs_define
class ReportSummary:
    """The key figures of a project and its burn-down."""

    risk_burn_down: list[DailyRisk]
    verification_pass_rate: float
    regression_rate: float
    open_findings: int
    campaigns: list[CampaignWithProgress] | Unset = UNSET
    """ With ?include=campaigns: those that are not archived. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        risk_burn_down = []
        for risk_burn_down_item_data in self.risk_burn_down:
            risk_burn_down_item = risk_burn_down_item_data.to_dict()
            risk_burn_down.append(risk_burn_down_item)

        verification_pass_rate = self.verification_pass_rate

        regression_rate = self.regression_rate

        open_findings = self.open_findings

        campaigns: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.campaigns, Unset):
            campaigns = []
            for campaigns_item_data in self.campaigns:
                campaigns_item = campaigns_item_data.to_dict()
                campaigns.append(campaigns_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "risk_burn_down": risk_burn_down,
                "verification_pass_rate": verification_pass_rate,
                "regression_rate": regression_rate,
                "open_findings": open_findings,
            }
        )
        if campaigns is not UNSET:
            field_dict["campaigns"] = campaigns

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.campaign_with_progress import CampaignWithProgress  # noqa: PLC0415
        from ..models.daily_risk import DailyRisk  # noqa: PLC0415

        d = dict(src_dict)
        risk_burn_down = []
        _risk_burn_down = d.pop("risk_burn_down")
        for risk_burn_down_item_data in _risk_burn_down:
            risk_burn_down_item = DailyRisk.from_dict(risk_burn_down_item_data)

            risk_burn_down.append(risk_burn_down_item)

        verification_pass_rate = d.pop("verification_pass_rate")

        regression_rate = d.pop("regression_rate")

        open_findings = d.pop("open_findings")

        _campaigns = d.pop("campaigns", UNSET)
        campaigns: list[CampaignWithProgress] | Unset = UNSET
        if _campaigns is not UNSET:
            campaigns = []
            for campaigns_item_data in _campaigns:
                campaigns_item = CampaignWithProgress.from_dict(campaigns_item_data)

                campaigns.append(campaigns_item)

        report_summary = cls(
            risk_burn_down=risk_burn_down,
            verification_pass_rate=verification_pass_rate,
            regression_rate=regression_rate,
            open_findings=open_findings,
            campaigns=campaigns,
        )

        report_summary.additional_properties = d
        return report_summary

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
