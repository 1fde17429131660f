"""Emulate a phone as Lighthouse does: its mobile screen, and its DevTools throttling."""

from typing import Any

from playwright.sync_api import CDPSession

from krafter_audit.http.client import USER_AGENT

# Lighthouse 12, core/config/constants.js: `MOTOGPOWER_EMULATION_METRICS` and `mobileSlow4G`.
SCREEN = {"width": 412, "height": 823}
SCALE = 1.75
CPU_SLOWDOWN = 4
# 150 ms and 1.6 Mbit/s, as DevTools applies them: 3.75 times the latency for each request, 0.9 of the rate.
LATENCY_MS = 562.5
DOWN_KBPS = 1474.56
UP_KBPS = 675.0

# Playwright's options of a browser context.
CONTEXT_OPTIONS: dict[str, Any] = {
    "viewport": SCREEN,
    "screen": SCREEN,
    "device_scale_factor": SCALE,
    "is_mobile": True,
    "has_touch": True,
}


def as_evidence(*, throttled: bool) -> dict[str, Any]:
    screen = {"name": "mobile", "screen": "{width}x{height}".format(**SCREEN), "scale": SCALE}
    if not throttled:
        return screen
    return {**screen, "cpu_slowdown": CPU_SLOWDOWN, "latency_ms": LATENCY_MS, "down_kbps": DOWN_KBPS}


def set_user_agent(session: CDPSession, chromium: str) -> None:
    """Send the phone's user agent, with the scanner's name."""
    device = "Mozilla/5.0 (Linux; Android 11; moto g power (2022)) AppleWebKit/537.36 (KHTML, like Gecko)"
    agent = f"{device} Chrome/{chromium.partition('.')[0]}.0.0.0 Mobile Safari/537.36 {USER_AGENT}"
    session.send("Emulation.setUserAgentOverride", {"userAgent": agent})


def throttle(session: CDPSession) -> None:
    session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
    session.send("Network.enable")
    speed = {"downloadThroughput": DOWN_KBPS * 1024 / 8, "uploadThroughput": UP_KBPS * 1024 / 8}
    session.send("Network.emulateNetworkConditions", {"offline": False, "latency": LATENCY_MS, **speed})


def stop_throttling(session: CDPSession) -> None:
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    unlimited = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    session.send("Network.emulateNetworkConditions", {"offline": False, **unlimited})
