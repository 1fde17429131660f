"""Vectors by which a page tries to reach a refused server; each has a name and requests its own path."""

import socket
from dataclasses import dataclass, field
from typing import Self

# {secret} is http://127.0.0.1:PORT, {allowed} the site that the page is on; each vector requests /NAME.
MARKUP = {
    "image": '<img src="{secret}/image">',
    "image-set": '<img srcset="{secret}/image-set 1x">',
    "script": '<script src="{secret}/script"></script>',
    "module": '<script type="module" src="{secret}/module"></script>',
    "style": '<link rel="stylesheet" href="{secret}/style">',
    "style-import": '<style>@import url("{secret}/style-import");</style>',
    "background": '<style>body {{ background: url("{secret}/background") }}</style>',
    "font": '<style>@font-face {{ font-family: x; src: url("{secret}/font") }} b {{ font-family: x }}</style><b>x</b>',
    "frame": '<iframe src="{secret}/frame"></iframe>',
    "frame-document": "<iframe srcdoc=\"<img src='{secret}/frame-document'>\"></iframe>",
    "object": '<object data="{secret}/object"></object>',
    "embed": '<embed src="{secret}/embed">',
    "video": '<video src="{secret}/video" preload="auto"></video>',
    "poster": '<video poster="{secret}/poster"></video>',
    "audio": '<audio src="{secret}/audio" preload="auto"></audio>',
    "svg-image": '<svg><image href="{secret}/svg-image"/></svg>',
    "prefetch": '<link rel="prefetch" href="{secret}/prefetch">',
    "preload": '<link rel="preload" as="image" href="{secret}/preload">',
    "preconnect": '<link rel="preconnect" href="{secret}"><link rel="dns-prefetch" href="{secret}">',
    "icon": '<link rel="icon" href="{secret}/icon">',
    "redirected-image": '<img src="{allowed}to/redirected-image">',
    "redirected-frame": '<iframe src="{allowed}to/redirected-frame"></iframe>',
    "redirected-script": '<script src="{allowed}to/redirected-script"></script>',
    "refreshing-frame": (
        "<iframe srcdoc=\"<meta http-equiv='refresh' content='0; url={secret}/refreshing-frame'>\"></iframe>"
    ),
    "form": (
        '<iframe name="into"></iframe><form id="f" target="into" method="post" action="{secret}/form"></form>'
        "<script>f.submit()</script>"
    ),
    "speculation": (
        '<script type="speculationrules">{{"prefetch": [{{"source": "list", '
        '"urls": ["{secret}/speculation"]}}]}}</script>'
    ),
    "localhost": '<img src="http://localhost:{port}/localhost">',
    "any-address": '<img src="http://0.0.0.0:{port}/any-address">',
    "number": '<img src="http://2130706433:{port}/number">',
    "hex": '<img src="http://0x7f.1:{port}/hex">',
    "mapped": '<img src="http://[::ffff:127.0.0.1]:{port}/mapped">',
}
SCRIPT = {
    "fetch": "fetch('{secret}/fetch', {{mode: 'no-cors'}})",
    "fetch-later": "fetch('{secret}/fetch-later', {{mode: 'no-cors', keepalive: true, method: 'POST', body: 'x'}})",
    "redirected-fetch": "fetch('{allowed}to/redirected-fetch', {{mode: 'no-cors'}})",
    "xhr": "let x = new XMLHttpRequest(); x.open('GET', '{secret}/xhr'); x.send()",
    "websocket": "new WebSocket('ws://127.0.0.1:{port}/websocket')",
    "secure-websocket": "new WebSocket('wss://127.0.0.1:{port}/secure-websocket')",
    "events": "new EventSource('{secret}/events')",
    "beacon": "navigator.sendBeacon('{secret}/beacon', 'x')",
    "import": "import('{secret}/import')",
    "worker": "new Worker(URL.createObjectURL(new Blob([\"importScripts('{secret}/worker')\"])))",
    "worker-fetch": (
        "new Worker(URL.createObjectURL(new Blob([\"fetch('{secret}/worker-fetch', {{mode: 'no-cors'}})\"])))"
    ),
    "shared-worker": (
        "new SharedWorker(URL.createObjectURL(new Blob([\"fetch('{secret}/shared-worker', {{mode: 'no-cors'}})\"])))"
    ),
    "ping": "let a = document.createElement('a'); a.href = '#x'; a.ping = '{secret}/ping'; a.click()",
    "popup": "window.open('{secret}/popup')",
    "https": "fetch('https://127.0.0.1:{port}/https', {{mode: 'no-cors'}})",
    "rtc-udp": (
        "let p = new RTCPeerConnection({{iceServers: [{{urls: 'stun:127.0.0.1:{udp}'}}]}}); p.createDataChannel('x');"
        "p.createOffer().then(o => p.setLocalDescription(o))"
    ),
    "rtc-tcp": (
        "let q = new RTCPeerConnection({{iceServers: [{{urls: 'turn:127.0.0.1:{port}?transport=tcp',"
        "username: 'u', credential: 'c'}}]}}); q.createDataChannel('x');"
        "q.createOffer().then(o => q.setLocalDescription(o))"
    ),
    "transport": "new WebTransport('https://127.0.0.1:{udp}/transport')",
    "file": "fetch('file:///etc/passwd').then(r => r.text()).then(t => document.title = t)",
}
VECTORS = [*MARKUP, *SCRIPT]
# Vectors without a path, which the server cannot identify.
NAMELESS = {"preconnect", "secure-websocket", "https", "rtc-udp", "rtc-tcp", "transport", "file"}
# Vectors that the browser stops before they reach the proxy.
STOPPED_BEFORE = {"any-address", "mapped", "icon", "speculation", "ping", "popup"}


def page(**values: object) -> str:
    """Return a page with every vector."""
    markup = "\n".join(MARKUP.values())
    scripts = "\n".join(f"try {{{{ {script} }}}} catch (e) {{{{ }}}}" for script in SCRIPT.values())
    whole = f"<!doctype html><title>hostile</title>{markup}<script>{scripts}</script>"
    return whole.format(**values)


@dataclass
class Udp:
    """Counts the datagrams that a UDP port of 127.0.0.1 receives."""

    came: list[bytes] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 0))
        self.sock.setblocking(False)
        self.port = self.sock.getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()

    def received(self) -> int:
        """Return the number of datagrams."""
        try:
            while True:
                self.came.append(self.sock.recv(2048))
        except BlockingIOError:
            return len(self.came)
