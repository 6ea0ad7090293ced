"""Contrastive losses and their theory.

Five kinds of test for each method: an independent source, limits, laws, gradcheck, refusals.
"""

import itertools
import math
import os
import subprocess
import sys

import pytest
import torch
from scipy import optimize
from sklearn.neighbors import KNeighborsClassifier
from torch.nn.functional import cross_entropy, normalize

from gradcourse.data import digits
from gradcourse.methods.contrastive import (
    alignment,
    augment,
    gather_rows,
    info_nce,
    learnt_temperature,
    local_temperature,
    log_odds,
    neighbour_accuracy,
    nt_xent,
    pair_loss,
    probe_accuracy,
    pull,
    release_at_random,
    release_cosine,
    symmetric,
    temperature_free,
    uniformity,
)
from gradcourse.methods.contrastive.pairs import PLAIN, SMALL

LOSSES = {
    "cold": lambda a, b, **k: info_nce(a, b, temperature=0.01, **k),
    "info_nce": info_nce,
    "free": temperature_free,
    "half": lambda a, b, **k: temperature_free(a, b, alpha=0.5, **k),
    "cube": lambda a, b, **k: temperature_free(a, b, alpha=3.0, **k),
    "nt_xent": nt_xent,
    "cold nt_xent": lambda a, b, **k: nt_xent(a, b, temperature=0.01, **k),
    "plain": lambda a, b, **k: info_nce(a, b, temperature=1 / PLAIN, **k),
    "plain nt_xent": lambda a, b, **k: nt_xent(a, b, temperature=1 / PLAIN, **k),
}
every_loss = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)


def normal(*shape, seed=0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)


def two_views(n, d, *, apart=0.5, dtype=torch.float64):
    one = normal(n, d)
    return one.to(dtype), (one + apart * normal(n, d, seed=1)).to(dtype)


def gradients(loss, z1, z2, weights=None, **options):
    z1, z2 = (z.detach().clone().requires_grad_() for z in (z1, z2))
    losses = loss(z1, z2, **options)
    (losses if weights is None else losses * weights[: len(losses)]).sum().backward()
    return losses.detach(), z1.grad, z2.grad


# --- the logit ----------------------------------------------------------------------------------


def test_log_odds_are_the_log_of_odds_twice_artanh_and_a_power_of_the_distance():
    z, y = normalize(normal(50, 8), dim=1), normalize(normal(50, 8, seed=1), dim=1)
    s, d = (z * y).sum(1), (z - y).norm(dim=1)
    theta = s.acos()
    p = (1 + s) / 2
    for other in (
        torch.logit(p), 2 * torch.atanh(s), -2 * (theta / 2).tan().log(), (4 / d**2 - 1).log(),
        2 * ((z + y).norm(dim=1) / d).log(),
    ):
        torch.testing.assert_close(log_odds(s), other)


def test_log_odds_are_odd_grow_and_double_with_alpha():
    s = torch.linspace(-1.5, 1.5, 101, dtype=torch.float64)
    values = log_odds(s)
    torch.testing.assert_close(values, -values.flip(0))
    assert (values.diff() >= 0).all() and values.isfinite().all()
    torch.testing.assert_close(log_odds(s, alpha=2.0), 2 * values)
    small = torch.tensor([1e-4], dtype=torch.float64)
    torch.testing.assert_close(log_odds(small, alpha=3.0), small / (1 / 6))


def test_the_slope_of_the_log_odds_is_one_over_the_local_temperature():
    s = (torch.rand(20, generator=torch.Generator().manual_seed(0)).double() * 1.98 - 0.99)
    s.requires_grad_()
    log_odds(s, alpha=1.7).sum().backward()
    torch.testing.assert_close(s.grad, 1 / local_temperature(s.detach(), alpha=1.7))
    assert torch.autograd.gradcheck(log_odds, (s,))


def test_what_is_clamped_gets_no_gradient():
    s = torch.tensor([-1.0, 0.5, 1.0, 1.2], dtype=torch.float64, requires_grad=True)
    log_odds(s).sum().backward()
    assert s.grad.tolist() == [0, pytest.approx(8 / 3), 0, 0]


@pytest.mark.parametrize(("dtype", "enough"), [(torch.float16, 5e-4), (torch.bfloat16, 4e-3)])
def test_a_small_eps_rounds_away_in_half_precision(dtype, enough):
    """What the docstring says of eps, and why the losses cast to float32."""
    one = torch.ones(1, dtype=dtype)
    assert not log_odds(one, eps=1e-6).isfinite().all()
    assert log_odds(one, eps=enough).isfinite().all()


def test_learnt_temperature_is_an_exponential_with_a_floor():
    raw = torch.tensor([math.log(0.07), -9.0], dtype=torch.float64, requires_grad=True)
    tau = learnt_temperature(raw, least=0.02)
    torch.testing.assert_close(tau, torch.tensor([0.07, 0.02], dtype=torch.float64))
    tau.sum().backward()
    torch.testing.assert_close(raw.grad, torch.tensor([0.07, 0.0], dtype=torch.float64))


# --- the losses ---------------------------------------------------------------------------------


def test_pair_loss_is_torchs_cross_entropy_and_minus_a_log_softmax():
    logits = normal(4, 6)
    torch.testing.assert_close(
        pair_loss(logits), cross_entropy(logits, torch.arange(4), reduction="none")
    )
    partner, own = torch.tensor([3, 0, 5, 1]), torch.tensor([0, 1, 2, 3])
    for i in range(4):
        others = [j for j in range(6) if j != own[i]]
        want = -logits[i, others].log_softmax(0)[others.index(partner[i])]
        torch.testing.assert_close(pair_loss(logits, partner, own)[i], want)


def test_info_nce_and_temperature_free_are_written_out():
    z1, z2 = two_views(7, 5)
    s = normalize(z1, dim=1) @ normalize(z2, dim=1).T
    for got, logits in (
        (info_nce(z1, z2, temperature=0.3), s / 0.3),
        (temperature_free(z1, z2), ((1 + s) / (1 - s)).log()),
        (temperature_free(z1, z2, alpha=2.0), ((1 + s) / (1 - s)).square().log()),
    ):
        torch.testing.assert_close(got, logits.exp().sum(1).log() - logits.diag())


def test_nt_xent_is_brute_force_over_all_other_views():
    z1, z2 = two_views(4, 3)
    z, n = normalize(torch.cat([z1, z2]), dim=1), 4
    for i, loss in enumerate(nt_xent(z1, z2, temperature=0.2)):
        weight = {j: math.exp(float(z[i] @ z[j]) / 0.2) for j in range(2 * n) if j != i}
        assert float(loss) == pytest.approx(-math.log(weight[(i + n) % (2 * n)]
                                                      / sum(weight.values())))


@every_loss
def test_only_directions_count(loss):
    z1, z2 = two_views(6, 4)
    scale = torch.rand(6, 1, generator=torch.Generator().manual_seed(2)).double() + 0.1
    torch.testing.assert_close(loss(z1 * scale, 9 * z2), loss(z1, z2))


@every_loss
@pytest.mark.parametrize("block", [0, 3])
def test_alone_there_is_nothing_to_learn(loss, block):
    z1, z2 = two_views(1, 4)
    losses, *grads = gradients(loss, z1, z2, block=block)
    assert torch.equal(losses, torch.zeros_like(losses))
    assert all(torch.equal(grad, torch.zeros_like(grad)) for grad in grads)


@pytest.mark.parametrize("block", [0, 3])
def test_limits_of_temperature_and_power(block):
    z1, z2 = two_views(7, 4)
    log7 = torch.full((7,), math.log(7), dtype=torch.float64)
    torch.testing.assert_close(info_nce(z1, z2, temperature=1e9, block=block), log7)
    torch.testing.assert_close(temperature_free(z1, z2, alpha=1e-9, block=block), log7)
    far = [torch.cat([z, 100 * torch.ones(7, 1)], 1) for z in (z1, z2)]
    swapped = nt_xent(z2, z1)
    torch.testing.assert_close(nt_xent(z1, z2), torch.cat([swapped[7:], swapped[:7]]))
    near_zero = [torch.cat([z, 30 * normal(7, 400, seed=s)], 1)
                 for s, z in enumerate(far)]  # cosines near 0: alpha is 1 / (2 tau)
    torch.testing.assert_close(
        temperature_free(*near_zero, block=block),
        info_nce(*near_zero, temperature=0.5, block=block), rtol=0, atol=2e-3,
    )


def test_the_temperature_free_loss_cannot_see_a_collapse_and_a_temperature_can():
    z1, z2 = two_views(64, 16, apart=0.2)
    z1, z2 = normalize(z1, dim=1), normalize(z2, dim=1)
    pole = torch.zeros(16, dtype=torch.float64)
    pole[0] = 1

    def shrunk(z, factor):
        return pole + factor * z

    free = [float(temperature_free(shrunk(z1, f), shrunk(z2, f)).mean()) for f in (3e-2, 1e-2)]
    cold = [float(info_nce(shrunk(z1, f), shrunk(z2, f)).mean()) for f in (3e-2, 1e-2)]
    assert free[0] == pytest.approx(free[1], rel=0.05) and free[1] < 0.4 * math.log(64)
    assert cold[1] == pytest.approx(math.log(64), rel=1e-2)
    losses, grad, _ = gradients(temperature_free, *(shrunk(z, 1e-4) for z in (z1, z2)))
    torch.testing.assert_close(losses, torch.full_like(losses, math.log(64)))
    assert torch.equal(grad, torch.zeros_like(grad))  # all is clamped: nothing ever parts them


# --- blocks -------------------------------------------------------------------------------------


@every_loss
@pytest.mark.parametrize(("n", "block"), [(9, 4), (9, 1), (9, 50)])
@pytest.mark.parametrize("weighted", [False, True])
def test_blocks_give_the_loss_and_gradient_of_the_whole_matrix(loss, n, block, weighted):
    z1, z2 = two_views(n, 5)
    weights = torch.rand(2 * n, generator=torch.Generator().manual_seed(3)).double()
    whole, parts = (gradients(loss, z1, z2, weights if weighted else None, block=b)
                    for b in (0, block))
    for want, got in zip(whole, parts, strict=True):
        torch.testing.assert_close(got, want, rtol=1e-9, atol=1e-12)


@every_loss
def test_blocks_in_single_precision_stay_near_double(loss):
    z1, z2 = two_views(300, 16)
    want = gradients(loss, z1, z2, block=0)
    got = gradients(loss, z1.float(), z2.float(), block=128)
    for exact, rounded in zip(want, got, strict=True):
        size = exact.abs().max()
        torch.testing.assert_close(rounded.double() / size, exact / size, rtol=0, atol=3e-5)


@every_loss
def test_blocks_agree_at_the_poles_where_cosines_are_clamped(loss):
    z1, z2 = two_views(8, 4)
    z2[0], z2[1], z2[2] = z1[0], -z1[1], z1[3]  # a pair, an antipode, a stranger's twin
    for want, got in zip(gradients(loss, z1, z2, block=0), gradients(loss, z1, z2, block=3),
                         strict=True):
        assert want.isfinite().all()
        torch.testing.assert_close(got, want, rtol=1e-9, atol=1e-9)


@every_loss
def test_gradcheck_of_both_forms(loss):
    z1, z2 = (z.requires_grad_() for z in two_views(4, 3))
    for block in (0, 3):
        assert torch.autograd.gradcheck(lambda a, b, k=block: loss(a, b, block=k), (z1, z2))


@pytest.mark.parametrize("block", [0, 3])
def test_a_temperature_can_be_learnt_through_both_forms(block):
    z1, z2 = two_views(5, 4)
    tau = torch.tensor(0.2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(
        lambda t: info_nce(z1, z2, temperature=t, block=block), (tau,))
    assert torch.autograd.gradcheck(lambda t: nt_xent(z1, z2, temperature=t, block=block), (tau,))


def test_large_batches_are_blocked_and_small_ones_are_not():
    z = normal(SMALL, 2).requires_grad_()
    assert type(info_nce(z, z).grad_fn).__name__ == "_BlockedBackward"
    assert type(info_nce(z[1:], z[1:]).grad_fn).__name__ != "_BlockedBackward"
    with torch.no_grad():
        torch.testing.assert_close(info_nce(z, z), info_nce(z, z, block=0))


def test_both_views_go_by_symmetry_where_the_logits_are_known_to_be_small():
    z = normal(SMALL // 2, 2).requires_grad_()
    forms = [(nt_xent(z, z, temperature=t).grad_fn, t) for t in (0.1, 1 / PLAIN, 0.02)]
    assert [("Symmetric" in form.name(), t) for form, t in forms] == [
        (True, 0.1), (True, 1 / PLAIN), (False, 0.02)]
    assert "Blocked" in nt_xent(z, z, temperature=torch.tensor(0.1)).grad_fn.name()
    assert "Symmetric" not in nt_xent(z[1:], z[1:]).grad_fn.name()


@pytest.mark.parametrize("n", [9, 300])
def test_a_half_made_again_gives_the_gradient_of_a_half_held(n, monkeypatch):
    z1, z2 = two_views(n, 5)
    held = gradients(nt_xent, z1, z2, block=4)
    monkeypatch.setattr(symmetric, "HELD", 0)
    for want, got in zip(held, gradients(nt_xent, z1, z2, block=4), strict=True):
        assert torch.equal(got, want)


@pytest.mark.parametrize("loss", [temperature_free, nt_xent])
def test_a_blocked_loss_holds_no_matrix(loss):
    z1, z2 = (z.float().requires_grad_() for z in two_views(2048, 8))
    held = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: held.append(t.numel()) or t,
                                                  lambda t: t):
        loss(z1, z2).mean()
    assert max(held) < 2048 * 64


@every_loss
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("block", [0, 16])
def test_half_precision_is_computed_in_single(loss, dtype, block):
    z1, z2 = two_views(40, 8, apart=0.1)
    z2[:3] = z1[:3]
    losses, *grads = gradients(loss, z1.to(dtype), z2.to(dtype), block=block)
    assert losses.dtype == torch.float32 and losses.isfinite().all()
    assert all(grad.dtype == dtype and grad.isfinite().all() for grad in grads)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = loss(z1.float(), z2.float(), block=block)
    assert torch.equal(inside, loss(z1.float(), z2.float(), block=block))


@every_loss
def test_losses_refuse_what_are_no_two_views(loss):
    z1, z2 = two_views(4, 3)
    for one, two in ((z1, z2[:3]), (z1[0], z2[0]), (z1[:0], z2[:0])):
        with pytest.raises(ValueError, match="z1 and z2 must have one shape"):
            loss(one, two)
    with pytest.raises(ValueError, match="block must be >= 0, got -1"):
        loss(z1, z2, block=-1)


def test_losses_refuse_their_settings():
    z1, z2 = two_views(4, 3)
    for loss in (info_nce, nt_xent):
        with pytest.raises(ValueError, match=r"temperature must be > 0, got 0\.0"):
            loss(z1, z2, temperature=0.0)
    for make in (lambda **k: temperature_free(z1, z2, **k), lambda **k: log_odds(z1, **k)):
        with pytest.raises(ValueError, match="alpha must be > 0 and finite, got -1"):
            make(alpha=-1)
        with pytest.raises(ValueError, match=r"eps must be in \(0, 1\), got 0"):
            make(eps=0)
    with pytest.raises(ValueError, match="alpha must be > 0 and finite, got inf"):
        local_temperature(z1, alpha=math.inf)
    with pytest.raises(ValueError, match="least must be > 0, got 0"):
        learnt_temperature(z1, least=0)
    with pytest.raises(ValueError, match=r"logits must be \(A, M\) with M >= A, got \(4, 3\)"):
        pair_loss(z1)


# --- strangers from other processes -------------------------------------------------------------

RANK = """
import sys, torch, torch.distributed as dist
from gradcourse.methods import contrastive
folder, rank = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(1)
dist.init_process_group("gloo", init_method=f"file://{folder}/store", rank=rank, world_size=2)
found = {}
for name in ("info_nce", "temperature_free", "nt_xent"):
    for block in (0, 2):
        z = [v.chunk(2)[rank].clone().requires_grad_() for v in torch.load(f"{folder}/z.pt")]
        losses = getattr(contrastive, name)(*z, gathered=True, block=block)
        losses.sum().backward()
        found[name, block] = losses.detach(), *(v.grad for v in z)
torch.save(found, f"{folder}/rank{rank}.pt")
dist.destroy_process_group()
"""


@pytest.fixture(scope="module")
def ranks(tmp_path_factory):
    """Run two processes that meet through a file and talk over this machine's own address."""
    folder = tmp_path_factory.mktemp("ranks")
    torch.save(torch.stack(two_views(6, 4)), folder / "z.pt")
    env = {**os.environ, "GLOO_SOCKET_IFNAME": "lo"}
    command = [sys.executable, "-W", "ignore", "-c", RANK, str(folder)]
    started = [subprocess.Popen([*command, str(rank)], env=env, stderr=subprocess.PIPE, text=True)
               for rank in range(2)]
    for process in started:
        _, said = process.communicate(timeout=300)
        assert process.returncode == 0, said
    return [torch.load(folder / f"rank{rank}.pt") for rank in range(2)]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="names Linux' own loopback")
@pytest.mark.parametrize("block", [0, 2])
@pytest.mark.parametrize("loss", [info_nce, temperature_free, nt_xent])
def test_two_processes_give_the_losses_and_gradients_of_one(ranks, loss, block):
    want = list(gradients(loss, *two_views(6, 4)))
    if loss is nt_xent:  # each rank lists its own views one, then its own views two
        want[0] = want[0].reshape(2, 2, 3).transpose(0, 1).flatten()
    for k, whole in enumerate(want):
        got = torch.cat([part[loss.__name__, block][k] for part in ranks])
        torch.testing.assert_close(got, whole, rtol=1e-9, atol=1e-12)


def test_alone_nothing_is_gathered():
    z = normal(3, 2)
    rows, first = gather_rows(z)
    assert rows is z and first == 0
    assert torch.equal(info_nce(z, z, gathered=True), info_nce(z, z))


# --- the theory of one pair ---------------------------------------------------------------------


def pair_among(strangers, theta, logit):
    """Turn a pair of unit vectors by theta, with strangers at given cosines; return its loss."""
    logits = torch.cat([logit(theta.cos()[None]), logit(strangers)])
    return pair_loss(logits[None], torch.tensor([0]))[0]


LOGITS = {"temperature": lambda v: lambda s: s / v,
          "alpha": lambda v: lambda s: log_odds(s, alpha=v)}


@pytest.mark.parametrize(("what", "value"), [("temperature", 0.1), ("temperature", 0.7),
                                             ("alpha", 1.0), ("alpha", 2.5)])
def test_pull_is_autograds_derivative_by_the_angle(what, value):
    strangers = 0.3 * normal(20).clamp(-2, 2)
    for degrees in (1.0, 40.0, 90.0, 175.0):
        theta = torch.tensor(math.radians(degrees), dtype=torch.float64, requires_grad=True)
        pair_among(strangers, theta, LOGITS[what](value)).backward()
        torch.testing.assert_close(pull(theta.detach(), strangers, **{what: value}), theta.grad)


@pytest.mark.parametrize(("what", "value"), [("temperature", 0.1), ("alpha", 1.0), ("alpha", 4.0)])
def test_at_the_release_cosine_the_partner_has_half_of_the_weight(what, value):
    strangers = 0.17 * normal(255).clamp(-4, 4)
    s = release_cosine(strangers, **{what: value})
    loss = pair_among(strangers, s.acos(), LOGITS[what](value))
    assert float(loss) == pytest.approx(math.log(2))


def test_release_by_hand():
    one = torch.zeros(1, dtype=torch.float64)
    many = torch.zeros(255, dtype=torch.float64)
    assert float(release_cosine(one, temperature=0.1)) == 0
    assert float(release_cosine(many, temperature=0.1)) == pytest.approx(0.1 * math.log(255))
    assert float(release_cosine(many, temperature=0.19)) == 1
    assert float(release_cosine(many, alpha=1.0)) == pytest.approx(254 / 256)
    assert (release_cosine(0.1 * normal(5, 20), alpha=0.5) < 1).all()
    root = optimize.brentq(lambda s: math.log((1 + s) / (1 - s)) * 2 - math.log(255), 0, 0.999)
    assert float(release_cosine(many, alpha=2.0)) == pytest.approx(root)


@pytest.mark.parametrize("n", [64, 256, 1024])
@pytest.mark.parametrize("temperature", [0.06, 0.1, 0.14])
def test_release_at_random_is_near_the_mean_over_draws(n, temperature):
    want = release_at_random(n, 32, temperature)
    cosines = [normalize(normal(n - 1, 32, seed=s), dim=1)[:, 0] for s in range(8)]
    exact = release_cosine(torch.stack(cosines), temperature=temperature)
    if want == 1:
        assert exact.mean() > 0.97
    else:
        assert abs(math.degrees(math.acos(want)) - exact.acos().mean() * 180 / math.pi) < 4


def test_theory_refuses():
    with pytest.raises(ValueError, match="give one of temperature and alpha, got None and None"):
        release_cosine(torch.zeros(3))
    with pytest.raises(ValueError, match="give one of temperature and alpha, got 1 and 2"):
        pull(torch.ones(1), torch.zeros(3), temperature=1, alpha=2)
    with pytest.raises(ValueError, match="temperature must be > 0, got -1"):
        pull(torch.ones(1), torch.zeros(3), temperature=-1)
    with pytest.raises(ValueError, match="alpha must be > 0"):
        release_cosine(torch.zeros(3), alpha=0)
    for wrong, words in (((1, 2, 0.1), "n must be >= 2, got 1"), ((2, 0, 0.1), "d must be >= 1"),
                         ((2, 2, 0.0), "temperature must be > 0")):
        with pytest.raises(ValueError, match=words):
            release_at_random(*wrong)


# --- what embeddings are worth ------------------------------------------------------------------


def test_alignment_and_uniformity_by_brute_force():
    z1, z2 = two_views(6, 4)
    a, b = normalize(z1, dim=1), normalize(z2, dim=1)
    assert float(alignment(z1, 3 * z2)) == pytest.approx(
        sum(float((x - y).square().sum()) for x, y in zip(a, b, strict=True)) / 6)
    pairs = [math.exp(-2 * float((x - y).square().sum())) for x, y in itertools.combinations(a, 2)]
    assert float(uniformity(5 * z1)) == pytest.approx(math.log(sum(pairs) / len(pairs)))
    assert float(uniformity(torch.ones(4, 3))) == pytest.approx(0, abs=1e-6)
    assert torch.autograd.gradcheck(uniformity, (z1.requires_grad_(),))


def test_neighbours_are_those_of_scikit_learn():
    data = digits(train=300, dtype=torch.float32)
    for k in (1, 5):
        other = KNeighborsClassifier(k, metric="cosine").fit(data.x_train, data.y_train)
        got = neighbour_accuracy(data.x_train, data.y_train, data.x_test, data.y_test, k=k)
        assert float(got) == pytest.approx(other.score(data.x_test, data.y_test), abs=0.003)


def test_probe_is_least_squares_and_does_not_see_shifts_and_scales():
    data = digits(train=300)
    got = probe_accuracy(data.x_train, data.y_train, data.x_test, data.y_test)
    assert 0.85 < float(got) < 0.97
    moved = [7 * x + 3 for x in (data.x_train, data.x_test)]
    assert probe_accuracy(moved[0], data.y_train, moved[1], data.y_test) == got
    chance = probe_accuracy(data.x_train, data.y_train, data.x_test, data.y_test, penalty=1e12)
    assert float(chance) < float(got)


def test_a_view_at_strength_zero_is_the_image_and_shifts_are_bounded():
    image = torch.zeros(200, 8, 8)
    image[:, 3, 4] = 1
    flat, g = image.reshape(200, -1), torch.Generator().manual_seed(0)
    assert torch.equal(augment(flat, strength=0.0, generator=g), flat)
    only_moved = augment(flat * 1e6, strength=1.0, generator=g).reshape(200, 8, 8)
    places = {tuple(place) for place in (only_moved > 1e5).nonzero()[:, 1:].tolist()}
    assert places == {(3 + i, 4 + j) for i in range(-2, 3) for j in range(-2, 3)}
    assert 150 < (only_moved.amax((1, 2)) > 1e5).sum() < 195  # a tenth is thinned out


def test_a_view_comes_from_its_generator_alone():
    x = digits(train=50, dtype=torch.float32).x_train
    one, two = (augment(x, generator=torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(one, two)
    noise = augment(torch.zeros(500, 64), generator=torch.Generator().manual_seed(1))
    assert float(noise[noise != 0].std()) == pytest.approx(0.1, rel=0.02)
    assert float((noise == 0).float().mean()) == pytest.approx(0.1, rel=0.1)


def test_measures_refuse():
    z, y = normal(4, 3), torch.zeros(4, dtype=torch.int64)
    with pytest.raises(ValueError, match="z1 and z2 must have one shape"):
        alignment(z, z[:2])
    with pytest.raises(ValueError, match="z must hold at least 2 rows, got 1"):
        uniformity(z[:1])
    with pytest.raises(ValueError, match=r"k must be in \[1, 4\], got 5"):
        neighbour_accuracy(z, y, z, y, k=5)
    with pytest.raises(ValueError, match="penalty must be > 0, got 0"):
        probe_accuracy(z, y, z, y, penalty=0)
    with pytest.raises(ValueError, match="features must hold at least 2 rows, got 1"):
        probe_accuracy(z[:1], y[:1], z, y)
    with pytest.raises(ValueError, match=r"images must be \(B, 64\), got \(4, 3\)"):
        augment(z)
    with pytest.raises(ValueError, match=r"strength must be in \[0, 10\], got -1"):
        augment(normal(4, 64), strength=-1)
