"""Kernels forked for the tests: like any other, and gone when nobody wants them any more."""

import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from jupyter_client.manager import KernelManager, start_new_kernel

PROGRAM = Path(__file__).parent / "forked" / "kernel.py"
pytestmark = [pytest.mark.notebook,
              pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux")]


@contextlib.contextmanager
def kernel(**how):
    manager, client = start_new_kernel(kernel_name="python3", **how)
    try:
        yield manager, client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def said(client, code):
    """Run code and return all it shows as text, and its error's name."""
    shown = []

    def hook(message):
        content = message["content"]
        shown.append(content.get("text", "") + content.get("ename", "")
                     + " ".join(content.get("data", {})))

    client.execute_interactive(code, timeout=60, output_hook=hook)
    return "".join(shown)


def is_gone(process, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, 0)
            time.sleep(0.05)
            continue
        return True
    return False


def test_it_has_the_libraries_and_nothing_of_ours():
    with kernel() as (manager, client):
        assert said(client, "import sys, os; print('torch' in sys.modules, [m for m in sys.modules "
                            "if m.startswith('gradcourse')])").split() == ["True", "[]"]
        assert int(said(client, "print(os.getpid())")) != manager.provisioner.pid
        assert said(client, "import threading; 1 / 0") == "ZeroDivisionError"


def test_it_stands_where_it_was_started_with_the_variables_it_was_given(tmp_path):
    given = {**os.environ, "GRADCOURSE_MODE": "smoke", "ONLY": "here"}
    with kernel(cwd=str(tmp_path), env=given) as (_, client):
        assert said(client, "import os; print(os.getcwd(), os.environ['ONLY'])").split() == [
            str(tmp_path), "here"]
    with kernel() as (_, client):
        assert said(client, "import os; print(os.environ.get('ONLY'))") == "None\n"


def test_a_figure_is_shown_in_the_page():
    code = "import matplotlib.pyplot as plt; plt.plot([0, 1]); plt.show()"
    with kernel() as (_, client):
        assert "image/png" in said(client, code)


def test_it_can_be_interrupted():
    with kernel() as (manager, client):
        assert said(client, "1 + 1")
        client.execute("import time; print('going', flush=True); time.sleep(60)")
        while client.get_iopub_msg(timeout=20)["content"].get("text") != "going\n":
            pass
        manager.interrupt_kernel()
        assert client.get_shell_msg(timeout=20)["content"]["ename"] == "KeyboardInterrupt"


def test_it_ends_with_what_asked_for_it():
    with kernel() as (manager, client):
        forked = int(said(client, "import os; print(os.getpid())"))
        os.kill(manager.provisioner.pid, signal.SIGKILL)
        assert is_gone(forked)


def test_with_other_variables_it_is_an_ordinary_kernel():
    with kernel(env={**os.environ, "OMP_NUM_THREADS": "2"}) as (manager, client):
        assert int(said(client, "import os; print(os.getpid())")) == manager.provisioner.pid
        assert said(client, "import sys; print('torch' in sys.modules)") == "False\n"


def test_the_server_ends_with_the_tests(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("forked_kernel", PROGRAM)
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    tests = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    program.specify(tmp_path, tmp_path / "socket", tests.pid)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    with kernel() as (_, client):
        server = int(said(client, "import os; print(os.getppid())"))
        tests.communicate(b"\n")
        assert is_gone(server)
    assert KernelManager().kernel_spec_manager.get_kernel_spec("python3").argv[4] == str(
        tmp_path / "socket")
