"""Start workers that can reach nothing: bubblewrap outside, one confined child per submission.

A `Sandbox` is one preloaded parent; `worker()` asks it for a fresh child with namespaces, limits
and a folder of its own. Linux only: needs `bwrap` on the path.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
import weakref
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar

import gradcourse
from gradcourse.wire import MAX_FRAME, WireError, over_pipes, pack, unpack

HERE = Path(gradcourse.__file__).resolve().parent
SHARED = ("problems.py", "data.py", "models.py", "pictures/__init__.py", "pictures/style.py",
          "pictures/course.mplstyle")  # fmt: skip
START = "import sys; sys.path.insert(0, '/course'); import worker; worker.main()"
HOW = (
    "grading needs bubblewrap, on Linux: sudo apt-get install bubblewrap (dnf, pacman alike). "
    "On other systems build and run docs/Dockerfile.grading"
)
OUT_OF_REACH = '''"""Out of reach in class."""

raise ImportError("gradcourse.methods.{slug} is out of reach in class: the answer is your own")
'''


class NoSandbox(ValueError):
    """Grading cannot start; the message says how to mend it."""


class Died(BaseException):
    """A worker ended before its work did; not an Exception, so that no check takes it for one."""


@dataclass(frozen=True)
class Limits:
    """What one submission may use."""

    cell: float = 20.0  # wall seconds of one cell
    exercise: float = 30.0  # wall seconds of one exercise's checks
    wall: float = 600.0  # wall seconds of a worker
    cpu: int = 120  # CPU seconds of a worker
    memory: int = 2048  # MiB beyond what torch maps
    disk: int = 32  # MiB in its own folder
    processes: int = 24


class Sandbox:
    """A preloaded parent inside bubblewrap.

    Args:
        slug: the chapter whose method is withheld.
        uses: further method modules that the page imports.

    Raises:
        NoSandbox: no bubblewrap here, or it cannot start.
    """

    def __init__(self, slug: str, uses: frozenset[str] = frozenset()):
        self.slug, self.count = slug, 0
        if sys.platform != "linux" or not shutil.which("bwrap"):
            raise NoSandbox(HOW)
        self.folder = tempfile.mkdtemp(prefix="gradcourse-")
        furnish(Path(self.folder), slug, uses)
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.complaints = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            command(Path(self.folder)), stdin=theirs, stdout=subprocess.DEVNULL,
            stderr=self.complaints, start_new_session=True,
        )
        theirs.close()
        self.close = weakref.finalize(
            self, _end, self.control, self.process, self.folder, self.complaints
        )
        self._wait()

    def _wait(self) -> None:
        self.control.settimeout(120)
        try:
            ready = self.control.recv(16)
        except OSError:
            ready = b""
        if ready != b"ready":
            self.complaints.seek(0)
            said = self.complaints.read().decode(errors="replace").strip().splitlines()
            self.close()
            raise NoSandbox(f"the sandbox does not start: {said[-1] if said else 'no word'}; {HOW}")

    def worker(self, limits: Limits) -> "Worker":
        """Fork a fresh child."""
        self.count += 1
        data, their_data = socket.socketpair()
        life, their_life = socket.socketpair()
        uid = 1_900_000_000 + os.getpid() % 4_000_000 * 20 + self.count % 20  # its own limits
        job = json.dumps({**asdict(limits), "uid": uid, "again": _below_tmp()}).encode()
        fds = [their_data.fileno(), their_life.fileno()]
        try:
            socket.send_fds(self.control, [job], fds)
        except OSError:
            data.close()
            life.close()
            raise NoSandbox("the sandbox has ended") from None
        finally:
            their_data.close()
            their_life.close()
        return Worker(data, life)


def _end(control, process, folder, complaints) -> None:
    control.close()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    complaints.close()
    shutil.rmtree(folder, ignore_errors=True)


class Worker:
    """The judge's end of one confined child.

    Attributes:
        spent: CPU seconds of all children of this process that have ended.
    """

    spent: ClassVar[float] = 0.0

    def __init__(self, data: socket.socket, life: socket.socket):
        self.data, self.life = data, life
        self.stream = Line(data)
        self.exchange = over_pipes(self.stream, self.stream)
        self.report: dict = {}

    def allow(self, seconds: float) -> None:
        """Set how long it may take from now on."""
        self.stream.until, self.stream.seconds = time.monotonic() + seconds, seconds

    def transport(self, frame: bytes, answer) -> bytes:
        """Send a request and return the reply.

        Raises:
            Died: it ended, took too long, or sent what is no reply.
        """
        try:
            return self.exchange(frame, answer)
        except TimeoutError:
            self.end()
            raise Died(f"ran past {self.stream.seconds:g} seconds") from None
        except (EOFError, OSError):
            self.end()
            raise Died(f"ended before the answer came ({self.how()})") from None
        except WireError as error:
            self.end()
            raise Died(f"sent {error}") from None

    def ask(self, op: str, **request) -> dict:
        """Send one of the worker's own requests."""
        reply = self.transport(pack({"op": op, **request}), lambda frame: pack({
            "error": "ValueError", "message": "no call-back is held"}))
        try:
            reply = unpack(reply)
        except WireError:
            reply = None
        return reply if isinstance(reply, dict) else {}

    def how(self) -> str:
        """Say how it ended, in words."""
        status = self.report.get("status")
        if type(status) is not int:
            return "without a word"
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            return "out of time or memory" if number == 9 else f"signal {number}"
        return f"it ended itself with code {os.WEXITSTATUS(status)}"

    def end(self) -> None:
        """End it and everything it started; wait until that has happened."""
        if self.life.fileno() < 0:
            return
        self.data.close()
        self.life.settimeout(10)
        try:
            self.life.shutdown(socket.SHUT_WR)
            self.report = json.loads(self.life.recv(4096) or b"{}")
            Worker.spent += self.report.get("cpu", 0.0)
        except (OSError, ValueError):
            self.report = {}
        self.life.close()


class Line:
    """A socket as a stream with a deadline; never holds more than one message."""

    def __init__(self, socket):
        self.socket, self.until, self.seconds = socket, time.monotonic() + 60, 60.0

    def _left(self) -> float:
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def read(self, size: int) -> bytes:
        """Read `size` bytes; fewer only at the end."""
        parts, got = [], 0
        size = min(size, MAX_FRAME)
        while got < size:
            self.socket.settimeout(self._left())
            part = self.socket.recv(min(size - got, 2**20))
            if not part:
                break
            parts.append(part)
            got += len(part)
        return b"".join(parts)

    def write(self, content: bytes) -> None:
        """Write all of it."""
        self.socket.settimeout(self._left())
        self.socket.sendall(content)

    def flush(self) -> None:
        """Nothing waits here."""


# ---------------------------------------------------------------- what lies inside


def furnish(folder: Path, slug: str, uses: frozenset[str]) -> None:
    """Lay out what a worker may import: the codec, the worker, and the stand-in package."""
    os.chmod(folder, 0o755)
    for name in ("worker.py",):
        shutil.copy(HERE / "grading" / name, folder / name)
    shutil.copy(HERE / "wire.py", folder / "wire.py")
    package = folder / "gradcourse"
    shutil.copytree(HERE / "grading" / "standin", package,
                    ignore=shutil.ignore_patterns("__pycache__"))
    for name in SHARED:
        if (HERE / name).is_file():
            (package / name).parent.mkdir(exist_ok=True)
            shutil.copy(HERE / name, package / name)
    _fonts(folder / "fonts")
    (package / "methods").mkdir()
    (package / "methods" / "__init__.py").write_text('"""Methods of other chapters."""\n')
    for name in sorted(uses - {slug}):
        _copy_method(name, package / "methods")
    (package / "methods" / f"{slug}.py").write_text(OUT_OF_REACH.format(slug=slug))


def _fonts(folder: Path) -> None:
    """Take matplotlib's list of fonts along; making it takes seconds."""
    import matplotlib
    from matplotlib import font_manager  # noqa: F401 - writes the list when there is none

    folder.mkdir()
    for path in Path(matplotlib.get_cachedir()).glob("fontlist*.json"):
        shutil.copy(path, folder)


def _copy_method(name: str, target: Path) -> None:
    source = HERE / "methods" / name
    if source.is_dir():
        shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    elif source.with_suffix(".py").is_file():
        shutil.copy(source.with_suffix(".py"), target / f"{name}.py")


def command(folder: Path, python: str = sys.executable) -> list[str]:
    """Return the words that start the parent inside bubblewrap."""
    if os.getuid() == 0:
        caps = ["CAP_SYS_ADMIN", "CAP_SETUID", "CAP_SETGID", "CAP_KILL"]  # all dropped later
        words = ["--cap-drop", "ALL", *(w for cap in caps for w in ("--cap-add", cap)),
                 "--unshare-net", "--unshare-pid", "--unshare-ipc", "--unshare-uts"]
    else:
        words = ["--unshare-all"]
    words += ["--die-with-parent", "--new-session", "--clearenv"]
    for name, value in {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8",
                        "OMP_NUM_THREADS": "1", "MPLCONFIGDIR": "/tmp/fonts"}.items():
        words += ["--setenv", name, value]
    words += ["--tmpfs", "/tmp", *_places()]  # first, for a course that lies below /tmp itself
    for kept, path in _below_tmp().items():
        words += ["--ro-bind", path, kept]
    words += ["--ro-bind", str(folder), "/course", "--proc", "/proc", "--dev", "/dev",
              "--remount-ro", "/dev", *_masks(), "--chdir", "/tmp", "--remount-ro", "/"]
    return [shutil.which("bwrap"), *words, "--", python, "-I", "-B", "-c", START]


def _places() -> list[str]:
    """Bind the system's libraries, the interpreter and its packages, read-only."""
    words = ["--ro-bind", "/usr", "/usr"]
    for name in ("/lib", "/lib64", "/bin", "/sbin"):
        if os.path.islink(name):
            words += ["--symlink", os.readlink(name), name]
        elif os.path.isdir(name):
            words += ["--ro-bind", name, name]
    for path in _interpreter():
        if not path.is_relative_to("/usr"):
            for above in reversed(path.parents[:-1]):  # bubblewrap makes them 0700
                words += ["--perms", "0755", "--dir", str(above)]
            words += ["--ro-bind", str(path), str(path)]
    return words + ["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]


def _below_tmp() -> dict[str, str]:
    """Name a second place for each folder that a child's own /tmp would hide."""
    hidden = [path for path in _interpreter() if path.is_relative_to("/tmp")]
    return {f"/interpreter/{n}": str(path) for n, path in enumerate(hidden)}


def _interpreter() -> list[Path]:
    """List the folders of this Python, the environment's packages among them."""
    places = {Path(sys.base_prefix), Path(sys.base_prefix).resolve(), Path(sys.prefix),
              Path(sysconfig.get_paths()["purelib"]), Path(sys.executable).resolve().parents[1]}
    ordered = sorted(places, key=lambda path: len(path.parts))
    return [p for n, p in enumerate(ordered)
            if not any(p.is_relative_to(other) for other in ordered[:n])]


def _masks() -> list[str]:
    """Hide the course itself where it lies inside what is bound."""
    bound = [Path("/usr"), *_interpreter()]
    hidden = [HERE, HERE.parent / "solutions", HERE.parent / "chapters", HERE.parent / "tests"]
    words = []
    for path in hidden:
        if path.is_dir() and any(path.is_relative_to(place) for place in bound):
            words += ["--tmpfs", str(path), "--remount-ro", str(path)]
    return words
