"""The canary passes in a whole sandbox and stops the batch in one with a hole."""

import pytest

from gradcourse.grading import canary, sandbox
from gradcourse.grading.sandbox import NoSandbox, Sandbox

from .test_corpus import sandboxed


@sandboxed
def test_canary_gets_nowhere():
    box = Sandbox("descent")
    try:
        canary.check(box)
    finally:
        box.close()


@sandboxed
@pytest.mark.parametrize("hole", ["network", "files", "rights"])
def test_canary_finds_a_hole(monkeypatch, hole):
    """Each change opens one hole in the running child; the batch must not start."""
    if hole == "files":
        masks = sandbox._masks
        monkeypatch.setattr(sandbox, "_masks", lambda: [
            *masks(), "--ro-bind", "/tmp", "/tmp", "--bind", "/dev/shm", "/dev/shm"])
    else:
        before, after = {"network": ("PIDS | NET |", "PIDS |"),
                         "rights": ("    drop(job", "    None and drop(job")}[hole]
        furnish = sandbox.furnish

        def holed(folder, *args):
            furnish(folder, *args)
            worker = folder / "worker.py"
            text = worker.read_text()
            assert before in text
            worker.write_text(text.replace(before, after))

        monkeypatch.setattr(sandbox, "furnish", holed)
        if hole == "network":
            words = sandbox.command
            monkeypatch.setattr(sandbox, "command", lambda folder: [
                w if w != "--unshare-net" else "--unshare-ipc" for w in words(folder)])
    with pytest.raises(NoSandbox):
        box = Sandbox("descent")
        try:
            canary.check(box)
        finally:
            box.close()


def test_without_bubblewrap_grading_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    with pytest.raises(NoSandbox, match="apt-get install bubblewrap"):
        Sandbox("descent")
