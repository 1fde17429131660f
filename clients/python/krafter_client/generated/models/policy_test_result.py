from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.policy_test_result_simulation import PolicyTestResultSimulation


T = TypeVar("T", bound="PolicyTestResult")


@_attrs_define
class PolicyTestResult:
    """The number of findings, those that are critical, and the config; optionally a simulation."""

    simulated_findings: int
    escalated_to_critical: int
    config_preview: Any
    simulation: PolicyTestResultSimulation | Unset = UNSET
    """ With ?simulate=true: the changes that the config would make. """
    plan_token: str | Unset = UNSET
    """ With ?simulate=true: send it with PUT to apply these changes. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        simulated_findings = self.simulated_findings

        escalated_to_critical = self.escalated_to_critical

        config_preview = self.config_preview

        simulation: dict[str, Any] | Unset = UNSET
        if not isinstance(self.simulation, Unset):
            simulation = self.simulation.to_dict()

        plan_token = self.plan_token

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "simulated_findings": simulated_findings,
                "escalated_to_critical": escalated_to_critical,
                "config_preview": config_preview,
            }
        )
        if simulation is not UNSET:
            field_dict["simulation"] = simulation
        if plan_token is not UNSET:
            field_dict["plan_token"] = plan_token

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.policy_test_result_simulation import PolicyTestResultSimulation  # noqa: PLC0415

        d = dict(src_dict)
        simulated_findings = d.pop("simulated_findings")

        escalated_to_critical = d.pop("escalated_to_critical")

        config_preview = d.pop("config_preview")

        _simulation = d.pop("simulation", UNSET)
        simulation: PolicyTestResultSimulation | Unset
        if isinstance(_simulation, Unset):
            simulation = UNSET
        else:
            simulation = PolicyTestResultSimulation.from_dict(_simulation)

        plan_token = d.pop("plan_token", UNSET)

        policy_test_result = cls(
            simulated_findings=simulated_findings,
            escalated_to_critical=escalated_to_critical,
            config_preview=config_preview,
            simulation=simulation,
            plan_token=plan_token,
        )

        policy_test_result.additional_properties = d
        return policy_test_result

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
