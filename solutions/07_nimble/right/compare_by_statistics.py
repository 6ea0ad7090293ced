"""Plain lists and the statistics module."""

import statistics

EXERCISE = "nimble.6"


def compare(run, lrs, looking, judging):
    arms = ["learnt", "ramp", "static"]
    best = {arm: max(lrs, key=lambda lr, arm=arm: sum(run(arm, lr, s) < 0.01 for s in looking))
            for arm in arms}
    fit = {arm: [int(run(arm, best[arm], s) < 0.01) for s in judging] for arm in arms}
    answer = {"lr": best}
    for other in arms[1:]:
        d = [a - b for a, b in zip(fit["learnt"], fit[other], strict=True)]
        half = 1.96 * statistics.stdev(d) / len(d) ** 0.5
        answer[other] = [statistics.fmean(d) + sign * half for sign in (-1, 0, 1)]
    return answer
