"""How fast a class is graded, how many workers a deadline needs: `python -m benchmarks.grading`.

Writes grading.json with date, machine and command, and docs/scaling.md with its picture from that.
Measured: a batch of one chapter on two processes and alone, killed and resumed, on a Dask cluster
of two workers; nbgrader's own autograde on some of the same files; a queue before a deadline, real
and simulated.
"""

import argparse
import ast
import concurrent.futures
import csv
import datetime
import json
import multiprocessing
import os
import platform
import random
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import psutil

from benchmarks import queueing
from gradcourse import answers, folders
from gradcourse.grading import batch, judge, library, pool, release, report, submission
from gradcourse.grading.sandbox import Worker
from gradcourse.notebooks import files

HERE = Path(__file__).resolve().parent
RESULTS, PAGE = HERE / "grading.json", HERE.parent / "docs" / "scaling.md"
CHAPTER, JOBS, WANTED = "01_multistage", 2, 3.0  # submissions a second
TIMEOUT = 3600


def main(argv: list[str] | None = None) -> int:
    """Measure, write, and return 1 if something came out other than it must."""
    args = _parser().parse_args(argv)
    if not args.page:
        told = measured(args)
        RESULTS.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    told = json.loads(RESULTS.read_text(encoding="utf-8"))
    queueing.write(told, PAGE)
    for line in queueing.lines(told):
        print(line)
    return 0 if told["resumed"]["same"] and told["cluster"]["same"] else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grading", description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="submissions (default: 200)")
    parser.add_argument("--nbgrader", type=int, default=10, help="of them for nbgrader")
    parser.add_argument("--queue", type=int, default=120, help="arrivals of the real queue")
    parser.add_argument("--page", action="store_true", help="only write the page again")
    return parser


def measured(args) -> dict:
    """Run everything in a folder of its own."""
    told = {"date": datetime.date.today().isoformat(), "count": args.count, "chapter": CHAPTER,
            "command": "python -m benchmarks.grading " + " ".join(sys.argv[1:]),
            "machine": machine(), "load": os.getloadavg()[0]}
    with tempfile.TemporaryDirectory() as folder:
        place = class_of(args.count, Path(folder) / "in")
        for name, run in (("alone", lambda: timed(place, Path(folder), 1)),
                          ("pair", lambda: timed(place, Path(folder), JOBS)),
                          ("resumed", lambda: resumed(place, Path(folder))),
                          ("cluster", lambda: cluster(place, Path(folder))),
                          ("nbgrader", lambda: nbgrader(place, Path(folder), args.nbgrader))):
            print(f"grading: {name} ...", flush=True)
            told[name] = run()
        print("grading: queue ...", flush=True)
        told["queue"] = queue(place, Path(folder), args.queue, told)
    return told


def machine() -> dict:
    """Say what this runs on."""
    info = Path("/proc/cpuinfo")
    facts = dict(line.split(":", 1) for line in info.read_text().splitlines() if ":" in line)
    name = {key.strip(): value.strip() for key, value in facts.items()}.get("model name", "")
    return {"processor": name or platform.machine(), "cores": os.cpu_count(),
            "python": platform.python_version(), "torch": version("torch").partition("+")[0]}


# ---------------------------------------------------------------- a class


def class_of(count: int, place: Path) -> Path:
    """Write a class: each answer right, right in another style, wrong, or left out."""
    chance = random.Random(0)
    page = files.read(files.page_path("exercises", CHAPTER, folders.root()))
    solution = files.read(files.page_path("solutions", CHAPTER, folders.root()))
    right = {cell["id"]: cell["source"] for cell in solution["cells"]}
    others = _others()
    for number in range(count):
        made = json.loads(json.dumps(page))
        for cell in made["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("solution"):
                cell["source"] = _answer(cell, right, others, chance)
        name = f"{CHAPTER}.ipynb"
        files.write(place / f"s{number:04}" / CHAPTER / name, made)
    return place


def _others() -> dict[str, dict[str, list[str]]]:
    """Read the right and the wrong answers that the audit tries, by name of the answer."""
    found: dict = {"right": {}, "wrong": {}}
    names = {e.id: e.name for e in library.exercises(CHAPTER)}
    for kind, known in found.items():
        for path in sorted((folders.root() / "solutions" / CHAPTER / kind).glob("*.py")):
            source = path.read_text(encoding="utf-8")
            told = answers._literals(ast.parse(source))
            known.setdefault(names[told["EXERCISE"]], []).append(source)
    return found


def _answer(cell, right: dict, others: dict, chance: random.Random) -> str:
    if cell["cell_type"] == "markdown":
        return "Because noise stays: a shorter step lowers it." if chance.random() < 0.8 else (
            cell["source"])
    name = next((n for n in others["wrong"] if f"def {n}(" in cell["source"]), "")
    draw = chance.random()
    if draw < 0.25 and others["wrong"].get(name):
        return chance.choice(others["wrong"][name])
    if draw < 0.35:
        return cell["source"]  # the stub
    if draw < 0.45 and others["right"].get(name):
        return chance.choice(others["right"][name])
    return right[cell["id"]]


def tasks_of(place: Path, out: Path) -> list[judge.Task]:
    """Read the class as a batch does."""
    chosen = batch.settings(out)
    key, edition = batch.secret(chosen.secret), library.edition()
    return [batch.task(found, key, chosen, edition)[0]
            for found in submission.collect(place, [CHAPTER])]


# ---------------------------------------------------------------- batches


def one(task: judge.Task) -> dict:
    """Judge one submission; say what it took here, in its worker, and in the parent."""
    import torch

    torch.set_num_threads(1)
    before, started = _cpu(task.assignment), time.time()
    judge.judge(task)
    return {"pid": os.getpid(), "start": started, "end": time.time(),
            "cpu": _cpu(task.assignment) - before}


def _cpu(assignment: str) -> float:
    """Add up what this process, its sandbox and the children that ended have used."""
    held = judge._held.get((os.getpid(), assignment))
    inside = 0.0
    if held:
        for process in psutil.Process(held.process.pid).children(recursive=True):
            try:
                times = process.cpu_times()
                inside += times.user + times.system
            except psutil.Error:
                continue
    return time.process_time() + Worker.spent + inside


def timed(place: Path, folder: Path, jobs: int) -> dict:
    """Grade all; the first submission of each process, which starts its sandbox, stands apart."""
    told = list(pool.each(one, tasks_of(place, folder / f"jobs{jobs}"), jobs=jobs))
    first = {pid: min(t["start"] for t in told if t["pid"] == pid) for pid in
             {t["pid"] for t in told}}
    warm = [t for t in told if t["start"] != first[t["pid"]]]
    cold = [t for t in told if t["start"] == first[t["pid"]]]
    begin = max(t["end"] for t in cold)
    inside = [t for t in warm if t["start"] >= begin]
    seconds = max(t["end"] for t in inside) - begin
    return {"jobs": jobs, "warm": len(inside), "seconds": seconds, "rate": len(inside) / seconds,
            "cpu": statistics.mean(t["cpu"] for t in warm),
            "start_cpu": statistics.mean(t["cpu"] for t in cold),
            "start_wall": statistics.mean(t["end"] - t["start"] for t in cold),
            "cpus": sorted(round(t["cpu"], 4) for t in warm),
            "walls": sorted(round(t["end"] - t["start"], 4) for t in warm)}


def _words(place: Path, out: Path) -> list[str]:
    return [sys.executable, "-m", "gradcourse", "grade", str(place), "--out", str(out),
            "--assignment", CHAPTER, "--jobs", str(JOBS), "--config", str(out.parent / "c.toml")]


def resumed(place: Path, folder: Path) -> dict:
    """Grade once in one go, once killed in the middle and started again."""
    (folder / "c.toml").write_text('secret = "key"\n', encoding="utf-8")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "timeout": TIMEOUT}
    start = time.time()
    subprocess.run(_words(place, folder / "once"), check=True, **quiet)
    whole = time.time() - start
    running = subprocess.Popen(_words(place, folder / "twice"), stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    count = len(list(place.iterdir()))
    while (done := len(_results(folder / "twice"))) < count // 2 and running.poll() is None:
        time.sleep(0.05)
    tree = psutil.Process(running.pid).children(recursive=True)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    left = len(psutil.wait_procs(tree, timeout=30)[1])
    subprocess.run(_words(place, folder / "twice"), check=True, **quiet)
    names = ("results.jsonl", "grades.csv")
    same = all((folder / "once" / name).read_bytes() == (folder / "twice" / name).read_bytes()
               for name in names)
    return {"killed_after": done, "left_running": left, "same": same, "command_seconds": whole}


def _results(out: Path) -> list[Path]:
    return list((out / "results" / CHAPTER).glob("[!.]*.json"))


def cluster(place: Path, folder: Path) -> dict:
    """Grade on a Dask cluster of two workers with the secret of the run before."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=JOBS, threads_per_worker=1, dashboard_address=None) as made:
        start = time.time()
        batch.grade(place, folder / "dask", [CHAPTER], scheduler=made.scheduler_address,
                    config=folder / "c.toml")
        seconds = time.time() - start
    same = (folder / "once" / "results.jsonl").read_bytes() == (
        folder / "dask" / "results.jsonl").read_bytes()
    return {"workers": JOBS, "same": same, "seconds": seconds}


# ---------------------------------------------------------------- nbgrader


STOCK = ("c = get_config()\nc.CourseDirectory.course_id = 'course'\n"
         "c.ClearSolutions.enabled = False\nc.Execute.timeout = 300\n")


def nbgrader(place: Path, folder: Path, count: int) -> dict:
    """Autograde some of the files with nbgrader as it comes, and with our step."""
    command = release.nbgrader()
    if command is None or not count:
        return {"missing": "nbgrader is not here"}
    told = {"count": count, "version": _version(command)}
    for way in ("stock", "step"):
        course = folder / f"nbgrader_{way}"
        if way == "stock":
            report.write_text(course / "nbgrader_config.py", STOCK)
        release.release([CHAPTER], course)
        for learner in sorted(place.iterdir())[:count]:
            page = f"{CHAPTER}/{CHAPTER}.ipynb"
            target = course / "submitted" / learner.name / page
            target.parent.mkdir(parents=True)
            target.write_bytes((learner / page).read_bytes())
        told[way] = _autograde(command, course, count)
    return told


def _autograde(command: Path, course: Path, count: int) -> dict:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "NBGRADER"))}
    env |= {"PATH": f"{command.parent}{os.pathsep}{env['PATH']}", "HOME": str(course),
            "GRADCOURSE_MODE": "smoke"}
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.time()
    done = subprocess.run([str(command), "autograde", CHAPTER], cwd=course, env=env,
                          capture_output=True, timeout=TIMEOUT)
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.time() - start
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    subprocess.run([str(command), "export", "--to", "grades.csv"], cwd=course, env=env, check=True,
                   capture_output=True)
    with open(course / "grades.csv", encoding="utf-8", newline="") as lines:
        scores = {row["student_id"]: float(row["score"] or 0) for row in csv.DictReader(lines)}
    return {"ok": done.returncode == 0, "wall": wall / count, "cpu": cpu / count, "scores": scores}


def _version(command: Path) -> str:
    said = subprocess.run([str(command), "--version"], capture_output=True, text=True).stdout
    return said.split()[-1]


# ---------------------------------------------------------------- a real queue


def queue(place: Path, folder: Path, count: int, seen_before: dict) -> dict:
    """Let submissions arrive as before a deadline; compare the real waits with the simulated."""
    told = {"arrivals": count, "real": []}
    tasks = tasks_of(place, folder / "queue")
    for workers, walls in ((1, seen_before["alone"]["walls"]), (2, seen_before["pair"]["walls"])):
        span = count * statistics.mean(walls) / workers / 0.6  # the end is beyond what they can do
        times = queueing.arrivals(count, span, random.Random(1), halvings=4)
        waits, spent = _real(tasks, times, workers)
        seen = [queueing.percentile(queueing.simulate(times, spent, workers, random.Random(n)), 95)
                for n in range(50)]
        told["real"].append({"workers": workers, "span": span,
                             "p95": queueing.percentile(waits, 95), "low": min(seen),
                             "high": max(seen), "simulated": statistics.median(seen),
                             "predicted": _median(times, walls, workers)})
    told["simulated"] = queueing.deadline(seen_before["pair"]["cpus"])
    return told


def _median(times: list, walls: list, workers: int) -> float:
    return statistics.median(
        queueing.percentile(queueing.simulate(times, walls, workers, random.Random(n)), 95)
        for n in range(50))


def _real(tasks: list, times: list[float], workers: int) -> tuple[list[float], list[float]]:
    """Hand tasks to warm workers when their time comes; return waits and pure service times."""
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(workers, spawn, pool.prepare) as executor:
        while len({f.result()["pid"] for f in
                   [executor.submit(one, tasks[n]) for n in range(2 * workers)]}) < workers:
            pass
        begin, futures = time.time(), []
        for number, at in enumerate(times):
            time.sleep(max(0.0, begin + at - time.time()))
            futures.append(executor.submit(one, tasks[number % len(tasks)]))
        told = [future.result() for future in futures]
    return ([t["end"] - begin - at for t, at in zip(told, times, strict=True)],
            [t["end"] - t["start"] for t in told])


if __name__ == "__main__":
    raise SystemExit(main())
