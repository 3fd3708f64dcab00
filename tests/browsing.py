"""A headless Chromium, asked over the pipe that it opens for its own tools; no port, no library."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import IO, Any

from conftest import PATIENCE

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OPTIONS = "--headless --no-sandbox --disable-gpu --no-first-run --remote-debugging-pipe"


class Tab:
    """A page that is shown: what scripts answer there, and what the browser complained of."""

    def __init__(self, asking: IO[bytes], answering: IO[bytes]) -> None:
        self._asking, self._answering = asking, answering
        self._number, self._session = 0, ""
        self.complaints: list[str] = []

    def open(self, page: Path) -> None:
        """Show a page; returns once all of it is there."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Log", "Runtime"):
            self.call(f"{domain}.enable")
        self.call("Page.navigate", url=page.as_uri())
        while self._heard().get("method") != "Page.loadEventFired":
            pass

    def answer(self, script: str) -> Any:
        """What a script answers on the page."""
        return self.call("Runtime.evaluate", expression=script, returnByValue=True)["result"].get("value")

    def scheme(self, word: str) -> None:
        """Show it to somebody who prefers light or dark pages."""
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": word}])

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """What the browser answers."""
        self._number += 1
        asked: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session:
            asked["sessionId"] = self._session
        self._asking.write(json.dumps(asked).encode() + b"\0")
        self._asking.flush()
        while (heard := self._heard()).get("id") != self._number:
            pass
        assert "error" not in heard, heard
        result: dict[str, Any] = heard["result"]
        return result

    def _heard(self) -> dict[str, Any]:
        """The next message, complaints kept."""
        said = bytearray()
        while (letter := self._answering.read(1)) != b"\0":
            assert letter, "the browser has gone"
            said += letter
        heard: dict[str, Any] = json.loads(said)
        if heard.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown"):
            self.complaints.append(json.dumps(heard["params"]))
        return heard


@contextmanager
def tab(folder: Path) -> Iterator[Tab]:
    """A browser with a profile of its own."""
    (theirs_in, ours_out), (ours_in, theirs_out) = os.pipe(), os.pipe()
    line = f"exec '{CHROMIUM}' {OPTIONS} --user-data-dir='{folder}' 3<&{theirs_in} 4>&{theirs_out}"
    process = subprocess.Popen(
        ["bash", "-c", line],
        pass_fds=(theirs_in, theirs_out),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs_in)
    os.close(theirs_out)
    patience = Timer(PATIENCE, process.kill)
    patience.start()
    try:
        with os.fdopen(ours_out, "wb") as asking, os.fdopen(ours_in, "rb") as answering:
            yield Tab(asking, answering)
    finally:
        patience.cancel()
        process.kill()
        process.wait()
