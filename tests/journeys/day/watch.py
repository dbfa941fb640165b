"""Listens to browsers: complaints on the console, refused content, and every address that a page asks for."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page

# What Chromium itself says when a test takes the network away on purpose.
_NO_NETWORK = ("ERR_INTERNET_DISCONNECTED", "ERR_NETWORK_CHANGED")


class Watch:
    """``said``: errors and warnings with the page they came from; ``strangers``: addresses of other hosts that were asked for."""

    def __init__(self, url: str) -> None:
        self.host = urlsplit(url).netloc
        self.said: list[str] = []
        self.strangers: list[str] = []

    def on(self, context: BrowserContext) -> BrowserContext:
        context.on("page", self._page)
        context.on("request", lambda request: self._asked(request.url))
        return context

    def _page(self, page: Page) -> None:
        page.on("console", lambda message: self._hear(page, message))
        page.on("pageerror", lambda error: self.said.append(f"{page.url}: {error}"))
        page.on("websocket", lambda socket: self._asked(socket.url))

    def _hear(self, page: Page, message: Any) -> None:
        if message.type in ("error", "warning") and not any(word in message.text for word in _NO_NETWORK):
            self.said.append(f"{page.url}: {message.text}")

    def _asked(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != self.host:
            self.strangers.append(address)
