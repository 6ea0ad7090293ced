"""From times to rows, and from rows to a table."""

import json
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.harness import Group, Ratio, Target, Times

HERE = Path(__file__).resolve().parent
RESULTS, TABLE = HERE / "results.json", HERE / "README.md"


def machine() -> dict:
    """Say what this runs on."""
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        facts = dict(line.split(":", 1) for line in info.read_text().splitlines() if ":" in line)
        facts = {key.strip(): value.strip() for key, value in facts.items()}
        name = f"{facts.get('model name', name)} ({platform.machine()})"
    return {"processor": name, "cores": os.cpu_count(), "system": platform.system(), "threads": 1}


def versions() -> dict:
    """Say with which versions."""
    found = {"python": platform.python_version()}
    for name in ("gradcourse", "torch", "numpy"):
        try:
            found[name] = version(name).partition("+")[0]
        except PackageNotFoundError:
            pass
    return found


def timing_rows(chapter: str, group: Group, times: Times, peers: dict, date: str) -> list[dict]:
    """Return one row for each variant and each peer of a group."""
    common = {"chapter": chapter, "group": group.name, "unit": group.unit, "base": group.base,
              "about": group.note}
    rows = []
    for name in times.seconds:
        kind = "ours" if name in group.ours else "limit" if name in group.limits else "yardstick"
        rows.append(common | {"variant": name, "kind": kind, "date": date,
                              "ms": 1e3 * times.median(name) / group.per,
                              "best": 1e3 * times.best(name) / group.per,
                              **_range(times.ratio(name, group.base))})
    for name, peer in group.peers.items():
        row = common | {"variant": name, "kind": "peer", "package": peer.package}
        seen = peers.get(name, {})
        if "ratio" in seen:
            ours = times.ratio(group.ours[0], group.base).over(Ratio(*seen["ratio"]))
            rows.append(row | {"ms": seen["ms"], "best": seen["best"], "date": seen["date"],
                               "version": seen["version"], "ours": ours.mid, "why": peer.why,
                               "note": peer.note, **_range(Ratio(*seen["ratio"]))})
        else:
            missing = "not measured" if peer.make else "not installable here"
            told = seen.get("error") or peer.note
            rows.append(row | {"missing": missing, "note": told, "date": seen.get("date", date)})
    return rows


def target_row(chapter: str, group: Group, target: Target, times: Times, peers: dict,
               sizes: dict, date: str) -> dict:
    """Return what one target asks and what was found."""
    row = {"target": target.name, "chapter": chapter, "group": group.name, "ours": target.ours,
           "over": target.over, "unit": target.unit, "most": target.most, "note": target.note,
           "date": date}
    if target.ours not in times.seconds:
        return row | {"missing": "not compiled"}
    seen = peers.get(target.over, {})
    if target.over in group.peers and "ratio" not in seen:
        peer = group.peers[target.over]
        told = "not measured" if peer.make else peer.note
        return row | {"missing": seen.get("error") or told}
    if target.unit == "ms":
        ms = [1e3 * t / group.per for t in times.seconds[target.ours]]
        found = Ratio(min(ms), 1e3 * times.median(target.ours) / group.per, max(ms), len(ms))
    elif target.unit == "memory":
        theirs = seen["memory"] if target.over in group.peers else sizes.get(target.over)
        if not theirs or target.ours not in sizes:
            return row | {"missing": "no memory measured"}
        share = sizes[target.ours] / theirs
        found = Ratio(share, share, share, 1)
    elif target.over in group.peers:
        found = times.ratio(target.ours, group.base).over(Ratio(*seen["ratio"]))
        row["date of the peer"] = seen["date"]
    else:
        found = times.ratio(target.ours, target.over)
    met = found.mid <= target.most
    return row | _range(found) | {"met": met, "why": "" if met else target.why,
                                  "sure": not found.low <= target.most <= found.high,
                                  "told": verdict(found.mid, target.most)}


def verdict(found: float, most: float) -> str:
    """Say whether a target is met and by how much, as a share of it."""
    share = abs(1 - found / most)
    return f"met, {share:.0%} to spare" if found <= most else f"missed by {share:.0%}"


def _range(ratio: Ratio) -> dict:
    return {"ratio": ratio.mid, "low": ratio.low, "high": ratio.high, "rounds": ratio.n}


# Tables.


def merge(old: dict, new: dict, chapters: list[str]) -> dict:
    """Put new rows in the place of all old ones of these chapters."""
    kept = {key: [row for row in old.get(key, []) if row["chapter"] not in chapters]
            for key in ("targets", "timings", "absent", "course")}
    return {**new, **{key: sorted(kept[key] + new[key], key=_order) for key in kept}}


def _order(row: dict) -> tuple:
    return int(row.get("target", "T0")[1:]), row["chapter"]


def table(results: dict) -> str:
    """Write the results as Markdown."""
    at, by = results["machine"], results["versions"]
    told = ", ".join(f"{name} {value}" for name, value in by.items())
    lines = [INTRO, f"{results['date']}; {at['processor']}, {at['cores']} cores, one thread; "
             f"{told}; `{results['command']}`.", "", "## Targets", "", *_targets(results), ""]
    lines += ["## Where a peer is faster", "", *_peers_ahead(results), ""]
    for chapter in dict.fromkeys(row["chapter"] for row in results["timings"]):
        lines += [f"## {chapter}", "", *_timings(results, chapter)]
    lines += [f"- {row['chapter']}: {row['told']}" for row in results["absent"]]
    lines += ["", "## The course itself", "", *_course(results), "",
              "## On a GPU", "", results["gpu"], ""]
    lines += _others()
    return "\n".join(lines)


INTRO = """# Benchmarks

`make bench` measures all of this again; `python -m benchmarks clipping --quick` looks at one
chapter. Variants take turns in one process, on one thread, and processor time counts; a ratio is
the median over rounds of ratios within a round, in brackets the interval that holds it with 95 %.
Peers live in an environment of their own, are measured once over a yardstick that ours is measured
over each time, and carry their date. Below 1 is faster than the one compared with.
"""


def _targets(results: dict) -> list[str]:
    lines = ["| | ours | over | at most | measured | |", "|---|---|---|---|---|---|"]
    for row in results["targets"]:
        most = f"{row['most']:.3g}" + (" ms" if row["unit"] == "ms" else "")
        ours = f"{row['ours']} ({row['group']})"
        over = row["over"] + (", memory" if row["unit"] == "memory" else "")
        found = row.get("missing") or f"**{row['ratio']:.3g}** ({row['low']:.3g}–{row['high']:.3g})"
        told = row.get("told", "not measured")
        told += "" if row.get("sure", True) else ", but within the noise"
        told += "".join(f"; {row[key]}" for key in ("note", "why") if row.get(key))
        lines.append(f"| {row['target']} | {ours} | {over} | {most} | {found} | {told} |")
    return lines


def _peers_ahead(results: dict) -> list[str]:
    ahead = [row for row in results["timings"] if row.get("ours", 0) > 1]
    return [f"- {row['chapter']}, {row['group']}: {row['variant']} {row['version']} takes "
            f"1/{row['ours']:.2g} of our time. {row['why']}".rstrip()
            for row in ahead] or ["Nowhere that was measured."]


def _timings(results: dict, chapter: str) -> list[str]:
    lines, rows = [], [row for row in results["timings"] if row["chapter"] == chapter]
    for group in dict.fromkeys(row["group"] for row in rows):
        own = [row for row in rows if row["group"] == group]
        words = f"**{group}**, ms for one {own[0]['unit']}. {own[0].get('about', '')}"
        lines += [words.rstrip(". ") + ".", "",
                  f"| | ms | least | over {own[0]['base']} | MB | |", "|---|---|---|---|---|---|"]
        for row in sorted(own, key=lambda row: row.get("ratio", 1e9)):
            lines.append(_line(row))
        lines.append("")
    return lines


def _line(row: dict) -> str:
    name = f"**{row['variant']}**" if row["kind"] == "ours" else row["variant"]
    if "missing" in row:
        return f"| {name} | | | | | {row['missing']}: {row['note']} |"
    told = {"limit": "limit", "peer": f"{row.get('version')}, {row['date']}"}.get(row["kind"], "")
    told += f"; {row['note']}" if row.get("note") else ""
    size = f"{row['memory']:.0f}" if "memory" in row else ""
    return (f"| {name} | {row['ms']:.3g} | {row['best']:.3g} | {row['ratio']:.3g} "
            f"({row['low']:.2g}–{row['high']:.2g}) | {size} | {told} |")


def _course(results: dict) -> list[str]:
    lines = ["| | processor s | wall s | at most | date |", "|---|---|---|---|---|"]
    for row in results["course"]:
        most = f"{row['most']:g} s" if row.get("most") else ""
        lines.append(f"| {row['what']} | {row['cpu']:.3g} | {row['wall']:.3g} | {most} | "
                     f"{row['date']} |")
    return lines


def _others() -> list[str]:
    """Show tables that stand beside: each *.json with a title and rows of plain values."""
    lines = []
    for path in sorted(HERE.glob("*.json")):
        found = json.loads(path.read_text(encoding="utf-8"))
        if path.name in ("results.json", "peers.json") or not isinstance(found, dict):
            continue
        rows = found.get("rows") or [found]
        keys = [k for k in rows[0] if isinstance(rows[0][k], str | int | float)]
        lines += [f"## {found.get('title', path.stem)}", "", "| " + " | ".join(keys) + " |",
                  "|---" * len(keys) + "|"]
        lines += ["| " + " | ".join(_plain(row.get(k, "")) for k in keys) + " |" for row in rows]
        lines.append("")
    return lines


def _plain(value) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
