"""What notebook 02 teaches with: its model cells against closed forms and other programs."""

import numpy as np
import pytest
import structure
from scipy import signal

NOTEBOOK = structure.ROOT / "notebooks" / "02_visual_cortex.ipynb"
NAMES = (
    "x y DT WAVE SIGMA GAMMA centre_surround spot bars offsets drive lgn_cell wired_cell spikes "
    "half_width gabor gratings even odd simple_cell energy_cell max_cell f1_over_f0 directions "
    "pairs arm stimuli arm_cells rules element contest bank complex_maps camera maps_of scrambled "
    "px py free_gabor share_explained share_in_a_quarter"
)


@pytest.fixture(scope="module")
def taught():
    return structure.taught(NOTEBOOK, *NAMES.split())


def phases(n=240):
    return np.arange(n) * 2 * np.pi / n


def test_diffuse_light_leaves_a_round_cell_at_rest(taught):
    whole = np.ones((1, 65, 65))
    assert taught["lgn_cell"](whole, 20)[0] == pytest.approx(20)
    assert taught["lgn_cell"](whole)[0] == pytest.approx(0, abs=1e-6)
    assert taught["wired_cell"](whole)[0] == 0
    assert taught["lgn_cell"](taught["bars"](0, [0]))[0] == pytest.approx(100)


def test_spots_map_centre_and_surround(taught):
    at = {r: taught["lgn_cell"](taught["spot"](r, 0, 2)[np.newaxis], 20)[0] for r in (0, 7, 30)}
    assert at[0] > 100 and at[7] < 15 and at[30] == pytest.approx(20, abs=0.1)
    assert taught["spot"](0, 0, 60).min() == 1


def test_spikes_fall_at_the_rate(taught, rng):
    fired = taught["spikes"](np.full(500, 80.0), 400, rng)
    assert fired.shape == (400, 500)
    assert fired.sum(axis=1).mean() == pytest.approx(80 * 500 * taught["DT"], rel=0.03)


def test_the_threshold_sharpens_the_row(taught):
    angles = np.arange(0, 180, 7.5)
    widths = []
    for part in (0, 0.2, 0.3, 0.5):
        sweeps = [taught["wired_cell"](taught["bars"](a, taught["offsets"]), part) for a in angles]
        widths.append(taught["half_width"](angles, np.sum(sweeps, axis=1)))
    assert widths[0] == pytest.approx(90, abs=0.1)  # flat
    assert widths[1:] == pytest.approx([31.8, 21.2, 13.2], abs=0.3)


def test_half_width_of_a_triangle(taught):
    angles = np.arange(0, 180, 5.0)
    peak = np.maximum(0, 1 - np.abs((angles + 90) % 180 - 90) / 30)
    assert taught["half_width"](angles, peak) == pytest.approx(15, abs=0.1)


def closed_form(taught, angle, phase, wavelength, psi):
    """The sum of a field and a grating, as the notebook's folded formula has it."""
    wave, sigma, gamma = (taught[name] for name in ("WAVE", "SIGMA", "GAMMA"))
    total = 0
    for sign in (-1, 1):
        qx = np.cos(np.radians(angle)) / wavelength + sign / wave
        qy = np.sin(np.radians(angle)) / wavelength
        passed = np.exp(-2 * np.pi**2 * sigma**2 * (qx**2 + qy**2 / gamma**2))
        total += passed * np.cos(phase + sign * psi)
    return np.pi * sigma**2 / gamma * total


def test_gratings_have_a_closed_form(taught):
    for name, psi in (("even", 0), ("odd", np.pi / 2)):
        cases = [(a, p, w) for a in (0, 15, 40, 90) for p in (0, 1, 4) for w in (8, 12, 20)]
        by_sum = [taught["drive"](taught[name], taught["gratings"](a, [p], w)) for a, p, w in cases]
        formula = np.array([closed_form(taught, *case, psi) for case in cases])
        assert np.abs(np.ravel(by_sum) - formula).max() < 1e-4 * np.abs(formula).max()


def test_width_and_bandwidth_of_the_gabor(taught):
    fine = np.arange(0, 180, 2.5)
    by_angle = [taught["drive"](taught["even"], taught["gratings"](a, [0]))[0] for a in fine]
    assert taught["half_width"](fine, np.array(by_angle)) == pytest.approx(19.6, abs=0.1)
    frequencies = np.linspace(0.01, 0.3, 2901)
    passed = closed_form(taught, 0, 0, 1 / frequencies, 0)
    above = frequencies[passed > passed.max() / 2]
    assert np.log2(above[-1] / above[0]) == pytest.approx(1.4, abs=0.05)


def test_f1_over_f0_of_the_cells(taught):
    drifting = taught["gratings"](0, phases())
    f1f0 = {
        name: taught["f1_over_f0"](taught[name](drifting))
        for name in ("simple_cell", "wired_cell", "energy_cell", "max_cell")
    }
    assert f1f0["simple_cell"] == pytest.approx(np.pi / 2, abs=1e-3)
    assert f1f0["wired_cell"] > 1.6 and f1f0["energy_cell"] < 1e-4
    assert f1f0["max_cell"] == pytest.approx(0.38, abs=0.01)
    rate = taught["energy_cell"](drifting)
    assert rate.max() - rate.min() < 1e-4 * rate.mean()


@pytest.mark.parametrize("constant", (-0.8, -0.3, 0, 0.4, 0.9, 1, 2, 5))
def test_f1_over_f0_of_a_rectified_cosine(taught, constant):
    rate = np.maximum(0, constant + np.cos(phases(2000)))
    theta = np.arccos(-min(constant, 1))  # half of the angle in which the cell fires
    closed = (theta - np.sin(theta) * np.cos(theta)) / (np.sin(theta) - theta * np.cos(theta))
    expected = closed if constant < 1 else 1 / constant
    assert taught["f1_over_f0"](rate) == pytest.approx(expected, abs=1e-3)


def test_rectification_makes_two_humps_over_seeds(taught):
    for seed in range(5):
        constant = np.random.default_rng(seed).normal(1, 1.5, 4000)
        constant = constant[constant > -0.95]
        rates = [np.maximum(0, c + np.cos(phases())) for c in constant]
        counts, _ = np.histogram([taught["f1_over_f0"](r) for r in rates], np.arange(0, 2.1, 0.2))
        assert counts[2] > 1.8 * counts[4] and counts[7] > 1.2 * counts[4]


def test_the_complex_cell_is_as_sharp_in_orientation(taught):
    fine = np.arange(0, 180, 2.5)
    widths = {
        name: taught["half_width"](
            fine,
            np.array([taught[name](taught["gratings"](a, phases(24))).mean() for a in fine]),
        )
        for name in ("simple_cell", "energy_cell", "max_cell")
    }
    assert widths["energy_cell"] == pytest.approx(widths["simple_cell"], abs=0.2)
    assert widths["max_cell"] == pytest.approx(widths["simple_cell"], abs=1)


def test_v2_cells_prefer_their_own_angle(taught):
    v1 = taught["arm_cells"](taught["stimuli"])
    shared = [int(np.sum(v1[:, k] > 0.8 * v1[:, k].max())) for k in range(8)]
    assert v1.shape == (28, 8) and shared == [7] * 8
    both = [(v1[:, i], v1[:, j]) for i, j in taught["pairs"]]
    for responses, second in (
        (np.stack([np.sqrt(a * b) for a, b in both], axis=1), 0.28),
        (np.stack([a + b for a, b in both], axis=1), 0.55),
    ):
        assert np.array_equal(responses.argmax(axis=0), np.arange(28))
        runner_up = np.sort(responses, axis=0)[-2] / responses.max(axis=0)
        assert runner_up.mean() == pytest.approx(second, abs=0.03)


def test_distractors_are_what_their_names_say(taught, rng):
    for kind, arms in (("corner", 2), ("line end", 1), ("T", 3), ("crossing", 4)):
        picture = taught["element"](kind, rng, dimmest=1)
        light = picture.sum() / taught["arm"](0).sum()
        assert picture.max() == pytest.approx(1, abs=0.02)
        assert arms - 0.4 < light < arms + 0.3
    dim = [taught["element"]("stripes", rng).max() for _ in range(50)]
    assert min(dim) < 0.5 and max(dim) <= 1


def test_the_contest(taught):
    mixed = taught["contest"](np.random.default_rng(1), each=40)
    equal = taught["contest"](np.random.default_rng(1), each=40, dimmest=1)
    for kind in ("line end", "line", "45°", "135°", "stripes"):
        assert mixed["product", kind] > 99 and mixed["sum", kind] < 98
        assert equal["product", kind] > 99 and equal["sum", kind] > 99
    for kind in ("T", "crossing"):
        assert 30 < mixed["product", kind] < 70 and 30 < mixed["sum", kind] < 70
        assert mixed["product, divided", kind] > 98 and mixed["sum, divided", kind] > 98
    for kind in ("crossing", "stripes", "texture"):
        assert mixed["all complex cells around", kind] < 35
    swapped = taught["rules"](np.zeros((1, 65, 65)))  # an empty screen
    assert all(np.isfinite(response).all() for response in swapped.values())


def test_layers_are_the_cells(taught):
    simple, pooled = taught["maps_of"](taught["camera"])
    fields = taught["bank"][::2]
    assert np.abs(taught["bank"].mean(axis=(1, 2))).max() < 1e-12
    for k in (0, 3):
        by_scipy = np.maximum(0, signal.correlate(taught["camera"], fields[k], mode="valid"))
        blocks = by_scipy.reshape(34, 7, 34, 7).max(axis=(1, 3))
        assert np.abs(by_scipy - simple[:, :, k]).max() < 1e-4
        assert np.abs(blocks - pooled[:, :, k]).max() < 1e-4
    vertical = np.zeros((60, 60))
    vertical[:, 28:31] = 1
    assert taught["complex_maps"](vertical)[:, 30, 29].argmax() == 0


def test_scrambling_keeps_the_strength_of_each_grating(taught, rng):
    picture = rng.random((40, 31)) ** 3
    noise = taught["scrambled"](picture, rng)
    strengths = [np.abs(np.fft.rfft2(p))[1:20, 1:-1] for p in (picture, noise)]
    assert np.allclose(*strengths, atol=1e-6)
    assert abs(np.corrcoef(picture.ravel(), noise.ravel())[0, 1]) < 0.3


def test_scores_of_a_filter(taught, rng):
    exact = taught["free_gabor"]([0.8, 0.3, 1.2, -0.7, 35, 0.2, 1.8, 2.5])
    assert taught["share_explained"](exact) == pytest.approx(1, abs=1e-3)
    assert taught["share_explained"](rng.normal(size=(12, 12))) < 0.4
    one = np.zeros((12, 12))
    one[3, 4] = -2
    assert taught["share_in_a_quarter"](one) == pytest.approx(1)
    assert taught["share_in_a_quarter"](np.ones((12, 12))) == pytest.approx(0.25)
