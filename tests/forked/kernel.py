"""Kernels for the tests that start at once: forked from a process that has the libraries loaded.

Each test page wants a kernel of its own, and most of a kernel's start is the import of torch. What
the kernelspec here starts is a small program that hands its arguments, folder, variables and
streams to a server, which forks. The child is an ordinary kernel; only libraries are loaded, none
of our modules. It lives as long as the small program, and the server as long as the tests.

    python kernel.py SOCKET TESTS ...      run a kernel; TESTS is the tests' process
    python kernel.py --serve SOCKET TESTS  be the server
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

LIBRARIES = ("ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell", "ipywidgets",
             "torch", "scipy.special", "matplotlib.pyplot", "tqdm.auto")
INLINE = {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}  # as ipykernel sets it
SEEN = ("PYTHONPATH", "OMP_NUM_THREADS", "MPLBACKEND")  # what libraries read while they load
PATIENCE = 60  # seconds for the server to be there


def specify(folder, path, tests: int) -> None:
    """Write a kernelspec, and the folder that goes into JUPYTER_PATH."""
    spec = Path(folder) / "kernels" / "python3"
    spec.mkdir(parents=True)
    argv = [sys.executable, "-I", "-S", __file__, str(path), str(tests), "-f", "{connection_file}"]
    (spec / "kernel.json").write_text(json.dumps(
        {"argv": argv, "display_name": "Python 3", "language": "python"}), encoding="utf-8")


# The small program.


def ask(path: str, tests: str, words: list[str]) -> int:
    """Have a kernel forked and wait for its end; a signal to interrupt is handed on.

    Where other variables would have made other libraries, be a kernel instead.
    """
    wanted = {"words": words, "folder": os.getcwd(), "variables": dict(os.environ)}
    with _reached(path, tests) as server:
        socket.send_fds(server, [json.dumps(wanted).encode() + b"\n"], [0, 1, 2])
        kernel = int(server.makefile().readline())
        if not kernel:
            os.execv(sys.executable, [sys.executable, "-m", "ipykernel_launcher", *words])
        signal.signal(signal.SIGINT, lambda *_: os.kill(kernel, signal.SIGINT))
        while server.recv(1):
            pass
    return 0


def _reached(path: str, tests: str) -> socket.socket:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        server = socket.socket(socket.AF_UNIX)
        with suppress(OSError):
            server.connect(path)
            return server
        with suppress(FileExistsError):
            os.close(os.open(f"{path}.started", os.O_CREAT | os.O_EXCL))
            with open(f"{path}.log", "w", encoding="utf-8") as log:
                subprocess.Popen([sys.executable, __file__, "--serve", path, tests],
                                 stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                 env=os.environ | INLINE, start_new_session=True)
        time.sleep(0.05)
    raise SystemExit(f"no server for kernels: see {path}.log")


# The server.


def serve(path: str, tests: int) -> None:
    """Fork a kernel for each that asks, until the tests are over."""
    sys.path.pop(0)  # the folder of this file
    for name in LIBRARIES:
        __import__(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a kernel ended
    loaded = {name: os.environ.get(name) for name in SEEN}
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen(64)
        door.settimeout(2)
        while _alive(tests):
            with suppress(TimeoutError):
                asker, _ = door.accept()
                with asker:
                    _fork(asker, door, loaded)


def _alive(process: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(process, 0)
        return True
    return False


def _fork(asker: socket.socket, door: socket.socket, loaded: dict) -> None:
    asker.settimeout(PATIENCE)
    text, streams, _, _ = socket.recv_fds(asker, 1 << 16, 3)
    while not text.endswith(b"\n"):
        text += asker.recv(1 << 16)
    wanted = json.loads(text)
    variables = INLINE | wanted["variables"]
    if any(variables.get(name) != value for name, value in loaded.items()):
        asker.sendall(b"0\n")
    elif os.fork() == 0:
        door.close()
        asker.settimeout(None)
        _become(wanted["words"], wanted["folder"], variables, streams, asker)
    for stream in streams:
        os.close(stream)


def _become(words: list, folder: str, variables: dict, streams: list, asker: socket.socket):
    """Be a kernel, as if started with these words in that folder."""
    from ipykernel.kernelapp import launch_new_instance

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    for place, stream in enumerate(streams):
        os.dup2(stream, place)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    asker.sendall(f"{os.getpid()}\n".encode())
    threading.Thread(target=_follow, args=[asker], daemon=True).start()
    sys.argv = ["ipykernel_launcher", *words]
    launch_new_instance()
    sys.exit()


def _follow(asker: socket.socket) -> None:
    """End with the small program."""
    asker.recv(1)
    os._exit(0)


if __name__ == "__main__":
    if sys.argv[1] == "--serve":
        serve(sys.argv[2], int(sys.argv[3]))
    else:
        sys.exit(ask(sys.argv[1], sys.argv[2], sys.argv[3:]))
