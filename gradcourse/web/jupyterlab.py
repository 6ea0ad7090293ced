"""JupyterLab in a real browser: start it, open a notebook, run it, watch what goes wrong.

For tests, benchmarks and pictures; needs a Chromium on PATH and Playwright.
"""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat

ARGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync")
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def chromium() -> str | None:
    """Find a Chromium on this machine."""
    known = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in known if (path := shutil.which(name))), None)


@contextlib.contextmanager
def browser(**options):
    """Start a Chromium and yield it.

    Raises:
        ValueError: there is none.
    """
    from playwright.sync_api import sync_playwright

    path = chromium()
    if path is None:
        raise ValueError("no Chromium on PATH")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(ARGS), **options)
        try:
            yield running
        finally:
            running.close()


def notebook(path: Path, *codes: str) -> None:
    """Write a notebook with these code cells."""
    cells = [nbformat.v4.new_code_cell(code, id=f"cell-{i}") for i, code in enumerate(codes)]
    page = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL})
    nbformat.write(page, path)


@contextlib.contextmanager
def server(folder: Path, home: Path, dark: bool = False, windowing: str | None = "none"):
    """Run JupyterLab on a folder, with settings of its own below `home`; yield its address.

    With windowing "none" every cell is in the page's tree, seen or not; None is JupyterLab's own.
    """
    port = _free_port()
    _settings(home, dark, windowing)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
               "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0",
               "--IdentityProvider.token=", "--ServerApp.password=",
               f"--ServerApp.root_dir={folder}", f"--LabApp.user_settings_dir={home / 'settings'}",
               f"--LabApp.workspaces_dir={home / 'workspaces'}",
               "--LabApp.expose_app_in_browser=True"]  # for `opened`
    with open(home / "server.log", "w", encoding="utf-8") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=_environment(home))
        try:
            _wait(f"http://127.0.0.1:{port}/api", process, home / "server.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def open_lab(browser, address: str, path: str = ""):
    """Open JupyterLab in a window of its own, and a notebook in it; wait until that is idle."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, device_scale_factor=1)
    page.wrong = _watched(page, address)
    own = re.sub("[^a-z0-9]", "-", path) or "lab"
    page.goto(f"{address}/lab/workspaces/{own}{path and '/tree/' + path}?reset")
    page.wait_for_function("() => window.jupyterapp")
    page.evaluate("() => jupyterapp.restored.then(() => true)")
    if path:
        page.wait_for_selector("text=/Python 3.*\\| Idle/", timeout=90_000)  # a kernel is there
        wait_idle(page, 90)
    return page


@contextlib.contextmanager
def opened(page, path: str):
    """Open a notebook in JupyterLab; close it with all others and their kernels when done."""
    page.evaluate("""async path => {
        const notebook = await jupyterapp.commands.execute('docmanager:open', {path});
        await notebook.revealed;
        await notebook.sessionContext.ready;
    }""", path)
    wait_idle(page, 90)
    yield page
    page.evaluate("""async () => {
        for (const open of [...jupyterapp.shell.widgets('main')]) {
            await open.sessionContext?.shutdown();
            open.dispose();
        }
    }""")


def _watched(page, address: str) -> list[str]:
    """Return a list that fills with console errors and with requests to elsewhere."""
    wrong, ours = [], (address, address.replace("http", "ws"), "data:", "blob:")
    page.on("console", lambda m: wrong.append(f"console: {m.text}") if m.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
    page.on("request", lambda request: None if request.url.startswith(ours)
            else wrong.append(f"off this machine: {request.url}"))
    return wrong


def wait_idle(page, seconds: float) -> None:
    """Wait until the kernel has nothing to do."""
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]",
                           state="attached", timeout=1000 * seconds)


def run_all(page, seconds: float) -> None:
    """Run every cell and wait until none is waiting."""
    page.click("text=Run >> nth=0")
    page.click(".lm-Menu-itemLabel:text-is('Run All Cells')")
    page.wait_for_function(
        """() => { const p = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]
                     .map(e => e.textContent);
                   return p.length && !p.some(t => t.includes('[*]'))
                          && p.every(t => /\\[\\d+\\]/.test(t)); }""", timeout=1000 * seconds)
    wait_idle(page, seconds)


def _settings(home: Path, dark: bool, windowing: str | None) -> None:
    wanted = {"apputils-extension/notification": '{"fetchNews": "false", "checkForUpdates": false}'}
    if windowing:
        wanted["notebook-extension/tracker"] = json.dumps({"windowingMode": windowing})
    if dark:
        wanted["apputils-extension/themes"] = '{"theme": "JupyterLab Dark"}'
    for name, text in wanted.items():
        path = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _environment(home: Path) -> dict[str, str]:
    """Keep this machine's Jupyter settings out; run pages in seconds."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "GRADCOURSE"))}
    return kept | {"GRADCOURSE_MODE": "smoke", "IPYTHONDIR": str(home / "ipython"),
                   "JUPYTER_CONFIG_DIR": str(home / "config"),
                   "JUPYTER_DATA_DIR": str(home / "data"),
                   "JUPYTER_RUNTIME_DIR": str(home / "runtime")}


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _wait(address: str, process, log: Path, seconds: float = 60) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            opener.open(address, timeout=2)
            return
        time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text(encoding='utf-8')[-2000:]}")
