"""A program that starts warm is like one that starts cold; a kernel shows it on a page."""

import contextlib
import os
import signal
import subprocess
import sys
import time

import pytest
from jupyter_client.manager import start_new_kernel

PROGRAMS = {
    "echo": "import os, sys\n"
            "print(sys.argv[1:], os.getcwd(), os.environ['WORD'], 'OLD' in os.environ)\n"
            "print(sys.stdin.read(), file=sys.stderr)\n"
            "print('warm' in sys.modules, sys.path[0], os.getppid())\n",
    "five": "raise SystemExit(5)",
    "fault": "1 / 0",
    "killed": "import os\nos.kill(os.getpid(), 9)",
    "waits": "import os, signal, time\n"
             "signal.signal(signal.SIGINT, signal.default_int_handler)  # may be ignored by now\n"
             "try:\n    print(os.getpid(), os.getppid(), flush=True)\n"
             "    time.sleep(60)\nexcept KeyboardInterrupt:\n    print('asked to stop')\n",
}


@pytest.fixture(scope="module")
def programs(warm, tmp_path_factory):
    """Return how to start one of the programs in a fork, and the tests they belong to."""
    if not warm.HERE:
        pytest.skip("programs start warm on Linux")
    folder = tmp_path_factory.mktemp("programs")
    env = os.environ | {"PYTHONPATH": str(folder), "WORD": "w"}
    warm.prepare(folder, env)
    tests = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    (folder / "tests").write_text(str(tests.pid))
    for name, text in PROGRAMS.items():
        (folder / f"warm_{name}.py").write_text(text)

    def start(name, *words, **options):
        return subprocess.Popen(
            [*warm.command(sys.executable, folder, f"warm_{name}"), *words], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            **{"env": env} | options)

    others = {"OLD": "1", "OMP_NUM_THREADS": "7"}  # of the caller that starts the server
    start("echo", env=env | others).communicate("")
    yield start, tests
    tests.kill()
    tests.communicate()


@pytest.fixture
def start(programs):
    return programs[0]


def is_gone(process, seconds=20):
    deadline = time.monotonic() + seconds
    with contextlib.suppress(OSError):
        while time.monotonic() < deadline:
            with open(f"/proc/{process}/stat", encoding="utf-8") as state:
                if ") Z " in state.read():
                    break
            time.sleep(0.05)
        else:
            return False
    return True


def test_it_has_its_callers_words_folder_variables_and_streams(start, tmp_path):
    running = start("echo", "a", "-b", cwd=tmp_path)
    out, err = running.communicate("said")
    assert out.splitlines()[0] == f"['a', '-b'] {tmp_path} w False"
    assert err == "said\n" and running.returncode == 0
    loaded = out.splitlines()[1].split()
    assert loaded[0] == "False" and not loaded[1].endswith("tests")
    assert int(loaded[2]) != os.getpid()  # forked, though another's variables came first


@pytest.mark.parametrize(("name", "code"), [("five", 5), ("fault", 1), ("killed", -9)])
def test_it_ends_as_the_program_ends(start, name, code):
    running = start(name)
    _, err = running.communicate()
    assert running.returncode == code
    assert ("ZeroDivisionError" in err) == (name == "fault")


def test_a_signal_reaches_the_program(start):
    running = start("waits")
    running.stdout.readline()
    running.send_signal(signal.SIGINT)
    assert running.communicate()[0] == "asked to stop\n" and running.returncode == 0


def test_it_does_not_outlive_its_caller(start):
    with start("waits") as running:
        process = int(running.stdout.readline().split()[0])
        assert not is_gone(process, 0.2)
        running.kill()
    assert is_gone(process)


def test_the_server_ends_with_the_tests(programs):
    start, tests = programs
    with start("waits") as running:
        keeper = running.stdout.readline().split()[1]
        with open(f"/proc/{keeper}/stat", encoding="utf-8") as state:
            server = int(state.read().rpartition(")")[2].split()[1])
        assert not is_gone(server, 0.2)
        tests.communicate(b"\n")
        assert is_gone(server)
        running.kill()


@contextlib.contextmanager
def kernel(**how):
    manager, client = start_new_kernel(kernel_name="python3", **how)
    try:
        yield manager, client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def said(client, code):
    """Run code and return all it shows as text, its error's name, and kinds of pictures."""
    shown = []

    def hook(message):
        content = message["content"]
        shown.append(content.get("text", "") + content.get("ename", "")
                     + " ".join(content.get("data", {})))

    client.execute_interactive(code, timeout=60, output_hook=hook)
    return "".join(shown)


@pytest.fixture
def warm_only(warm):
    if not warm.HERE:
        pytest.skip("programs start warm on Linux")


@pytest.mark.notebook
def test_a_kernel_has_the_libraries_and_nothing_of_ours(warm_only):
    with kernel() as (_, client):
        assert said(client, "import sys; print('torch' in sys.modules, [m for m in sys.modules "
                            "if m.startswith('gradcourse')])") == "True []\n"
        assert said(client, "1 / 0") == "ZeroDivisionError"


@pytest.mark.notebook
def test_a_figure_is_shown_in_the_page(warm_only):
    code = "import matplotlib.pyplot as plt; plt.plot([0, 1]); plt.show()"
    with kernel() as (_, client):
        assert "image/png" in said(client, code)


@pytest.mark.notebook
def test_a_kernel_can_be_interrupted(warm_only):
    with kernel() as (manager, client):
        assert said(client, "1 + 1")
        client.execute("import time; print('going', flush=True); time.sleep(60)")
        while client.get_iopub_msg(timeout=20)["content"].get("text") != "going\n":
            pass
        manager.interrupt_kernel()
        assert client.get_shell_msg(timeout=20)["content"]["ename"] == "KeyboardInterrupt"


@pytest.mark.notebook
def test_with_other_variables_a_kernel_starts_cold(warm_only):
    with kernel(env={**os.environ, "OMP_NUM_THREADS": "2"}) as (_, client):
        assert said(client, "import sys; print('torch' in sys.modules)") == "False\n"
