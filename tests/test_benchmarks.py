"""The harness finds what is there and nothing else; tables say what was found."""

import json
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from benchmarks import __main__ as command
from benchmarks import harness, peers, report
from benchmarks.harness import Group, Peer, Ratio, Target, Times, interval, measure

ROOT = Path(__file__).resolve().parents[1]


class Clock:
    """A clock that work moves: seconds are planted, a machine slows down for rounds on end."""

    def __init__(self, seed=0):
        self.now, self.random, self.load = 0.0, random.Random(seed), 1.0

    def __call__(self):
        return self.now

    def work(self, seconds):
        def call():
            self.now += seconds * self.load * self.random.uniform(0.9, 1.1)

        return call

    def busier(self):
        self.load = self.random.choice([1.0, 1.0, 1.5, 4.0])


def timed(costs, **how):
    clock = Clock()
    variants = {name: clock.work(cost) for name, cost in costs.items()}
    return measure(variants, clock=clock, tick=clock.busier, **how)


def test_a_planted_slowdown_is_found_though_the_machine_is_four_times_slower_at_times():
    times = timed({"one": 0.001, "twice": 0.002}, rounds=11)
    ratio = times.ratio("twice", "one")
    assert ratio.mid == pytest.approx(2, rel=0.1) and ratio.low > 1.8 and ratio.word == "slower"
    assert times.ratio("one", "twice").word == "faster"


@pytest.mark.parametrize("seed", range(5))
def test_a_tie_is_called_a_tie(seed):
    ratio = timed({"one": 0.001, "other": 0.001}, rounds=11, seed=seed).ratio("other", "one")
    assert ratio.low < 1.05 and ratio.high > 0.95 and ratio.word == "a tie"


def burn(n, x):
    for _ in range(n):
        x = x * 1.0000001
    return x


def test_real_work_of_twice_the_length_is_slower_and_equal_work_is_not_far_off():
    work = {"one": lambda: burn(20_000, 1.0), "same": lambda: burn(20_000, 1.0),
            "twice": lambda: burn(40_000, 1.0)}
    times = measure(work, rounds=9)
    assert 1.3 < times.ratio("twice", "one").mid < 3
    assert 0.6 < times.ratio("same", "one").mid < 1.6
    assert times.best("one") <= times.median("one")


def test_each_round_takes_all_variants_in_a_new_order_and_repeats_the_short_ones():
    clock, seen = Clock(), []

    def noted(name, seconds):
        work = clock.work(seconds)
        return lambda: (seen.append(name), work())

    measure({"a": noted("a", 0.001), "b": noted("b", 1.0)}, rounds=20, clock=clock, least=0.004)
    after = seen[4:]  # two calls each to warm up
    assert seen[:4] == ["a", "b"] * 2
    assert after.count("b") == 20 and 60 <= after.count("a") <= 120
    firsts = [after[0]] + [after[i + 1] for i in range(len(after) - 1) if after[i] != after[i + 1]]
    assert len(set(zip(firsts, firsts[1:], strict=False))) == 2 and firsts != ["a", "b"] * 20


def test_a_long_group_ends_after_five_rounds_and_its_seconds():
    assert len(timed({"slow": 1.0}, rounds=50, seconds=7).seconds["slow"]) in (5, 6, 7, 8)
    assert len(timed({"slow": 9.0}, rounds=50, seconds=1).seconds["slow"]) == 5
    with pytest.raises(ValueError, match="rounds and variants must be >= 1, got 0 and 1"):
        timed({"slow": 1.0}, rounds=0)
    with pytest.raises(ValueError, match="got 3 and 0"):
        timed({}, rounds=3)


def test_the_interval_holds_the_median_of_95_in_a_hundred():
    draw = random.Random(1)
    held = [interval([draw.lognormvariate(0, 1) for _ in range(11)]) for _ in range(2000)]
    share = sum(r.low <= 1 <= r.high for r in held) / len(held)
    assert 0.94 < share < 0.995
    assert interval([3.0, 1.0, 2.0]) == Ratio(1.0, 2.0, 3.0, 3)
    assert interval([float(i) for i in range(9)]) == Ratio(1.0, 4.0, 7.0, 9)


def test_ratios_to_one_base_are_divided_and_their_intervals_add_up():
    assert Ratio(1, 2, 4, 9).over(Ratio(1, 4, 8, 5)) == Ratio(1 / 8, 0.5, 4, 5)


# Rows and tables.


def group(**how):
    work = {"ours": lambda i: lambda: None, "usual": lambda i: lambda: None}
    peers = {"there": Peer("pkg", lambda i: lambda: None, why="It is written in C."),
             "gone": Peer("", None, "someone/repository; took 9 ms once")}
    targets = (Target("T1", "ours", "usual", 0.6), Target("T2", "ours", "there", 0.9,
                      why="its loop is C"),
               Target("T3", "ours", "gone", 0.5), Target("T4", "ours", "", 3.0, "ms"),
               Target("T5", "fast", "usual", 0.5), Target("T6", "ours", "usual", 0.5, "memory"))
    return Group("a group", base="usual", inputs=lambda: None, variants=work, ours=("ours",),
                 peers=peers, targets=targets, per=10, **how)


TIMES = Times({"ours": [0.010, 0.012, 0.011], "usual": [0.020, 0.020, 0.020]})
SEEN = {"there": {"ratio": [0.4, 0.5, 0.6, 9], "ms": 1.0, "best": 0.9, "version": "1.2",
                  "date": "2026-01-02"}}


def rows():
    return {t.name: report.target_row("x", group(), t, TIMES, SEEN, {"ours": 1.0, "usual": 4.0},
                                      "2026-02-03") for t in group().targets}


def test_targets_say_met_or_by_how_much_they_are_missed():
    found = rows()
    assert found["T1"]["told"] == "met, 8% to spare" and found["T1"]["met"]
    assert found["T2"]["ratio"] == pytest.approx(1.1) and found["T2"]["told"] == "missed by 22%"
    assert found["T2"]["why"] == "its loop is C" and found["T1"]["why"] == ""
    assert found["T2"]["date of the peer"] == "2026-01-02"
    assert found["T3"]["missing"] == "someone/repository; took 9 ms once"
    assert "met" not in found["T3"]
    assert found["T4"]["ratio"] == pytest.approx(1.1) and found["T4"]["met"]
    assert found["T5"]["missing"] == "not compiled"
    assert found["T6"]["ratio"] == 0.25 and found["T6"]["met"]
    assert not found["T1"]["sure"] and found["T4"]["sure"]


def results():
    timings = report.timing_rows("x", group(), TIMES, SEEN, "2026-02-03")
    return {"date": "2026-02-03", "command": "c", "machine": report.machine(),
            "versions": report.versions(), "gpu": command.NO_GPU, "targets": list(rows().values()),
            "timings": timings, "absent": [{"chapter": "y", "told": "not here"}],
            "course": [{"chapter": "startup", "what": "import", "cpu": 0.1, "wall": 0.2,
                        "most": 0.3, "date": "2026-02-03"}]}


def test_the_table_shows_everyone_and_says_where_a_peer_is_faster():
    text = report.table(results())
    for word in ("| T2 |", "missed by 22%", "someone/repository", "not installable here",
                 "Not measured", "- y: not here", "1.2, 2026-01-02", "but within the noise",
                 "| import |"):
        assert word in text, word
    ahead = text.partition("## Where a peer is faster")[2].partition("##")[0]
    assert "there 1.2 takes 1/1.1 of our time. It is written in C." in ahead
    assert report.table({**results(), "timings": []}).count("Nowhere") == 1


def test_new_rows_take_the_place_of_old_ones_of_their_chapter_only():
    old = results()
    old["targets"].append({**old["targets"][0], "chapter": "z", "target": "T9"})
    new = {**results(), "targets": [], "timings": [], "date": "later"}
    merged = report.merge(old, new, ["x"])
    assert [row["chapter"] for row in merged["targets"]] == ["z"] and merged["date"] == "later"
    assert len(merged["course"]) == 2 and merged["timings"] == []


def test_other_results_in_the_folder_are_shown(tmp_path, monkeypatch):
    (tmp_path / "grading.json").write_text(json.dumps({"title": "Grading", "rows": [
        {"workers": 2, "a minute": 31.25}]}))
    (tmp_path / "broken.json").write_text("[1]")
    monkeypatch.setattr(report, "HERE", tmp_path)
    assert "| 2 | 31.25 |" in report.table(results())


# Peers and modules.


def test_a_peer_is_measured_again_for_other_pins_or_another_machine(tmp_path, monkeypatch):
    monkeypatch.setattr(peers, "PINS", tmp_path / "peers.txt")
    monkeypatch.setattr(peers, "RECORD", tmp_path / "peers.json")
    peers.PINS.write_text("pkg==1.2\n")
    assert peers.stale("x", [group()], "here") == ["a group"]
    pins = peers.pins()
    peers.RECORD.write_text(json.dumps({"x": {"a group": {"there": {"pins": pins,
                                                                   "machine": "here"}}}}))
    assert peers.stale("x", [group()], "here") == []
    assert peers.stale("x", [group()], "elsewhere") == ["a group"]
    peers.PINS.write_text("pkg==1.3\n")
    assert peers.stale("x", [group()], "here") == ["a group"]


def test_a_peer_that_does_not_install_is_named_and_the_rest_is_installed(tmp_path, monkeypatch):
    for name in ("PINS", "VENV", "PYTHON", "STAMP"):
        monkeypatch.setattr(peers, name, tmp_path / name.lower())
    peers.VENV.mkdir()
    peers.PINS.write_text("# words\ngood==1\nbad==2\n")
    asked = []
    monkeypatch.setattr(peers.subprocess, "run", lambda *a, **k: peers.PYTHON.touch())
    monkeypatch.setattr(peers, "STAMP", tmp_path / "stamp")

    def pip(*words):
        asked.append(words)
        return "no wheel" if "bad==2" in words or "-r" in words else ""

    monkeypatch.setattr(peers, "_pip", pip)
    assert peers.install(say=lambda *a, **k: None) == {"bad": "no wheel"}
    assert [words[-1] for words in asked] == [str(peers.PINS), "good==1", "bad==2"]
    asked.clear()
    assert peers.install() == {"bad": "no wheel"} and asked == []


def test_peers_use_the_versions_that_the_course_was_tested_with():
    def pins(path):
        return dict(line.split("==") for line in path.read_text().splitlines() if "==" in line)

    ours, theirs = pins(ROOT / "constraints.txt"), pins(ROOT / "benchmarks" / "peers.txt")
    assert theirs["torch"] == ours["torch"] and theirs["numpy"] == ours["numpy"]
    assert all(p.package in theirs for name in command.CHAPTERS for g in command._groups(name)[0]
               for p in g.peers.values() if p.make)


@pytest.mark.parametrize("name", command.CHAPTERS)
def test_a_module_names_only_what_it_has(name):
    groups, why = command._groups(name)
    assert groups or why.startswith("not here: ")
    assert len({g.name for g in groups}) == len(groups)
    for g in groups:
        known = {*g.variants, *g.compiled, *g.peers}
        assert g.base in g.variants and {*g.ours, *g.limits} <= {*g.variants, *g.compiled}, g.name
        assert all(t.ours in known and t.over in known | {""} for t in g.targets), g.name
        assert all(re.fullmatch(r"T\d+", t.name) for t in g.targets)


def test_an_unknown_name_and_an_absent_method_are_told(capsys, monkeypatch):
    assert command.main(["nonsense"]) == 2
    assert "no benchmark 'nonsense'" in capsys.readouterr().out
    gone = ModuleNotFoundError("No module named 'gradcourse.methods.zzz'",
                               name="gradcourse.methods.zzz")

    def absent(name):
        raise gone

    monkeypatch.setattr(command, "import_module", absent)
    assert command._groups("clipping")[1] == "not here: No module named 'gradcourse.methods.zzz'"
    gone = ModuleNotFoundError("No module named 'torhc'", name="torhc")
    with pytest.raises(ModuleNotFoundError):
        command._groups("clipping")


def test_without_a_compiler_what_needs_one_is_told_and_left_out(capsys):
    def broken(inputs):
        raise RuntimeError("no C++ compiler\nand a long list")

    g = Group("g", base="ours", inputs=lambda: None, ours=("ours",), variants={},
              compiled={"fast": broken, "faster": lambda inputs: lambda: None})
    assert list(command._compiled(g)) == ["faster"]
    assert capsys.readouterr().out == "bench: fast: not compiled: no C++ compiler\n"


@pytest.mark.parametrize("path", sorted((ROOT / "benchmarks").glob("*.json")), ids=lambda p: p.name)
def test_a_record_holds_no_path_of_the_machine_that_made_it(path):
    told = path.read_text(encoding="utf-8")
    assert re.findall(r"[/\\][^ \"]*(?:venv|site-packages)[^ \"]*", told) == []


def test_memory_counts_what_a_call_holds_at_most():
    def ones(megabytes):
        return lambda inputs: lambda: torch.ones(megabytes * 2**18).sum()

    g = Group("g", base="little", inputs=lambda: None, small=lambda: None, ours=(),
              variants={"little": ones(8), "much": ones(64)})
    little, much = (harness.growth(g, name) for name in ("little", "much"))
    assert 40 < much < 90 and little < much / 3


def test_imports_of_the_library_leave_torch_alone():
    code = ("import sys, gradcourse, gradcourse.cli, benchmarks\n"
            "print([n for n in ('torch', 'numpy', 'matplotlib') if n in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == "[]", done.stderr
