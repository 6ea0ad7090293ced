"""Programs that start warm: forked from a process that has their libraries in memory.

Most of a kernel's start is the import of torch, and the tests start some hundred kernels. The
words of `command` run `python -m PROGRAM` in a fork of a server, with its caller's folder,
environment and streams: libraries are loaded, nothing of ours. It ends as the program ends, and a
caller that ends takes the program along. The first caller starts the server; it ends with the
tests. Where other variables would have made other libraries, the program starts cold.
"""

import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

HERE = sys.platform == "linux"  # elsewhere there is no fork, or none that is safe
KERNEL = "ipykernel_launcher"
LIBRARIES = {
    KERNEL: ("ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell", "ipywidgets",
             "torch", "scipy.special", "matplotlib.pyplot", "tqdm.auto"),
    "nbgrader": ("nbgrader.apps.nbgraderapp",),
}
INLINE = {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}  # as ipykernel sets it
SEEN = ("PYTHONPATH", "OMP_NUM_THREADS", "MPLBACKEND")  # what libraries read while they load
PASSED_ON = (signal.SIGINT, signal.SIGTERM)
PATIENCE = 60  # seconds for a server to be there


def prepare(folder, env=os.environ) -> None:
    """Make a folder that serves this process's tests, and Jupyter as JUPYTER_PATH.

    Servers load their libraries with the variables told here, whoever calls first.
    """
    (Path(folder) / "tests").write_text(str(os.getpid()))
    seen = {name: value for name, value in _seen(env).items() if value is not None}
    (Path(folder) / "variables").write_text(json.dumps(seen))
    spec = Path(folder) / "kernels" / "python3" / "kernel.json"
    spec.parent.mkdir(parents=True)
    argv = [*command(sys.executable, folder, KERNEL), "-f", "{connection_file}"]
    spec.write_text(json.dumps({"argv": argv, "display_name": "Python 3", "language": "python"}))


def prepared(folder) -> bool:
    """Tell whether a folder is one that `prepare` made for this user."""
    return bool(folder) and os.access(Path(folder, "tests"), os.R_OK)


def command(python, folder, program: str) -> list[str]:
    """Return the words that run a program warm."""
    return [str(python), "-I", "-S", __file__, "call", str(folder), program]


# The caller.


def call(folder: str, program: str, *words: str) -> int:
    """Have a program run in a fork of its server and end as it ends."""
    with _reached(folder, program) as server:
        for number in PASSED_ON:
            signal.signal(number, lambda number, _: server.send(bytes([number])))
        socket.send_fds(server, [b"!"], [0, 1, 2])
        told = {"words": [program, *words], "folder": os.getcwd(), "env": dict(os.environ)}
        server.sendall(json.dumps(told).encode() + b"\n")
        end = server.recv(9)
    for number in PASSED_ON:
        signal.signal(number, signal.SIG_DFL)
    if end == b"cold":
        os.execv(sys.executable, [sys.executable, "-m", program, *words])
    if not end:
        told = Path(f"{folder}/{program}.log").read_text()[-2000:]
        raise SystemExit(f"what kept {program} is gone, and says: {told or 'nothing'}")
    code = int(end)
    if code < 0:  # a signal ended it
        os.kill(os.getpid(), -code)
    return code


def _reached(folder: str, program: str) -> socket.socket:
    door, deadline = f"{folder}/{program}", time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        server = socket.socket(socket.AF_UNIX)
        with suppress(OSError):
            server.connect(door)
            return server
        with suppress(FileExistsError):
            os.close(os.open(f"{door}.started", os.O_CREAT | os.O_EXCL))
            with open(f"{door}.log", "w", encoding="utf-8") as log:
                subprocess.Popen([sys.executable, __file__, "serve", folder, program],
                                 stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                 env=_variables(folder), start_new_session=True)
        time.sleep(0.05)
    raise SystemExit(f"nothing to fork {program} from: see {door}.log")


def _variables(folder: str) -> dict:
    told = json.loads(Path(folder, "variables").read_text())
    return {name: value for name, value in os.environ.items() if name not in SEEN} | told


# The server, and the keeper of each program.


def serve(folder: str, program: str) -> list[str]:
    """Fork for each that asks, until the tests are over; return in a fork the words to run."""
    for name in LIBRARIES.get(program, ()):
        importlib.import_module(name)
    tests, loaded = int(Path(folder, "tests").read_text()), _seen(os.environ)
    gc.collect()
    gc.freeze()  # else each fork copies all of it, to look for what it may free
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the keepers
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(f"{folder}/{program}")
        door.listen()
        while _alive(tests):
            if select.select([door], [], [], 1)[0]:
                asked, _ = door.accept()
                if not os.fork():
                    return _keep(asked, loaded)
                asked.close()
    return []


def _seen(env) -> dict:
    return {name: (INLINE | dict(env)).get(name) for name in SEEN}


def _alive(process: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(process, 0)
        return True
    return False


def _keep(asked: socket.socket, loaded: dict) -> list[str]:
    """Fork the program asked for; hand it signals, end it if its caller ends, tell its end."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    streams = socket.recv_fds(asked, 1, 3)[1]
    told = json.loads(asked.makefile("rb").readline())
    if _seen(told["env"]) != loaded:
        asked.sendall(b"cold")
        os._exit(0)
    child = os.fork()
    if not child:
        asked.close()
        return _become(streams, **told)
    ended = os.pidfd_open(child)
    while ended not in select.select([ended, asked], [], [])[0]:
        number = asked.recv(1)
        os.kill(child, number[0] if number else signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with suppress(BrokenPipeError):
        asked.sendall(b"%d" % code)
    os._exit(0)


def _become(streams: list, words: list[str], folder: str, env: dict) -> list[str]:
    """Take over what the caller has."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    return words


def main(what: str, *words: str) -> int:
    """Be a caller or the server; in a fork of the server, the program."""
    if what == "call":
        return call(*words)
    del sys.path[0]  # the tests' folder
    sys.argv = serve(*words)
    if sys.argv:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
