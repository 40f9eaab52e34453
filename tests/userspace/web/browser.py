# SPDX-License-Identifier: GPL-2.0-or-later
"""Chromium without a screen, driven through a pair of pipes.

It speaks its DevTools protocol on descriptors 3 and 4: JSON, each message ended by a
zero byte. That needs neither a driver nor a library.
"""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

# A loaded machine may take long to start it.
ANSWER_S = 60


class BrowserError(Exception):
    """It has refused a command, or the page has thrown."""


class Browser:
    """One page in a browser of its own, which ends with it."""

    def __init__(self, width=1280, height=900):
        self.folder = tempfile.TemporaryDirectory(prefix="clocklink-browser-")
        self.number = 0
        self.buffer = b""
        self.errors = []
        self.requests = []
        to_read, self.write_end = os.pipe()
        self.read_end, to_write = os.pipe()
        program = shutil.which("chromium")
        if not program:
            raise BrowserError("no chromium")
        # The shell moves the descriptors to where it wants them; whatever it says, it
        # says of D-Bus and of graphics that are not there.
        self.process = subprocess.Popen(
            ["sh", "-c", f'exec "$@" 3<&{to_read} 4>&{to_write}', "sh", program,
             "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--disable-background-networking", "--no-first-run", "--hide-scrollbars",
             "--remote-debugging-pipe", f"--user-data-dir={self.folder.name}", "about:blank"],
            pass_fds=(to_read, to_write), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self.session = None
        target = next(t for t in self.call("Target.getTargets")["targetInfos"]
                      if t["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=target["targetId"],
                                 flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.size(width, height)

    def call(self, method, **params):
        """One command; returns its result."""
        self.number += 1
        number = self.number
        message = {"id": number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write_end, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + ANSWER_S
        while True:
            answer = self.receive(end - time.monotonic())
            if answer is None:
                raise BrowserError(f"{method}: no answer")
            if answer.get("id") == number:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def receive(self, timeout_s):
        """The next message, None if none comes; keeps what goes wrong in the page."""
        while b"\0" not in self.buffer:
            if not select.select([self.read_end], [], [], max(0, timeout_s))[0]:
                return None
            data = os.read(self.read_end, 1 << 20)
            if not data:
                raise BrowserError("the browser has ended")
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(line)
        self.note(message.get("method"), message.get("params", {}))
        return message

    def note(self, method, params):
        """Errors of scripts, of the console, of the policy; addresses asked for."""
        if method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning"):
            self.errors.append(" ".join(str(a.get("value")) for a in params["args"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.errors.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])

    def run(self, script):
        """The value of an expression in the page; a promise is waited for."""
        done = self.call("Runtime.evaluate", expression=script, returnByValue=True,
                         awaitPromise=True)
        if "exceptionDetails" in done:
            raise BrowserError(done["exceptionDetails"]["exception"].get("description"))
        return done["result"].get("value")

    def until(self, script, timeout_s=30):
        """Waits until an expression is true; returns its last value."""
        end = time.monotonic() + timeout_s
        while True:
            value = self.run(script)
            if value or time.monotonic() > end:
                return value
            self.receive(0.1)

    def open(self, url):
        """Goes to an address."""
        self.call("Page.navigate", url=url)

    def size(self, width, height):
        """Of the page, in CSS pixels."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=width < 600)

    def theme(self, name):
        """Whether light or dark is preferred."""
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": name}])

    def press(self, key, code=None, text=None):
        """Presses a key."""
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=code or key,
                      windowsVirtualKeyCode={"Enter": 13, "Tab": 9}.get(key, 0),
                      **({"text": text} if text and kind == "keyDown" else {}))

    def picture(self, path):
        """A picture of the page, PNG."""
        done = self.call("Page.captureScreenshot")
        path.write_bytes(base64.b64decode(done["data"]))

    def close(self):
        """Ends the browser."""
        self.session = None
        try:
            self.call("Browser.close")
        except (BrowserError, OSError):
            pass
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.write_end)
        os.close(self.read_end)
        self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
