"""Set the course up, open it, test it: `python course.py lab`.

Standard library only; the Makefile calls this file and nothing else.  The first lines run on any
Python 3, so that an old one gets a sentence and not a syntax error.
"""

import argparse
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
OLDEST = (3, 11)
BIN = "Scripts" if os.name == "nt" else "bin"
STARTED, DONE = ".setup-started", ".setup-done.json"
QUIET_KERNEL = {"IPKernelApp": {"log_level": "ERROR"}}  # else a warning at each kernel's start
WORKERS = min(9, (os.cpu_count() or 1) + 1)  # one more than cores: some tests only wait
QUICK = "not slow"  # what a run of one chapter takes; a later -m replaces it
NO_TESTS = 5  # pytest's code when nothing was collected
HELP = """\
  lab          open JupyterLab on your copy of the course
  test         run every test and every page        --chapter NN_slug: that chapter, in a minute
  setup        only prepare, with what the tests need
  test-pages   run every page at reading length and compare its claims
  notebooks    derive the exercises, refresh stale pages, lint all
  bench        run the benchmarks
  site         build the web site
  setup-site   prepare what the site needs; `setup` and `test` do that too

  Further words are handed on: `python course.py lab --no-browser --port 8899`, with make
  `make lab ARGS="--no-browser --port 8899"`; one chapter is `make test CHAPTER=00_descent`.
  PINS=newest or PINS=lowest in the environment tries other versions, in an environment apart."""


class Failed(Exception):
    """A stage that did not work; the message is for the user."""


def main(argv=None):
    """Run one command and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in ("-h", "--help", "help"):
        print("python course.py COMMAND\n\n" + HELP)
        return 0
    if words[0] not in COMMANDS:
        print(f"course: no command {words[0]!r}; there is {', '.join(COMMANDS)}")
        return 2
    older = _newer_python(words)
    if older is not None:
        return older
    parser = argparse.ArgumentParser(prog="course.py " + words[0], allow_abbrev=False)
    parser.add_argument("--chapter", default="", help="NN_slug, slug or NN")
    options, rest = parser.parse_known_args(words[1:])
    try:
        return COMMANDS[words[0]](options.chapter, rest)
    except Failed as error:
        print(f"course: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ncourse: stopped", file=sys.stderr)
        return 130


class Killed(Failed):
    """A stage that a signal ended: what it was writing may be half there."""


# The commands.


def setup(chapter="", rest=()):
    """Prepare everything, with what the tests need."""
    _prepare("test")
    print("setup: ready")
    return 0


def lab(chapter="", rest=()):
    """Open JupyterLab on the learner's copy; installs only what a learner needs."""
    python = _prepare("learner")
    return _run([python, "-m", "gradcourse", "lab", *rest])


def test(chapter="", rest=()):
    """Run the tests, then every page in smoke mode; both run even if the first fails."""
    chapter = _find(chapter)
    python = _prepare("test")
    only = ["-k", chapter.split("_", 1)[1], "-m", QUICK] if chapter else []
    everything = ["--doctest-modules", "--dist", "worksteal", "tests", "gradcourse"]
    codes = [
        _pytest(python, [*everything, *only, *rest]),
        _pages(python, _rooms(chapter), rest, GRADCOURSE_MODE="smoke"),
    ]
    print("test: " + ("passed" if not any(codes) else "failed"))
    return max(codes)


def test_pages(chapter="", rest=()):
    """Run the chapters at reading length and compare the cells that hold their claims."""
    chapter = _find(chapter)
    pages = [f"chapters/{chapter}.ipynb"] if chapter else ["chapters"]
    return _pages(_prepare("test"), pages, rest, GRADCOURSE_MODE="")


def notebooks(chapter="", rest=()):
    """Derive the exercises, refresh stale pages, lint all."""
    python, only = _prepare("test"), [_find(chapter)] if chapter else []
    verbs = ("derive", "refresh", "lint")
    codes = [_run([python, "-m", "gradcourse", "notebooks", v, *only, *rest]) for v in verbs]
    return max(codes)


def bench(chapter="", rest=()):
    """Run the benchmarks."""
    _there("benchmarks", "benchmarks")
    only = [_find(chapter).split("_", 1)[1]] if chapter else []
    return _run([_prepare("test"), "-m", "benchmarks", *only, *rest])


def site(chapter="", rest=()):
    """Build the web site."""
    _there("docs/conf.py", "web site")
    return _run([_prepare("test"), "-m", "gradcourse.web", *rest])


COMMANDS = {
    "lab": lab,
    "test": test,
    "setup": setup,
    "setup-site": setup,
    "test-pages": test_pages,
    "notebooks": notebooks,
    "bench": bench,
    "site": site,
}


def _pytest(python, words, **env):
    print("test: pytest " + " ".join(words), flush=True)
    return _run([python, "-m", "pytest", "-q", "-n", str(WORKERS), *words], **env)


def _pages(python, rooms, rest, **env):
    code = _pytest(python, ["--nbval-lax", "--dist", "loadfile", *rooms, *rest], **env)
    return 0 if code == NO_TESTS and rest else code  # -k may leave no cell


def _rooms(chapter):
    if not chapter:
        return ["chapters", "exercises", "solutions"]
    page = f"chapters/{chapter}.ipynb"
    return [page, "exercises/" + chapter, "solutions/" + chapter]


def _find(name):
    """Turn 00_descent, descent or 00 into 00_descent."""
    known = sorted(page.stem for page in (HERE / "chapters").glob("[0-9][0-9]_*.ipynb"))
    for chapter in known:
        if name in (chapter, *chapter.split("_", 1)):
            return chapter
    if name:
        raise Failed(f"no chapter {name!r}; there is {', '.join(known) or 'none'}")
    return ""


def _there(path, what):
    if not (HERE / path).exists():
        raise Failed(f"this edition has no {what}")


def _run(command, **env):
    """Run a command in the course's folder; it answers Ctrl-C by itself."""
    env = {key: value for key, value in {**os.environ, **env}.items() if value}
    process = subprocess.Popen([str(word) for word in command], cwd=str(HERE), env=env)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


# Setting up.


def _prepare(what):
    """Make or mend the environment `what` asks for and return its Python.

    A stamp says what was installed; without the stamp, or with another one, it is done again.
    """
    pins = os.environ.get("PINS", "")
    if pins not in ("", "newest", "lowest"):
        raise Failed(f"PINS is newest or lowest, or not set; got {pins!r}")
    folder = HERE / (".venv-" + pins if pins else ".venv")
    wanted = ["learner", "test"] if what == "learner" else ["test"]
    base, install = _base(), _installed_hash(pins)
    stamp = _read(folder / DONE)
    same = stamp.get("base") == base and stamp.get("install") == install
    if not same or stamp.get("what") not in wanted:
        what = "test" if stamp.get("what") == "test" else what
        with _marked(folder, base, {"base": base, "install": install, "what": what}):
            _install(folder, what, pins)
    if what == "test":
        _prepare_nbgrader(_python(folder), base)
    return _python(folder)


def _install(folder, what, pins):
    tests = "[test]" if pins else "[test,site]"  # the site is built with the tested versions only
    extra = tests if what == "test" else ""
    choice = {"newest": ["--upgrade", "--upgrade-strategy", "eager"]}.get(pins, [])
    if pins != "newest":
        constraints = _lowest(folder) if pins == "lowest" else HERE / "constraints.txt"
        choice = ["-c", str(constraints)]
    told = f"packages into {folder.name} (some minutes the first time)"
    _stage(told, [_python(folder), "-m", "pip", "install", *choice, "-e", "." + extra])
    kernel = folder / "etc" / "ipython" / "ipython_kernel_config.json"
    kernel.parent.mkdir(parents=True, exist_ok=True)
    kernel.write_text(json.dumps(QUIET_KERNEL), encoding="utf-8")


def _prepare_nbgrader(python, base):
    """Keep nbgrader apart: it wants older companions. Its kernel is the course's Python."""
    pins, folder = HERE / "constraints-nbgrader.txt", HERE / ".venv-nbgrader"
    install = hashlib.sha256(pins.read_bytes()).hexdigest()
    stamp = {"base": base, "install": install, "kernel": str(python)}
    if _read(folder / DONE) == stamp:
        return
    with _marked(folder, base, stamp):
        command = [_python(folder), "-m", "pip", "install", "-c", str(pins), "nbgrader"]
        _stage(f"nbgrader into {folder.name}", command)
        spec = folder / "share" / "jupyter" / "kernels" / "python3" / "kernel.json"
        spec.parent.mkdir(parents=True, exist_ok=True)
        argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        kernel = {"argv": argv, "display_name": "Python 3", "language": "python"}
        spec.write_text(json.dumps(kernel, indent=1), encoding="utf-8")


@contextmanager
def _marked(folder, base, stamp):
    """Make the environment if need be; write the stamp only when all that follows worked.

    A mark stays behind if the work is cut off, or pip crashes: then the environment is made from
    nothing.  If pip itself reports an error, nothing was half written, and what is there is used
    again.
    """
    started, done = folder / STARTED, folder / DONE
    old = _read(done).get("base", base if folder.exists() else None)
    fresh = started.exists() or old != base or not _python(folder).exists()
    if folder.exists():
        started.touch()
        done.unlink() if done.exists() else None
    if fresh:
        _need_venv()
        make = [sys.executable, "-m", "venv", "--clear", str(folder)]
        _stage(f"environment {folder.name} (Python {base['python']})", make)
        started.touch()
    try:
        yield
    except Killed:
        raise
    except Failed:
        started.unlink()
        raise
    done.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    started.unlink()


def _stage(told, command):
    """Run one quiet stage: one line with its seconds; the whole output only if it fails."""
    began, tty, over = time.time(), sys.stdout.isatty(), threading.Event()
    print(f"setup: {told} ...", end="" if tty else "\n", flush=True)

    def tick():
        while not over.wait(1):
            print(f"\rsetup: {told} ... {time.time() - began:.0f} s", end="", flush=True)

    clock = threading.Thread(target=tick, daemon=True)
    if tty:
        clock.start()
    try:
        process = subprocess.run(
            [str(word) for word in command],
            cwd=str(HERE),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
    finally:
        over.set()
    if tty:
        clock.join()
        print(f"\rsetup: {told} ... {time.time() - began:.0f} s", flush=True)
    if process.returncode < 0:
        print(process.stdout.decode("utf-8", "replace"), file=sys.stderr)
        raise Killed(f"{told} was ended by signal {-process.returncode}; try again")
    if process.returncode:
        print(process.stdout.decode("utf-8", "replace"), file=sys.stderr)
        raise Failed(f"{told} did not work; the lines above say why")


def _base():
    """What an environment stands on; if it changes, the environment is made anew."""
    return {"python": "{}.{}".format(*sys.version_info), "folder": str(HERE)}


def _installed_hash(pins):
    content = b"".join((HERE / f).read_bytes() for f in ("pyproject.toml", "constraints.txt"))
    week = time.strftime("%G-%V") if pins == "newest" else ""
    return hashlib.sha256(content + (pins + week).encode()).hexdigest()


def _lowest(folder):
    """Write the floors of pyproject's ranges as constraints."""
    import tomllib

    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = project["dependencies"] + project["optional-dependencies"]["test"]
    path = folder / "lowest.txt"
    path.write_text("\n".join(line.replace(">=", "==").split(",")[0] for line in lines) + "\n")
    return path


def _python(folder):
    return folder / BIN / ("python.exe" if os.name == "nt" else "python")


def _read(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


# What must be there beforehand.


def _newer_python(words):
    """Return None on a Python that will do; else hand the words to one, or say what to get."""
    if sys.version_info >= OLDEST:
        return None
    for minor in (13, 12, 11):
        path = shutil.which(f"python3.{minor}")
        if path:
            return subprocess.call([path, str(HERE / "course.py"), *words])
    print(f"course: the course needs Python 3.11 or newer, this is {sys.version.split()[0]}.")
    print("course: install it (Debian, Ubuntu: sudo apt-get install python3.11 python3.11-venv;")
    print("        macOS: brew install python; Windows: winget install Python.Python.3.12).")
    return 1


def _need_venv():
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        return
    name = f"python3.{sys.version_info[1]}-venv"
    raise Failed(f"this Python has no venv; install it: sudo apt-get install {name}")


if __name__ == "__main__":
    sys.exit(main())
