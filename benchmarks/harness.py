"""Compare variants of one piece of work fairly, on a machine that has other things to do.

All variants are built first and called twice. Then they take turns, in a new random order each
round, each repeated for a few milliseconds; only the processor time of this process counts. A round
gives one ratio for each pair, so that whatever slows a round down slows both; the median of these
ratios is the result, with an interval that makes no assumption. Yardsticks, such as copying as many
bytes, are variants like the others. Memory is measured in a process of its own.
"""

import gc
import json
import math
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import torch

LEAST = 0.004  # seconds of processor time that a variant is repeated for, each round
MATTERS = 0.05  # a ratio this near to 1 is a tie
ROOT = Path(__file__).resolve().parents[1]


class Ratio(NamedTuple):
    """How many times the time of one variant the other takes."""

    low: float  # lower end
    mid: float  # median of the rounds
    high: float  # upper end
    n: int  # rounds

    @property
    def word(self) -> str:
        """Say "faster", "slower" or, if the rounds do not agree or it hardly matters, "a tie"."""
        if self.low > 1 and self.mid > 1 + MATTERS:
            return "slower"
        return "faster" if self.high < 1 and self.mid < 1 - MATTERS else "a tie"

    def over(self, other: "Ratio") -> "Ratio":
        """Divide by a ratio to the same base, taken elsewhere; the intervals add up."""
        return Ratio(self.low / other.high, self.mid / other.mid, self.high / other.low,
                     min(self.n, other.n))


class Target(NamedTuple):
    """What a variant of ours must reach."""

    name: str  # T1, T2, ...
    ours: str  # a variant
    over: str  # another, or a peer; "" if the limit is in milliseconds
    most: float  # largest ratio, or largest median in ms
    unit: str = "time"  # or "memory", or "ms"
    note: str = ""  # how the target is put elsewhere, such as "at least 2 times as many steps"
    why: str = ""  # what stands in the way, told where the target is missed


class Peer(NamedTuple):
    """What one would pick instead, from another package."""

    package: str  # its name in peers.txt; "" if it is a public repository only
    make: Callable[[Any], Callable[[], object]] | None  # inputs -> the work
    note: str = ""  # where it lives, what is known of it
    why: str = ""  # why it is faster, where it is


@dataclass(frozen=True)
class Group:
    """Variants of one piece of work, measured together.

    `inputs` is called once for each variant, so that none finds another's data in the cache.
    """

    name: str
    base: str  # the variant that peers, measured on another day, are tied to
    inputs: Callable[[], Any]
    variants: Mapping[str, Callable[[Any], Callable[[], object]]]
    ours: tuple[str, ...]
    targets: tuple[Target, ...] = ()
    peers: Mapping[str, Peer] = field(default_factory=dict)
    limits: tuple[str, ...] = ()  # variants that nothing can beat
    per: int = 1  # pieces of work in one call; times are given for one
    unit: str = "step"
    rounds: int = 31
    seconds: float = 40.0  # after these no further round is begun, once there are five
    small: Callable[[], Any] | None = None  # little inputs, to warm up before memory is measured
    compiled: Mapping[str, Callable[[Any], Callable[[], object]]] = field(default_factory=dict)
    note: str = ""  # what a reader of the table should know


class Times:
    """Seconds of processor time for one call of each variant, one for each round."""

    def __init__(self, seconds: Mapping[str, list[float]]):
        self.seconds = seconds

    def ratio(self, one: str, other: str) -> Ratio:
        """Return how many times the time of `other` it takes to do `one`."""
        return interval([a / b for a, b in zip(self.seconds[one], self.seconds[other],
                                               strict=True)])

    def median(self, name: str) -> float:
        """Return the median of the rounds, in seconds."""
        return statistics.median(self.seconds[name])

    def best(self, name: str) -> float:
        """Return the shortest of the rounds, in seconds."""
        return min(self.seconds[name])


def measure(variants: Mapping[str, Callable[[], object]], *, rounds: int = 11, least: float = LEAST,
            seconds: float = math.inf, clock: Callable[[], float] = time.process_time,
            seed: int = 0, tick: Callable[[], object] = lambda: None) -> Times:
    """Let variants take turns and time them.

    Args:
        variants: the pieces of work, by name.
        rounds: how often each has its turn.
        least: how long a turn lasts at least, seconds.
        seconds: after these no further round is begun, once there are five.
        clock: tells the seconds this process has used.
        seed: of the order.
        tick: called after each round.

    Returns:
        The times.

    Raises:
        ValueError: unless rounds >= 1 and there are variants.
    """
    if rounds < 1 or not variants:
        raise ValueError(f"rounds and variants must be >= 1, got {rounds} and {len(variants)}")
    order, turns = random.Random(seed), list(variants)
    taken = {name: [] for name in variants}
    for call in [*variants.values()] * 2:
        call()
    began, on = clock(), gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        for done in range(rounds):
            if done >= 5 and clock() - began > seconds:
                break
            order.shuffle(turns)
            for name in turns:
                taken[name].append(_turn(variants[name], least, clock))
            tick()
    finally:
        if on:
            gc.enable()
    return Times(taken)


def _turn(call, least, clock):
    start, calls = clock(), 0
    while True:
        call()
        calls += 1
        spent = clock() - start
        if spent >= least:
            return spent / calls


def interval(values: list[float]) -> Ratio:
    """Return a median and the two order statistics that hold the true one with 95 %.

    Below six rounds no two do: then all values are between the ends.
    """
    v, n, cut, outside = sorted(values), len(values), 0, 0.5 ** len(values)
    while 2 * (outside + math.comb(n, cut + 1) * 0.5**n) <= 0.05:
        cut += 1
        outside += math.comb(n, cut) * 0.5**n
    return Ratio(v[cut], statistics.median(v), v[n - 1 - cut], n)


def settle() -> None:
    """One thread, and an allocator that keeps what it was given back, as in a long run.

    A fresh process returns freed memory at once, and pays for every page again.
    """
    torch.set_num_threads(1)
    torch.zeros(30 << 18)  # 30 MB, freed at once: glibc learns from it what to keep


def built(group: Group, names=None, peers=False) -> dict[str, Callable[[], object]]:
    """Make the variants of a group, or some of them, each on inputs of its own."""
    makers = {**group.variants}
    if peers:
        makers |= {name: peer.make for name, peer in group.peers.items() if peer.make}
    return {name: makers[name](group.inputs()) for name in names or makers}


# Memory: a process for each variant.


def memory(module: str, group: str, variant: str) -> float:
    """Return by how many megabytes one call of a variant lets this program grow."""
    command = [sys.executable, "-m", "benchmarks.harness", module, group, variant]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT,
                          env={**os.environ, "OMP_NUM_THREADS": "1"})
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return json.loads(done.stdout.splitlines()[-1])


def growth(group: Group, variant: str) -> float:
    """Call a variant on small inputs, then on its own, and return what the second adds, in MB."""
    torch.set_num_threads(1)
    maker = group.variants.get(variant) or group.peers[variant].make
    maker(group.small())()
    call = maker(group.inputs())
    gc.collect()
    try:
        Path("/proc/self/clear_refs").write_text("5")  # forget the peak; Linux only
    except OSError:
        pass
    before = _peak()
    call()
    return (_peak() - before) / 2**20


def _peak() -> int:
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text().splitlines()
        return 1024 * int(next(line for line in lines if line.startswith("VmHWM")).split()[1])
    import resource  # not on Windows, which therefore measures no memory

    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def find(module: str, group: str) -> Group:
    """Return the group of a module by its name."""
    groups = import_module(f"benchmarks.{module}").groups()
    return next(g for g in groups if g.name == group)


if __name__ == "__main__":
    print(json.dumps(growth(find(*sys.argv[1:3]), sys.argv[3])))
