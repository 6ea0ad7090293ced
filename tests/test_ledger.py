"""The claim ledger: rules before runs, fresh seeds, words that a machine can compare."""

import json
import math

import pytest

from gradcourse.evidence import VERDICTS, Interval, Rule
from gradcourse.lab.ledger import MIME, Ledger
from gradcourse.lab.table import number


@pytest.fixture
def shown(monkeypatch):
    outputs = []
    monkeypatch.setattr("gradcourse.lab.ledger.display",
                        lambda bundle, raw: outputs.append(bundle))
    return outputs


def rule(ledger, id="0A", **changes):
    given = {"claim": "Momentum is faster.", "source": "Polyak 1964", "setting": "a bowl",
             "statistic": "steps saved", "low": 5.0, "smallest": "5 steps",
             "seeds": range(1000, 1010)}
    ledger.rule(id, **{**given, **changes})


def test_a_rule_is_printed_before_the_run(capsys):
    rule(Ledger())
    out = capsys.readouterr().out
    for words in ("0A  Momentum is faster.", "a bowl", "steps saved", "at least 5", "5 steps",
                  "1000 to 1009, fresh"):
        assert words in out


@pytest.mark.parametrize("ends, word", [
    ((6, 7, 8), "reproduced"), ((1, 2, 3), "not reproduced"), ((4, 6, 8), "inconclusive"),
    ((math.nan, 6, math.nan), "inconclusive")])
def test_a_claim_is_judged_by_its_rule(ends, word):
    ledger = Ledger()
    rule(ledger)
    ledger.claim("0A", Interval(*ends, 10))
    assert ledger.rows()[0]["verdict"] == word


def test_parts_are_judged_each_by_its_own_rule(shown):
    ledger = Ledger()
    rule(ledger, statistic="", low=-math.inf, smallest="",
         parts={"slow": Rule("slope", 0.9, 1.1, smallest="0.1"),
                "fast": Rule("slope", 0.4, 0.6, smallest="0.1")})
    ledger.claim("0A", {"fast": Interval(0.7, 0.8, 0.9, 5), "slow": Interval(0.95, 1, 1.05, 5)})
    ledger.show()
    (row,) = ledger.rows()
    assert row["verdict"] == "partly"
    assert [(p["name"], p["verdict"]) for p in row["parts"]] == \
        [("slow", "reproduced"), ("fast", "not reproduced")]
    assert "slow about 1 reproduced; fast 0.7 to 0.9 not reproduced" in shown[0]["text/plain"]


def test_a_claim_without_a_rule_is_refused():
    with pytest.raises(ValueError, match="0A: no rule was set"):
        Ledger().claim("0A", Interval(1, 2, 3, 4))


def test_a_rule_cannot_change_after_its_claim():
    ledger = Ledger()
    rule(ledger)
    ledger.claim("0A", Interval(1, 2, 3, 4))
    with pytest.raises(ValueError, match="a rule cannot change after its claim was measured"):
        rule(ledger, low=1.0)
    rule(ledger)
    with pytest.raises(ValueError, match="rules without a measured claim: 0A"):
        ledger.show()


def test_a_rule_never_measured_is_named():
    ledger = Ledger()
    rule(ledger)
    rule(ledger, "0B")
    ledger.claim("0A", Interval(6, 7, 8, 9))
    with pytest.raises(ValueError, match="rules without a measured claim: 0B"):
        ledger.show()


@pytest.mark.parametrize("seeds, message", [
    (range(10), "seeds must be >= 1000, got 0"), ([1000, 999], "got 999"),
    ([], "seeds must not be empty"), ([1000, 1000], "seeds must differ")])
def test_seeds_must_be_fresh(seeds, message):
    with pytest.raises(ValueError, match=message):
        rule(Ledger(), seeds=seeds)


def test_an_exact_statement_has_no_seeds(capsys):
    ledger = Ledger()
    rule(ledger, seeds=None)
    assert "exact, no seeds" in capsys.readouterr().out
    ledger.claim("0A", Interval(6.0, 6.0, 6.0, 1))
    assert ledger.rows()[0]["seeds"] is None


def test_a_rule_is_one_statistic_or_parts():
    for changes in ({"statistic": ""}, {"parts": {"a": Rule("x", 1.0, smallest="1")}}):
        with pytest.raises(ValueError, match="either a statistic with its range or parts"):
            rule(Ledger(), **changes)


def test_a_rule_that_nothing_can_break_is_refused():
    with pytest.raises(ValueError, match="finite"):
        rule(Ledger(), low=-math.inf)


def test_measured_parts_must_be_the_rules_parts():
    ledger = Ledger()
    rule(ledger)
    with pytest.raises(ValueError, match="the rule has one value, measured a"):
        ledger.claim("0A", {"a": Interval(1, 2, 3, 4)})


def test_smoke_mode_judges_nothing(shown):
    ledger = Ledger(judged=False)
    rule(ledger)
    ledger.claim("0A", Interval(6, 7, 8, 9))
    ledger.show()
    assert shown[0]["text/plain"] == "0A   Momentum is faster.\n     not judged"


def test_untestable_is_said_with_its_reason(shown):
    ledger = Ledger()
    ledger.untestable("0F", claim="It scales.", source="a blog", why="needs a cluster")
    ledger.show()
    assert "not testable here: needs a cluster" in shown[0]["text/plain"]
    assert "needs a cluster" in shown[0]["text/html"]


def test_the_compared_text_is_coarse_and_the_data_is_not(shown):
    texts = []
    for shift in (0.0, 1e-9, 0.004):
        ledger = Ledger()
        rule(ledger)
        ledger.claim("0A", Interval(6.11 + shift, 7.2, 8.33, 10))
        ledger.show()
        texts.append(shown[-1]["text/plain"])
    assert len(set(texts)) == 1 and "reproduced: 6 to 8" in texts[0]
    assert shown[1][MIME][0]["interval"][0] == 6.11 + 1e-9


@pytest.mark.parametrize("left", [0.0, 1e-16, -3e-13])
def test_what_rounding_leaves_is_about_0_on_every_machine(shown, left):
    ledger = Ledger()
    rule(ledger)
    ledger.claim("0A", Interval(left, left, left, 1))
    ledger.show()
    assert shown[0]["text/plain"].endswith("reproduced: about 0")
    assert shown[0][MIME][0]["interval"][0] == left


def test_the_data_survives_json_and_has_every_field(shown):
    ledger = Ledger()
    rule(ledger)
    ledger.claim("0A", Interval(-math.inf, math.nan, 3.0, 2))
    ledger.show()
    (row,) = json.loads(json.dumps(shown[0][MIME], allow_nan=False))
    assert set(row) == {"id", "claim", "source", "setting", "statistic", "interval", "n", "rule",
                        "smallest", "seeds", "verdict"}
    assert row["interval"] == [None, None, 3.0] and row["verdict"] in VERDICTS


def test_the_table_escapes_what_it_is_given(shown):
    ledger = Ledger()
    rule(ledger, claim="a < b & c")
    ledger.claim("0A", Interval(6, 7, 8, 9))
    ledger.show()
    assert "a &lt; b &amp; c" in shown[0]["text/html"]
    assert "<script" not in shown[0]["text/html"]


def test_the_compared_text_holds_still_at_round_numbers(shown):
    for low in (0.25 - 1e-12, 0.25, 0.25 + 1e-12):
        ledger = Ledger()
        rule(ledger)
        ledger.claim("0A", Interval(low, 0.5, 0.95, 10))
        ledger.show()
    assert len({bundle["text/plain"] for bundle in shown}) == 1


@pytest.mark.parametrize("value, said", [(0.0123, "0.012"), (3158, "3200"), (2.0, "2"),
                                         (0.999, "1"), (math.inf, "inf")])
def test_numbers_have_two_digits(value, said):
    assert number(value) == said


@pytest.mark.parametrize("ends, said", [
    ((0.98, 1.01, 1.04), ("0.98", "1.01", "1.04")), ((3150, 3158, 3166), ("3150", "3158", "3166")),
    ((-0.3, 0.1, 0.55), ("−0.3", "0.1", "0.55"))])
def test_the_table_tells_the_ends_of_an_interval_apart(shown, ends, said):
    ledger = Ledger()
    rule(ledger)
    ledger.claim("0A", Interval(*ends, 5))
    ledger.show()
    low, mid, high = said
    assert f"<b>{mid}</b>&ensp;[{low}, {high}]" in shown[0]["text/html"]


def test_parts_with_the_same_rule_are_announced_once(capsys):
    same = Rule("steps", high=3, smallest="one step")
    parts = {"a": same, "b": same, "c": Rule("steps", high=4, smallest="one step")}
    Ledger().rule("9Z", claim="Few steps.", source="asked here", parts=parts)
    told = capsys.readouterr().out
    assert "a, b: steps" in told and "c: steps" in told
    assert told.count("smallest effect") == 2
