"""The real browser that some tests drive."""

import os

import pytest

from gradcourse.web import jupyterlab


@pytest.fixture(scope="module")
def browser():
    path = jupyterlab.chromium()
    if path is None and os.environ.get("CI") == "true":
        pytest.fail("no Chromium on PATH: .ci/run installs it")
    if path is None:
        pytest.skip("no Chromium on PATH")
    pytest.importorskip("playwright.sync_api")
    with jupyterlab.browser() as running:
        yield running
