"""What sampling by noise must still be: sampling."""

import torch

from grounding.subjects.decoding import GumbelChoice, Sampling, grouped, nucleus

PROBABILITIES = torch.tensor([0.5, 0.3, 0.15, 0.05])


def shares(sampling, draws=4000):
    """How often each of four tokens is chosen."""
    choice = GumbelChoice([torch.Generator().manual_seed(1)], sampling)
    picked = [int(choice(None, PROBABILITIES.log()[None]).argmax()) for _ in range(draws)]
    return torch.bincount(torch.tensor(picked), minlength=4) / draws


def test_noise_samples_the_softmax():
    """Frequencies are the probabilities (4000 draws: a standard error of 0.008)."""
    assert torch.allclose(shares(Sampling(1.0, 1.0)), PROBABILITIES, atol=0.03)


def test_temperature_sharpens():
    """At temperature 1/2 the frequencies are the squares of the probabilities, normalised."""
    squares = PROBABILITIES**2 / (PROBABILITIES**2).sum()
    assert torch.allclose(shares(Sampling(0.5, 1.0)), squares, atol=0.03)


def test_nucleus_cuts_the_tail():
    """What is outside the nucleus is never drawn, what is inside keeps its proportions."""
    expected = torch.tensor([0.625, 0.375, 0.0, 0.0])
    assert torch.allclose(shares(Sampling(1.0, 0.7)), expected, atol=0.03)


def test_nucleus_at_its_edges():
    """The smallest set that reaches top_p: a token stays while the mass before it is below top_p."""
    halves = torch.tensor([[0.5, 0.25, 0.125, 0.125]]).log()
    for top_p, size in [(1e-9, 1), (0.49, 1), (0.5, 1), (0.51, 2), (0.75, 2), (0.76, 3), (1.0, 4)]:
        assert int(nucleus(halves, top_p).isfinite().sum()) == size, top_p


def test_grouped_by_a_common_beginning():
    """Prompts that share most of their beginning form a group; each keeps at least a token of its own."""
    groups = grouped([[1, 2, 3, 4, 5], [1, 2, 3, 4, 6, 7], [9, 9, 9], [1, 2, 3, 4]])
    assert groups == {(1, 2, 3, 4): [0, 1], (9, 9): [2], (1, 2, 3): [3]}
