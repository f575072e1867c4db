"""A headless Chromium, driven over the pipe of its DevTools protocol; no port, no library."""

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import time

from . import process
from .debs import Unavailable

_DEADLINE = 180  # for one answer, on a machine that has much else to do
# What a browser asks of the network by itself is no doing of the page. Neither root nor most containers can have the
# sandbox; all that is opened, the tests wrote.
_OPTIONS = ("--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--disable-extensions", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage", "--hide-scrollbars")


@contextlib.contextmanager
def browser():
    """A running browser, which ends with the context; Unavailable where there can be none."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if not program:
        raise Unavailable("Chromium is not installed: apt-get install chromium")
    with process.temporary_directory("tlsrpt-chromium-") as directory, (directory / "errors").open("wb") as errors:
        running = Browser(program, directory, errors)
        try:
            try:
                running.send("Browser.getVersion")
            except (process.HarnessError, OSError) as reason:
                said = (directory / "errors").read_text(errors="replace").strip().rpartition("\n")[2]
                raise Unavailable(f"Chromium does not start: {said or reason}") from reason
            yield running
        finally:
            running.end()


class Browser:

    def __init__(self, program, directory, errors):
        commands, self._write = os.pipe()
        self._read, answers = os.pipe()
        # DevTools' pipe is file descriptors 3 and 4.
        shell = f'exec "$0" "$@" 3<&{commands} 4>&{answers}'
        self._process = process.spawn(["bash", "-c", shell, program, *_OPTIONS, f"--user-data-dir={directory}"],
                                      pass_fds=(commands, answers), env={**os.environ, "HOME": str(directory)},
                                      stdout=subprocess.DEVNULL, stderr=errors)
        os.close(commands)
        os.close(answers)
        self._serial = 0
        self._buffer = b""
        self._events = []

    def end(self):
        os.close(self._write)
        os.close(self._read)
        process.end(self._process)

    def send(self, method, session=None, **parameters):
        """The result of a command."""
        self._serial += 1
        message = {"id": self._serial, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") != self._serial:
                self._events.append(answer)
            elif "error" in answer:
                raise process.HarnessError(f"{method}: {answer['error']['message']}")
            else:
                return answer["result"]

    def events(self, session):
        """What came for a page since it was last asked."""
        ours = [event for event in self._events if event.get("sessionId") == session]
        self._events = [event for event in self._events if event.get("sessionId") != session]
        return ours

    def wait_for(self, session, method):
        while not any(event.get("method") == method and event.get("sessionId") == session for event in self._events):
            self._events.append(self._receive())

    def open(self, url, **options):
        return Page(self, url, **options)

    def _receive(self):
        end = time.monotonic() + _DEADLINE
        while b"\0" not in self._buffer:
            if not select.select([self._read], [], [], max(0, end - time.monotonic()))[0]:
                raise process.HarnessError(f"Chromium said nothing for {_DEADLINE} s")
            data = os.read(self._read, 1 << 20)
            if not data:
                raise process.HarnessError("Chromium ended")
            self._buffer += data
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)


class Page:
    """A page that was loaded and drawn, and what happened meanwhile."""

    def __init__(self, browser_, url, *, width=1280, height=900, dark=False):
        self._browser = browser_
        target = browser_.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = browser_.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.send("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        browser_.events(self._session)
        self.send("Page.navigate", url=url)
        browser_.wait_for(self._session, "Page.loadEventFired")
        # Charts are drawn in an animation frame.
        self.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def send(self, method, **parameters):
        return self._browser.send(method, self._session, **parameters)

    def evaluate(self, expression):
        """The value of an expression of JavaScript; promises are waited for."""
        answer = self.send("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise process.HarnessError(f"{expression}: {answer['exceptionDetails']['exception'].get('description')}")
        return answer["result"].get("value")

    def wait_until(self, condition):
        """Waits for an expression of JavaScript to become true."""
        process.wait_until(lambda: self.evaluate(condition), condition, _DEADLINE)

    def happened(self):
        """What was requested, and what the console complained about, since it was last asked."""
        requests, complaints = [], []
        for event in self._browser.events(self._session):
            parameters = event["params"]
            if event["method"] == "Network.requestWillBeSent":
                requests.append(parameters["request"]["url"])
            elif event["method"] == "Log.entryAdded":
                complaints.append(parameters["entry"]["text"])
            elif event["method"] == "Runtime.consoleAPICalled":
                complaints.append(str(parameters["args"]))
            elif event["method"] == "Runtime.exceptionThrown":
                complaints.append(str(parameters["exceptionDetails"]))
            elif event["method"] == "Page.javascriptDialogOpening":
                complaints.append(parameters["message"])
        return requests, complaints

    def screenshot(self, path):
        """The whole page as PNG."""
        size = self.send("Page.getLayoutMetrics")["cssContentSize"]
        picture = self.send("Page.captureScreenshot", captureBeyondViewport=True, clip={**size, "scale": 1})
        path.write_bytes(base64.b64decode(picture["data"]))

    def print(self, path):
        """The page as PDF on A4."""
        printed = self.send("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, printBackground=True)
        path.write_bytes(base64.b64decode(printed["data"]))
