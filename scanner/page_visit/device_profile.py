"""How a visit pretends to be a phone: Lighthouse's mobile emulation and its DevTools throttling.

Source: Lighthouse 12, core/config/constants.js: `MOTOGPOWER_EMULATION_METRICS` and `mobileSlow4G`, which is 150 ms and
1.6 Mbit/s as DevTools applies them: 3.75 times the latency for each request and 0.9 of the rate.
"""

from typing import TYPE_CHECKING, Any

from krafter_audit.http.client import USER_AGENT

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession

SCREEN = {"width": 412, "height": 823}
SCALE = 1.75
CPU_SLOWDOWN = 4
LATENCY_MS = 562.5
DOWN_KBPS = 1474.56
UP_KBPS = 675.0

# Playwright's options for a context.
PHONE: dict[str, Any] = {
    "viewport": SCREEN,
    "screen": SCREEN,
    "device_scale_factor": SCALE,
    "is_mobile": True,
    "has_touch": True,
}


def described(*, throttled: bool) -> dict[str, Any]:
    """Return the profile as evidence keeps it."""
    screen = {"name": "mobile", "screen": "{width}x{height}".format(**SCREEN), "scale": SCALE}
    if not throttled:
        return screen
    return {**screen, "cpu_slowdown": CPU_SLOWDOWN, "latency_ms": LATENCY_MS, "down_kbps": DOWN_KBPS}


def name_the_phone(session: "CDPSession", chromium: str) -> None:
    """Say which phone this is, and who we are."""
    device = "Mozilla/5.0 (Linux; Android 11; moto g power (2022)) AppleWebKit/537.36 (KHTML, like Gecko)"
    said = f"{device} Chrome/{chromium.partition('.')[0]}.0.0.0 Mobile Safari/537.36 {USER_AGENT}"
    session.send("Emulation.setUserAgentOverride", {"userAgent": said})


def throttle(session: "CDPSession") -> None:
    """Slow the processor and the network down."""
    session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
    session.send("Network.enable")
    speed = {"downloadThroughput": DOWN_KBPS * 1024 / 8, "uploadThroughput": UP_KBPS * 1024 / 8}
    session.send("Network.emulateNetworkConditions", {"offline": False, "latency": LATENCY_MS, **speed})
