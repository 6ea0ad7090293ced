"""The far side of the sandbox: a preloaded parent that forks one confined child per submission.

Started inside bubblewrap, with `wire.py` beside it and nothing else of ours. The parent imports
torch once and never runs student code. For each job it forks a keeper, which makes new namespaces
and forks the child into them; the keeper ends the child, and with it every process the child
made, when the judge hangs up or the time is over. The child gives up its rights, then runs cells.
"""

import ctypes
import importlib
import io
import json
import os
import platform
import resource
import select
import shutil
import signal
import socket
import struct
import sys
import time
import types

USER, FILES, PIDS, NET, IPC, HOST = (
    0x10000000, 0x20000, 0x20000000, 0x40000000, 0x08000000, 0x04000000,
)  # fmt: skip
PRIVATE, BIND, READ_ONLY, NO_SUID, NO_DEVICES = 0x44000, 0x5000, 1, 2, 4  # flags of mount(2)
MOUNTS = {"/tmp": "size=%dm,mode=0777", "/proc": "size=4k,mode=0555"}
PRINTED = 4000  # letters of what a child prints that are kept
libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Preload, say so, and serve jobs until the judge hangs up."""
    preload()
    control = socket.socket(fileno=0)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers are reaped by the kernel
    control.send(b"ready")
    while True:
        message, fds, _, _ = socket.recv_fds(control, 4096, 2)
        if not message:
            return
        if os.fork() == 0:
            control.close()
            _only(lambda: keep(json.loads(message), *fds))  # noqa: B023
        for fd in fds:
            os.close(fd)


def _only(task) -> None:
    """Do one task and end this process, whatever comes."""
    try:
        task()
    except BaseException as error:
        try:
            print(f"worker: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
        finally:
            os._exit(1)
    os._exit(0)


def preload() -> None:
    """Import what answers use, once for all children."""
    shutil.copytree("/course/fonts", "/tmp/fonts")
    import matplotlib
    import numpy  # noqa: F401
    import torch

    matplotlib.use("agg")
    import matplotlib.figure  # noqa: F401
    import matplotlib.pyplot  # noqa: F401

    for stand_in in ("gradcourse.lab", "gradcourse.problems", "wire"):
        importlib.import_module(stand_in)
    torch.set_num_threads(1)
    x = torch.ones(2, requires_grad=True)
    x.sum().backward()
    torch.optim.SGD([x]).step()  # its first step imports much


# ---------------------------------------------------------------- the keeper


def keep(job: dict, data: int, life: int) -> None:
    """Hold one child: end it when the judge hangs up, its time is over, or it ends by itself."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    uid, gid, root = os.getuid(), os.getgid(), os.getuid() == 0
    _try(libc.unshare(FILES | PIDS | NET | IPC | HOST | (0 if root else USER)), "unshare")
    if not root:
        for name, text in (("setgroups", "deny"), ("uid_map", f"65534 {uid} 1"),
                           ("gid_map", f"65534 {gid} 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
    child = os.fork()
    if child == 0:
        os.close(life)
        _only(lambda: (confine(job, data), work()))
    os.close(data)
    ended = os.pidfd_open(child)
    select.select([life, ended], [], [], job["wall"])
    os.kill(child, signal.SIGKILL)  # the first process of its namespace: all others end with it
    _, status, usage = os.wait4(child, 0)
    spent = usage.ru_utime + usage.ru_stime + time.process_time()  # the child's and this one's
    report = {"status": status, "cpu": spent, "rss": usage.ru_maxrss}
    try:
        os.write(life, json.dumps(report).encode())
    except OSError:
        pass


# ---------------------------------------------------------------- the child gives up its rights


def confine(job: dict, data: int) -> None:
    """Leave the child its socket, a small folder, and no rights."""
    os.setsid()
    null = os.open("/dev/null", os.O_RDWR)
    os.dup2(data, 9)
    for fd in (0, 1):
        os.dup2(null, fd)
    os.dup2(9, 3)
    os.closerange(4, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    with open("/proc/self/statm") as file:
        mapped = int(file.read().split()[0]) * resource.getpagesize()
    _mount("/", None, PRIVATE, None)
    for place, options in MOUNTS.items():
        options = options % job["disk"] if "%" in options else options
        flags = NO_SUID | NO_DEVICES | (READ_ONLY if place == "/proc" else 0)
        _mount(place, b"tmpfs", flags, options.encode())
    for kept, path in job["again"].items():
        os.makedirs(path, mode=0o755)
        _mount(path, None, BIND, None, kept)
    os.chdir("/tmp")
    limits = {
        resource.RLIMIT_AS: mapped + job["memory"] * 2**20,
        resource.RLIMIT_CPU: job["cpu"],
        resource.RLIMIT_FSIZE: job["disk"] * 2**20,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_NPROC: job["processes"],
        resource.RLIMIT_CORE: 0,
    }
    for name, value in limits.items():
        resource.setrlimit(name, (int(value), int(value)))
    drop(job["uid"])
    os.dup2(os.open("/dev/null", os.O_WRONLY), 2)  # until here a fault is told to the judge
    os.close(4)


def drop(uid: int) -> None:
    """Become nobody in particular, for good."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    header = struct.pack("<Ii", 0x20080522, 0)
    _try(libc.capset(header, bytes(24)), "capset")
    _try(libc.prctl(38, 1, 0, 0, 0), "no new privileges")
    _filter()


# system calls that no answer needs and that would widen what it can reach
DENIED = {
    "x86_64": (0xC000003E, 56, 435, (
        29, 64, 68, 101, 155, 161, 165, 166, 248, 249, 250, 272, 298, 304, 308, 310, 311, 319,
        321, 323, 425, 428, 429, 430, 438, 442, 447)),
    "aarch64": (0xC00000B7, 220, 435, (
        39, 40, 41, 51, 97, 117, 186, 190, 194, 217, 218, 219, 241, 265, 268, 270, 271, 279, 280,
        282, 425, 428, 429, 430, 438, 442, 447)),
}  # fmt: skip
REFUSE, ABSENT, ALLOW, KILL = 0x50001, 0x50026, 0x7FFF0000, 0x80000000


def _filter() -> None:
    """Deny new namespaces, mounts, tracing, kernel keys and memory outside the limits."""
    if platform.machine() not in DENIED:
        raise OSError(f"no list of system calls for {platform.machine()}")
    arch, clone, clone3, denied = DENIED[platform.machine()]
    code = [(0x20, 0, 0, 4), (0x15, 1, 0, arch), (0x06, 0, 0, KILL), (0x20, 0, 0, 0)]
    code += [(0x35, 0, 1, 0x40000000), (0x06, 0, 0, REFUSE)]
    for number in denied:
        code += [(0x15, 0, 1, number), (0x06, 0, 0, REFUSE)]
    code += [(0x15, 0, 1, clone3), (0x06, 0, 0, ABSENT)]
    code += [(0x15, 0, 3, clone), (0x20, 0, 0, 16), (0x45, 0, 1, 0x7E020080), (0x06, 0, 0, REFUSE)]
    code += [(0x06, 0, 0, ALLOW)]
    program = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *line) for line in code))
    header = struct.pack("@HP", len(code), ctypes.addressof(program))
    _try(libc.prctl(22, 2, header, 0, 0), "seccomp")


def _mount(place: str, kind: bytes | None, flags: int, options: bytes | None, source: str = "none"):
    what = source.encode(), place.encode()
    _try(libc.mount(*what, kind, ctypes.c_ulong(flags), options), place)


def _try(result: int, what: str) -> None:
    if result:
        raise OSError(ctypes.get_errno(), what)


# ---------------------------------------------------------------- the child's work


class Inert:
    """Stands for what a notebook has and a worker has not; does nothing, whatever is asked."""

    def __call__(self, *args, **kwargs):
        """Do nothing."""
        return self

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __iter__(self):
        return iter(())

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False


class Tail(io.TextIOBase):
    """Keeps the last letters of what is printed."""

    def __init__(self):
        self.text = ""

    def write(self, text):
        """Keep the end."""
        self.text = (self.text + str(text)[-PRINTED:])[-PRINTED:]
        return len(text)

    def writable(self):
        """Say yes."""
        return True


def work() -> None:
    """Run cells and answer calls until the judge hangs up."""
    import wire

    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    space = module.__dict__
    space.update(get_ipython=Inert(), display=Inert())
    sys.argv, sys.path[:] = [""], [p for p in sys.path if p]
    sys.breakpointhook = Inert()
    sys.stdin = io.StringIO("")
    sys.stdout = sys.stderr = tail = Tail()
    os.environ.clear()
    os.environ.update(HOME="/tmp", LANG="C.UTF-8", OMP_NUM_THREADS="1", MPLBACKEND="agg")

    class Page(wire.Answers):
        def _cell(self, request):
            exec(compile(request["source"], request["name"], "exec"), self.namespace)

        def _printed(self, request):
            return tail.text.encode("utf-8", "replace").decode()

    stream = os.fdopen(3, "rb"), os.fdopen(os.dup(3), "wb")
    wire.serve(Page(space), *stream)


if __name__ == "__main__":
    main()
