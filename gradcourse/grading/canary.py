"""A worker that tries to get out, before every batch: if it gets anywhere, nothing is graded."""

import os
import socket
import tempfile
from pathlib import Path

from gradcourse import folders
from gradcourse.grading.sandbox import Died, Limits, NoSandbox, Sandbox
from gradcourse.wire import pack, unpack

PROBES = '''
import ctypes, glob, os, socket, sys

def attempt(fn):
    try:
        return bool(fn())
    except BaseException:
        return False

def connect(address):
    socket.create_connection(address, timeout=1).close()
    return True

def write(path):
    with open(path, "w") as file:
        file.write("x" * 10)
    return True

def others():
    return any(attempt(lambda: os.kill(n, 0) or True) for n in range(2, 3000))

def grow():
    kept = []
    for _ in range(64):
        kept.append(bytearray(2**28))
    return True

def fill():
    total = 0
    for n in range(1000):
        with open(f"/tmp/fill{n}", "wb") as file:
            file.write(bytes(2**20))
        total += 1
    return True

def spread():
    made = 0
    for _ in range(400):
        if os.fork() == 0:
            import time
            time.sleep(60)
            os._exit(0)
        made += 1
    return True

def probe(secret, address, places):
    libc = ctypes.CDLL(None)
    return {
        "read a file of the host": attempt(lambda: open(secret).read()),
        "see the course": any(os.path.exists(place) for place in places),
        "import the checks": attempt(lambda: __import__("gradcourse.checks").checks),
        "reach the host": attempt(lambda: connect(tuple(address))),
        "reach the network": attempt(lambda: connect(("192.0.2.1", 80))),
        "write outside its folder": any(
            attempt(lambda p=p: write(p)) for p in
            ("/x", "/usr/x", "/etc/x", "/course/x", "/dev/x", "/dev/shm/x", "/root/x", "/proc/x")),
        "see another process": attempt(others) or bool(os.listdir("/proc")),
        "keep the host's environment": bool(set(os.environ) - {
            "HOME", "LANG", "OMP_NUM_THREADS", "MPLBACKEND", "LC_CTYPE"}),
        "be root": os.getuid() == 0 or attempt(lambda: os.setuid(0) or True),
        "make a namespace": libc.unshare(0x10000000) == 0,
        "mount": libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0,
        "take more memory": attempt(grow),
        "fill the disk": attempt(fill),
        "start many processes": attempt(spread),
    }
'''


def check(sandbox: Sandbox) -> None:
    """Try everything that must fail.

    Raises:
        NoSandbox: something worked, or the worker does not even start.
    """
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as door:
        secret = Path(folder) / "secret"
        secret.write_text("secret", encoding="utf-8")
        os.chmod(folder, 0o755)
        course = folders.root()
        places = [str(course / name) for name in ("solutions", "gradcourse", "chapters", "tests")]
        tried = _tried(sandbox, str(secret), list(door.getsockname()), places)
    loose = [what for what, worked in tried.items() if worked is not False]
    if loose:
        raise NoSandbox("the sandbox leaks, nothing was graded: a worker could " + ", ".join(loose))


def _tried(sandbox: Sandbox, *args) -> dict:
    worker = sandbox.worker(Limits(memory=1024, disk=8))
    try:
        worker.allow(60)
        said = worker.ask("cell", source=PROBES, name="canary")
        request = {"op": "call", "name": "probe", "args": list(args), "kwargs": {}}
        reply = unpack(worker.transport(pack(request), lambda frame: b""))
    except Died as ended:
        raise NoSandbox(f"the canary cannot run: {ended}") from None
    finally:
        worker.end()
    tried = reply.get("ok")
    if not isinstance(tried, dict) or len(tried) < 14:
        raise NoSandbox(f"the canary cannot run: {reply.get('message') or said}")
    return tried
