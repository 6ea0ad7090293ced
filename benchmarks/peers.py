"""Packages that one would pick instead: an environment of their own, measured once and recorded.

`make bench` makes `.venv-peers` from peers.txt. What does not install is told by name, and the rest
is measured. `peers.json` keeps each peer's time over the group's base, with date and versions;
ours is measured over the same base each time, and the two ratios are divided.
"""

import datetime
import hashlib
import importlib.metadata as metadata
import json
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.harness import ROOT, built, find, measure, memory, settle

HERE = Path(__file__).resolve().parent
PINS, RECORD, VENV = HERE / "peers.txt", HERE / "peers.json", ROOT / ".venv-peers"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "installed.json"  # {"pins": hash, "failed": {package: why}}


def install(say=print) -> dict[str, str]:
    """Make the environment if need be; return what did not install, and why."""
    if STAMP.exists():
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
        if stamp["pins"] == pins() and PYTHON.exists():
            return stamp["failed"]
    say(f"bench: peers into {VENV.name} (some minutes the first time)", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
    lines = [line for line in PINS.read_text(encoding="utf-8").splitlines()
             if line and not line.startswith("#")]
    failed = {}
    if _pip("-r", str(PINS)):
        for line in lines:
            why = _pip("-c", str(PINS), line)
            if why:
                failed[line.partition("==")[0]] = why
    STAMP.write_text(json.dumps({"pins": pins(), "failed": failed}, indent=1), encoding="utf-8")
    return failed


def pins() -> str:
    """Return what stands for the pinned versions."""
    return hashlib.sha256(PINS.read_bytes()).hexdigest()[:16]


def _pip(*words: str) -> str:
    """Install; return "" or the last line of what went wrong."""
    done = subprocess.run([str(PYTHON), "-m", "pip", "install", "-q", *words],
                          capture_output=True, text=True)
    said = done.stderr.strip().splitlines()
    return "" if done.returncode == 0 else (said or ["pip did not say why"])[-1]


def record() -> dict:
    """Return what was measured: {chapter: {group: {peer: row}}}."""
    return json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}


def stale(name: str, groups, machine: str) -> list[str]:
    """Name the groups of a chapter with peers that were not measured on this machine."""
    kept = record().get(name, {})
    return [g.name for g in groups for peer, p in g.peers.items()
            if p.make and (kept.get(g.name, {}).get(peer, {}).get("pins") != pins()
                           or kept[g.name][peer]["machine"] != machine)]


def measure_all(name: str, groups: list[str], rounds: int | None = None, say=print) -> None:
    """Measure the peers of some groups in their own environment and write the record."""
    failed = install(say)
    for group in dict.fromkeys(groups):
        say(f"bench: peers of {name}: {group}", flush=True)
        subprocess.run([str(PYTHON), "-W", "ignore", "-m", "benchmarks.peers", name, group,
                        json.dumps(failed), str(rounds or 0)],
                       cwd=ROOT, check=True, env={**os.environ, **ONE_THREAD})


ONE_THREAD = {
    "OMP_NUM_THREADS": "1", "JAX_PLATFORMS": "cpu", "TF_CPP_MIN_LOG_LEVEL": "3",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"}


def _measure_here(name: str, group_name: str, failed: dict[str, str], rounds: int) -> dict:
    """Run in the peers' environment: the base and each peer of a group, by turns."""
    from benchmarks.report import machine

    group = find(name, group_name)
    settle()
    common = {"date": datetime.date.today().isoformat(), "machine": machine()["processor"],
              "pins": pins()}
    rows, calls = {}, built(group, [group.base])
    for peer, p in group.peers.items():
        if p.make is None:
            continue
        try:
            calls[peer] = p.make(group.inputs())
            calls[peer]()
            rows[peer] = common | {"version": metadata.version(p.package)}
        except Exception as error:  # any fault of a peer is a result
            calls.pop(peer, None)
            first = str(error).splitlines()[0].partition(" (" + os.sep)[0]  # where it lies is ours
            why = failed.get(p.package) or f"{type(error).__name__}: {first}"
            rows[peer] = common | {"error": why[:200]}
    times = measure(calls, rounds=rounds or group.rounds, seconds=group.seconds)
    for peer in calls:
        if peer != group.base:
            rows[peer] |= {"ratio": list(times.ratio(peer, group.base)),
                           "ms": 1e3 * times.median(peer) / group.per,
                           "best": 1e3 * times.best(peer) / group.per}
            if group.small:
                rows[peer]["memory"] = memory(name, group_name, peer)
    return rows


def main(name: str, group: str, failed: str, rounds: str) -> None:
    """Measure one group and add it to the record."""
    rows = _measure_here(name, group, json.loads(failed), int(rounds))
    kept = record()
    kept.setdefault(name, {}).setdefault(group, {}).update(rows)
    RECORD.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
