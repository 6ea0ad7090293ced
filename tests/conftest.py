"""The real browser that some tests drive."""

import os
import shutil

import pytest

ARGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync")


def chromium() -> str | None:
    """Find a Chromium on this machine."""
    known = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in known if (path := shutil.which(name))), None)


@pytest.fixture(scope="module")
def browser():
    path = chromium()
    if path is None and os.environ.get("CI") == "true":
        pytest.fail("no Chromium on PATH: .ci/run installs it")
    if path is None:
        pytest.skip("no Chromium on PATH")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(ARGS))
        yield running
        running.close()
