"""The last hour before a deadline as a queue, and the page that tells how many workers it needs."""

import heapq
import math
import random
import statistics
from pathlib import Path

from gradcourse.pictures.style import METHOD, THEORY, figure, picture

SUBMISSIONS, SHARE, HOUR, HALVINGS = 100_000, 0.4, 3600.0, 6
GOAL = 60.0  # seconds from handing in to the verdict, for 95 of 100
SEEDS = range(1000, 1010)


def arrivals(count: int, span: float, chance: random.Random, halvings: int = HALVINGS) -> list:
    """Draw arrival times in [0, span]; the rate doubles `halvings` times until the end.

    Args:
        count: how many arrive.
        span: seconds.
        chance: the only source of chance.
        halvings: how often the rate doubles.

    Returns:
        Sorted seconds.
    """
    top = 2.0**halvings
    uniform = (chance.random() for _ in range(count))
    return sorted(span * math.log2(1 + u * (top - 1)) / halvings for u in uniform)


def simulate(times: list, services: list, workers: int, chance: random.Random) -> list[float]:
    """Serve arrivals first come first served; return seconds from arrival to verdict.

    Args:
        times: sorted arrivals.
        services: measured seconds of one submission, drawn from anew.
        workers: how many serve, at least 1.
        chance: the only source of chance.
    """
    free, waits = [0.0] * workers, []
    for at in times:
        done = max(at, heapq.heappop(free)) + chance.choice(services)
        heapq.heappush(free, done)
        waits.append(done - at)
    return waits


def percentile(values: list[float], share: float) -> float:
    """Return the smallest value that `share` percent do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share / 100) - 1)]


def deadline(services: list[float]) -> dict:
    """Simulate the last hour for growing numbers of workers, until 95 of 100 wait seconds only."""
    count = int(SUBMISSIONS * SHARE)
    enough = count / HOUR * statistics.mean(services)  # workers busy on average over the hour
    rows, workers = [], max(1, round(enough / 2))
    while True:
        seen = []
        for seed in SEEDS:
            chance = random.Random(seed)
            seen.append(percentile(simulate(arrivals(count, HOUR, chance), services, workers,
                                            chance), 95))
        rows.append({"workers": workers, "p95": statistics.median(seen), "low": min(seen),
                     "high": max(seen)})
        if rows[-1]["p95"] < 2 * percentile(services, 95) or len(rows) > 30:
            return {"submissions": count, "mean_service": statistics.mean(services), "rows": rows,
                    "goal": GOAL, "needed": next((r["workers"] for r in rows
                                                  if r["p95"] <= GOAL), None)}
        workers += max(1, workers // 10)


# ---------------------------------------------------------------- words and picture


def lines(told: dict) -> list[str]:
    """Say in a few lines what was measured."""
    pair, alone, nb = told["pair"], told["alone"], told["nbgrader"]
    said = [
        f"{told['date']}, {told['machine']['processor']}, load {told['load']:.1f} at the start",
        f"two processes, warm: {pair['rate']:.2f} submissions a second, "
        f"{pair['cpu']:.3f} CPU s each",
        f"one process, warm: {alone['rate']:.2f} a second, {alone['cpu']:.3f} CPU s each",
        f"start of a process: {pair['start_wall']:.1f} s, {pair['start_cpu']:.1f} CPU s",
        f"killed after {told['resumed']['killed_after']}, resumed: "
        f"{'same' if told['resumed']['same'] else 'OTHER'} results, "
        f"{told['resumed']['left_running']} processes left",
        f"Dask, {told['cluster']['workers']} workers: "
        f"{'same' if told['cluster']['same'] else 'OTHER'} results",
    ]
    if "stock" in nb:
        said += [f"nbgrader {nb['version']}, {nb['count']} files: {nb['stock']['wall']:.1f} s, "
                 f"{nb['stock']['cpu']:.2f} CPU s each; with our step {nb['step']['wall']:.1f} s, "
                 f"{nb['step']['cpu']:.2f} CPU s"]
    for row in told["queue"]["real"]:
        said.append(f"queue, {row['workers']} worker(s): p95 {row['p95']:.1f} s real, "
                    f"{row['simulated']:.1f} s simulated ({row['low']:.1f} to {row['high']:.1f}), "
                    f"{row['predicted']:.1f} s from the batch's times")
    return said


def write(told: dict, page: Path) -> None:
    """Write the page and its picture."""
    page.write_text(text(told), encoding="utf-8", newline="\n")
    drawn(told).savefig(page.with_suffix(".png"), dpi=150)


def text(told: dict) -> str:
    """Return the page; every number comes from the record."""
    pair, alone, queue = told["pair"], told["alone"], told["queue"]["simulated"]
    core = pair["cpu"]
    table = "\n".join(f"| {hours} h | {SUBMISSIONS * core / 3600 / hours:.1f} |"
                      for hours in (1, 8, 24))
    real = "\n".join(
        f"| {row['workers']} | {row['p95']:.1f} s | {row['simulated']:.1f} s "
        f"({row['low']:.1f} to {row['high']:.1f}) | {row['predicted']:.1f} s |"
        for row in told["queue"]["real"])
    needed = queue["needed"]
    return f"""# How many workers a course needs

Measured {told['date']} on {told['machine']['processor']}, {told['machine']['cores']} cores, Python
{told['machine']['python']}, torch {told['machine']['torch']}, with a load of {told['load']:.1f}
when it began, by `{told['command'].strip()}`. The numbers lie in `benchmarks/grading.json`; this
page is written from them.

## One machine

A class of {told['count']} submissions of chapter {told['chapter']}: each answer right, right in
another style, wrong in a known way, or left out.

| what | wall | CPU |
|---|---|---|
| two processes, warm | {pair['rate']:.2f} submissions a second | {pair['cpu']:.3f} s a submission |
| one process, warm | {alone['rate']:.2f} a second | {alone['cpu']:.3f} s a submission |
| start of a process | {pair['start_wall']:.1f} s | {pair['start_cpu']:.1f} s |
{_nbgrader(told['nbgrader'])}
CPU counts the judge, the worker and what the warm parent does for it; a start is torch, sandbox and
canary. For nbgrader it counts the command with its own start and its kernels; with our step the
workers' seconds come on top. Killed with signal 9 after
{told['resumed']['killed_after']} results and started again, the batch ends with
{'the same bytes' if told['resumed']['same'] else 'OTHER BYTES'} as in one go, and
{told['resumed']['left_running']} processes were left over. On a Dask cluster of
{told['cluster']['workers']} workers the sorted results are
{'the same' if told['cluster']['same'] else 'OTHERS'}.

## {SUBMISSIONS:,} submissions, when nobody waits

{SUBMISSIONS:,} × {core:.3f} CPU seconds are {SUBMISSIONS * core / 3600:.1f} core-hours. Workers, of
one core each, that grade all of them within

| within | workers |
|---|---|
{table}

## {SUBMISSIONS:,} submissions, when everybody waits

Assumed: {SHARE:.0%} of them, {queue['submissions']:,}, come in the last hour; their rate doubles
every {HOUR / 60 / HALVINGS:.0f} minutes until the deadline. One queue, first come first served;
a service takes the CPU seconds of one of the submissions above, {queue['mean_service']:.2f} on
average, on a core of its own. The picture
shows how long 95 of 100 learners wait at most for their verdict: the median of
{len(SEEDS)} simulated hours, the band their extremes.

![{_alt(queue)}](scaling.png)

{_needed(needed)} Fewer are cheaper and only later: at the first point of the picture
(workers: {queue['rows'][0]['workers']}) 95 of 100 have their verdict within
{queue['rows'][0]['p95'] / 60:.0f} minutes.

## Does the simulation tell the truth?

The same shape of arrivals, squeezed into minutes: {told['queue']['arrivals']} real submissions on
one and on two real workers. Simulated: the same arrivals with service times drawn from those seen,
50 draws (lowest to highest); and predicted, with those of the batch above.

| workers | 95 of 100 waited at most | simulated | predicted |
|---|---|---|---|
{real}

{_apart(told["queue"]["real"])}The simulation leaves out: the network, a scheduler's own time,
machines that fail, and workers that share a core with something else.
"""


def _apart(real: list[dict]) -> str:
    """Say it where submissions that come one by one took longer than those of the batch."""
    longer = all(row["predicted"] < row["low"] for row in real)
    return ("Submissions that come one by one took longer here than those of the batch: the "
            "prediction is too hopeful.\n\n" if longer else "")


def _nbgrader(nb: dict) -> str:
    if "stock" not in nb:
        return f"| nbgrader | {nb['missing']} | |\n"
    rows = (("nbgrader's own autograde", nb["stock"]), ("nbgrader with our step", nb["step"]))
    return "".join(f"| {name}, {nb['count']} of the files | {row['wall']:.1f} s a submission | "
                   f"{row['cpu']:.2f} s a submission |\n" for name, row in rows)


def _needed(needed: int | None) -> str:
    if needed is None:
        return f"No number of workers tried brings it below {GOAL:.0f} s."
    return f"From {needed} workers on it is below {GOAL:.0f} s."


def _alt(queue: dict) -> str:
    first, last = queue["rows"][0], queue["rows"][-1]
    return (f"95th percentile of the wait against the number of workers: {first['p95']:.0f} s with "
            f"{first['workers']}, {last['p95']:.1f} s with {last['workers']}")


@picture
def drawn(told: dict):
    """Draw the wait against the number of workers."""
    queue = told["queue"]["simulated"]
    rows = queue["rows"]
    fig = figure("one")
    ax = fig.subplots()
    x, y = [r["workers"] for r in rows], [r["p95"] for r in rows]
    ax.plot(x, y, color=METHOD, marker="o", markersize=4)
    ax.fill_between(x, [r["low"] for r in rows], [r["high"] for r in rows], color=METHOD, alpha=0.2)
    ax.axhline(GOAL, color=THEORY, linestyle="--", linewidth=1)
    ax.set_yscale("log")
    ticks = {1: "1 s", 10: "10 s", 60: "1 min", 600: "10 min", 3600: "1 h"}
    shown = {at: word for at, word in ticks.items() if min(y) / 2 < at < 2 * max(y)}
    ax.set_yticks(list(shown), list(shown.values()))
    ax.set_yticks([], minor=True)
    ax.set_xlabel("workers, one core each")
    ax.set_ylabel("95 of 100 wait at most")
    needed = queue["needed"]
    ax.set_title(f"{needed} workers keep the last hour's queue short" if needed else
                 "The last hour's queue", loc="left")
    return fig
