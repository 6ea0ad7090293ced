"""Judging a comparison: runs that the judge holds, with seeds to look and seeds to judge."""

import math

import torch

from gradcourse.checks import bowls
from gradcourse.checks.call import counted
from gradcourse.checks.compare import Failure

T = 2.5706  # Student's t for 95 % and six runs
FOUR = "four numbers are wanted: the temperature, then low, mean and high of the gain"


class Race:
    """Shares named right for some temperatures and the log-odds, on two lists of seeds.

    Another temperature is best on the looking seeds, on the fresh ones, in a single run, and worst.
    """

    def __init__(self, draw):
        self.taus = sorted({round(draw.log_uniform(0.02, 1.0), 3) for _ in range(5)})
        first = draw.integer(1, 400)
        self.looking = list(range(first, first + 3))
        self.fresh = list(range(first + 1000, first + 1006))
        while True:
            self.runs = self._drawn(draw)
            self.tau, self.peeked = (self._best(seeds) for seeds in (self.looking, self.fresh))
            self.worst = min(self.taus, key=lambda tau: self._mean(tau, self.looking))
            self.lucky = max(self.taus, key=lambda tau: max(self._row(tau, self.looking)))
            if len({self.tau, self.peeked, self.lucky, self.worst}) == 4:
                break
        self.told = f"{len(self.taus)} temperatures, 3 looking and 6 fresh seeds"

    def _drawn(self, draw):
        seeds = [*self.looking, *self.fresh]
        each = dict(zip(seeds, (4 * draw.normal(len(seeds))).tolist(), strict=True))
        losses = [("temperature", tau) for tau in self.taus] + [("alpha", 1.0)]
        noise = (2 * draw.normal(len(losses), len(seeds))).tolist()
        return {(*loss, seed): 80 + each[seed] + noise[i][k]
                for i, loss in enumerate(losses) for k, seed in enumerate(seeds)}

    def _row(self, tau, seeds):
        return [self.runs["temperature", tau, seed] for seed in seeds]

    def _mean(self, tau, seeds):
        return sum(self._row(tau, seeds)) / len(seeds)

    def _best(self, seeds):
        return max(self.taus, key=lambda tau: self._mean(tau, seeds))

    def _train(self, loss, value, seed):
        known = self.runs.get((loss, float(value), int(seed)))
        if known is None:
            raise ValueError(f"no run of {loss!r}, {value}, {seed}: taus, looking, fresh; alpha 1")
        return known

    def ask(self, call):
        """Ask for the comparison; None when no four numbers come back."""
        runs = len(self.taus) * len(self.looking) + 2 * len(self.fresh)
        self.train = counted(self._train, expect=runs, what="a run")
        reply = call("fair_gain", self.train, list(self.taus), list(self.looking),
                     list(self.fresh), T)
        return bowls.numbers(reply.value, 4)

    def missed(self, got):
        """Fail when there are no four numbers."""
        return Failure(self.told, "(tau, low, mean, high)", "no four numbers", FOUR,
                       1) if got is None else None

    def gains(self, tau):
        """Give the gain of each fresh seed over a temperature."""
        free = [self.runs["alpha", 1.0, seed] for seed in self.fresh]
        return torch.tensor(free, dtype=torch.float64) - torch.tensor(
            self._row(tau, self.fresh), dtype=torch.float64)

    def half(self, tau=None):
        """Give half the width of the right interval."""
        gains = self.gains(self.tau if tau is None else tau)
        return float(T * gains.std() / math.sqrt(len(gains)))

    def interval(self):
        """Give low, mean and high of the right interval."""
        mid = float(self.gains(self.tau).mean())
        return mid - self.half(), mid, mid + self.half()

    def gain_slips(self):
        """List wrong gains, as (value, cause)."""
        mid, free = self.interval()[1], [self.runs["alpha", 1.0, s] for s in self.fresh]
        best = [max(self.runs["temperature", tau, s] for tau in self.taus) for s in self.fresh]
        each = sum(f - b for f, b in zip(free, best, strict=True)) / len(free)
        return [
            (-mid, "the sign is turned: the gain is the log-odds' share less the temperature's"),
            (float(self.gains(self.peeked).mean()), "the gain over the best temperature of the "
             "fresh seeds: they must not choose"),
            (each, "the best temperature of each fresh seed is a rival that nobody can have"),
            (float(self.gains(self.worst).mean()), "this is the gain over the worst temperature"),
            (float(self.gains(self.lucky).mean()), "this is the gain over the temperature of the "
             "luckiest run: take the best mean"),
            (sum(free) / len(free), "this is the log-odds' share: the gain is a difference"),
            (float(self.gains(self.tau).median()), "the mean of the gains is wanted, not their "
             "median"),
        ]

    def half_slips(self):
        """List wrong half widths, as (value, cause)."""
        n = len(self.fresh)
        free = torch.tensor([self.runs["alpha", 1.0, s] for s in self.fresh], dtype=torch.float64)
        tuned = torch.tensor(self._row(self.tau, self.fresh), dtype=torch.float64)
        best = torch.tensor([max(self.runs["temperature", tau, s] for tau in self.taus)
                             for s in self.fresh], dtype=torch.float64)
        apart = float(T * ((free.var() + tuned.var()) / n).sqrt())
        right = self.half()
        return [
            (apart, "the pairs are torn apart: what a seed does to both losses cancels in a gain"),
            (right * math.sqrt((n - 1) / n), "n − 1 stands under the variance: a mean was fitted"),
            (right * math.sqrt(n), "this is the spread of single gains: divide by √n for the mean"),
            (right / math.sqrt(n), "√n divides once: you divided twice"),
            (right / T, "a standard error alone holds less than 95 %: times t"),
            (right / T * 1.96, "1.96 is for many runs: with six take the t that is given"),
            (self.half(self.peeked), "the interval over the best temperature of the fresh "
             "seeds: they must not choose"),
            (float(T * (free - best).std() / math.sqrt(n)), "the best temperature of each fresh "
             "seed is a rival that nobody can have"),
            (self.half(self.worst), "this is the interval over the worst temperature"),
            (self.half(self.lucky), "this is the interval over the luckiest run's temperature"),
            (float(T * free.std() / math.sqrt(n)), "this is the interval of the log-odds' share: "
             "take that of the differences"),
            (2 * right, "low and high lie t sd / √n from the mean, not twice that"),
            (right / 2, "each end lies t sd / √n from the mean, not half of that"),
            (lambda got: got < 0, "low comes before high"),
        ]

    def judge_questions(self):
        """Fail when the fresh seeds were asked for more, or for less, than the chosen pair."""
        asked = {(loss, float(value), int(seed)) for loss, value, seed in self.train.asked}
        on_fresh = {key for key in asked if key[2] in self.fresh}
        want = {(loss, value, seed) for seed in self.fresh
                for loss, value in (("temperature", self.tau), ("alpha", 1.0))}
        wanted = "on fresh seeds: the chosen temperature and the log-odds, each on all six"
        if {key[:2] for key in on_fresh} - {key[:2] for key in want}:
            cause = "other temperatures were run on the fresh seeds: whoever looks there, chooses"
            return Failure(self.told, wanted, "more temperatures", cause, 1)
        if on_fresh != want:
            cause = "every fresh seed needs both runs: pairs are what is compared"
            return Failure(self.told, wanted, f"{len(on_fresh)} of 12 runs", cause, 2)
        return None
