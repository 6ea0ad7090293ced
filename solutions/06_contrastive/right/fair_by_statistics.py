"""Uses the statistics module, choosing last things first."""

from statistics import fmean, stdev

EXERCISE = "contrastive.6"


def fair_gain(train, taus, looking, fresh, t):
    means = [fmean(train("temperature", tau, seed) for seed in looking) for tau in taus]
    tau = taus[means.index(max(means))]
    free = [train("alpha", 1.0, seed) for seed in fresh]
    gains = [f - train("temperature", tau, seed) for f, seed in zip(free, fresh, strict=True)]
    error = stdev(gains) / len(gains) ** 0.5
    return tau, fmean(gains) - t * error, fmean(gains), fmean(gains) + t * error
