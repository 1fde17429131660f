"""Weak settings of a Cloudflare zone as findings, read-only."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from integrations.providers.cloudflare.client import CloudflareClient
from integrations.providers.cloudflare.zone_settings import SETTINGS, SETTINGS_BY_CHECK, ZoneSetting
from integrations.providers.errors import OtherAccount, UnreadableResponse
from integrations.providers.findings import FindingSource, RecheckResult
from integrations.providers.types import FindingList, RemoteFinding

DOCS_URL = "https://developers.cloudflare.com"


class Cloudflare(CloudflareClient, FindingSource):
    checks = tuple(SETTINGS_BY_CHECK)

    def finding_lists(self) -> Sequence[FindingList]:
        # A list for each setting: one that the plan or the token does not include is noted, and the others are
        # imported.
        return [
            FindingList(f"findings of {setting.name}", partial(self._findings, setting))
            for setting in SETTINGS
        ]

    def _findings(self, setting: ZoneSetting) -> Iterator[Sequence[RemoteFinding]]:
        domain, url = self.zone.domain, self.zone.url
        try:
            value, severity = self._read(setting)
        except UnreadableResponse:
            self.unreadable.append(setting.name)
            return
        if severity is None:
            return
        yield [
            RemoteFinding(
                external_id=self._external_id(setting),
                url=url,
                domain=setting.domain,
                title=f"{setting.title} (Cloudflare {setting.name}, {domain})",
                severity=severity,
                description=setting.description,
                assets=(("domain", domain),),
                evidence={"setting": setting.name, "value": value, "zone": domain, "checks": [setting.check]},
                fix={
                    "summary": setting.fix,
                    "steps": [f"Open the zone {domain} at Cloudflare.", setting.fix],
                    "references": [f"{DOCS_URL}/{setting.docs_path}"],
                },
            )
        ]

    def recheck(self, key: str, evidence: Mapping[str, Any], since: datetime) -> RecheckResult:
        setting = SETTINGS_BY_CHECK[key]
        if evidence.get("source") != self._external_id(setting):
            raise OtherAccount("The finding belongs to another zone than the connected one.")
        value, severity = self._read(setting)
        seen = {"setting": setting.name, "value": value}
        if severity is not None:
            return RecheckResult(False, f"{setting.name} still has a weak value.", seen)
        if not setting.is_secure(value):
            return RecheckResult(None, f"{setting.name} has a value that this version does not know.", seen)
        return RecheckResult(True, f"{setting.name} has a secure value.", seen)

    def _read(self, setting: ZoneSetting) -> tuple[Any, str | None]:
        return self.get_result(setting.path.format(name=setting.name), setting.read_value)

    def _external_id(self, setting: ZoneSetting) -> str:
        return f"cloudflare/{self.zone_id}/{setting.name}"
