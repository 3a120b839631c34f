"""What notebook 09 counts: its networks against the papers' sizes, sums and tables."""

import math

import keras
import numpy as np
import pytest
import structure
from keras import layers

NOTEBOOK = structure.ROOT / "notebooks" / "09_case_studies.ipynb"
NAMES = """
    multiply_adds activations count sketch total alexnet googlenet alex_rows tower_rows lenet_rows
    vgg_rows google_rows thousands millions GOOGLE_PAPER RESNETS resnet resnet_rows found NETWORKS
    by_side learned ONE_SIZE MIXED small BLOCKS conv_norm inception_block lite_rows YEARS TOP5
"""


@pytest.fixture(scope="module")
def taught():
    return structure.taught(NOTEBOOK, *NAMES.split())


def parameters(rows, names):
    return [rows[name][1] for name in names]


def test_a_layer_is_counted_by_its_weights_and_places(taught):
    images = keras.Input((10, 12, 3))
    maps = layers.Conv2D(4, 3, strides=2, name="a_1")(images)  # (4, 5, 4)
    maps = layers.ReLU(name="a_2")(layers.BatchNormalization(name="a_norm")(maps))
    model = keras.Model(images, layers.Dense(7, name="b")(layers.Flatten(name="b_flat")(maps)))
    assert [taught["multiply_adds"](layer) for layer in model.layers] == [
        0, 20 * 27 * 4, 0, 0, 0, 80 * 7,
    ]  # fmt: skip
    assert taught["count"](model) == {
        "a": ((4, 5, 4), 27 * 4 + 4 + 2 * 4, 20 * 27 * 4, 2 * 80),
        "b": ((7,), 80 * 7 + 7, 80 * 7, 7),
    }


def test_lenet5_has_the_published_parameters_and_connections(taught):
    rows = taught["lenet_rows"]
    published = [156, 12, 1516, 32, 48_120, 10_164, 0]
    assert [row[1] for row in rows.values()] == published and sum(published) == 60_000
    reads = 6 * [3] + 9 * [4] + [6]  # maps of S2 that the maps of C3 read
    assert rows["C1"][2] == 28**2 * 25 * 6 and rows["C3"][2] == 10**2 * 25 * sum(reads)
    assert rows["C5"][2] == 25 * 16 * 120 and rows["F6"][2] == 120 * 84
    units = {name: math.prod(row[0]) for name, row in rows.items()}
    biases = sum(units[name] for name in ("C1", "C3", "C5", "F6"))
    sums = 4 * (units["S2"] + units["S4"])  # all four inputs of a mean, and its bias
    assert taught["total"](rows)[1] + biases + sums == 340_908


def test_alexnet_has_the_published_sizes(taught):
    rows, learned = taught["alex_rows"], taught["learned"]
    dense = [37_752_832, 16_781_312, 4_097_000]
    grouped = [34_944, 307_456, 885_120, 663_936, 442_624, *dense]
    assert parameters(rows, learned) == grouped
    one_piece = [34_944, 614_656, 885_120, 1_327_488, 884_992, *dense]
    assert parameters(taught["tower_rows"], learned) == one_piece
    assert taught["total"](rows)[:2] == (60_965_224, 724_406_816)
    assert taught["total"](taught["tower_rows"])[0] == 62_378_344
    assert round(taught["total"](taught["tower_rows"])[1] / 1e6) == 1135
    assert round(60_965_224 / 60_000) == 1016  # over LeNet-5's
    units = [math.prod(rows[name][0]) for name in learned]
    paper = [253_440, 186_624, 64_896, 64_896, 43_264, 4096, 4096, 1000]
    assert units[0] == 290_400 and units[1:] == paper[1:]


def test_alexnets_poolings_cannot_be_told_apart_by_their_shapes(taught):
    rows = taught["alex_rows"]
    assert rows["conv1"][0] == (55, 55, 96) and rows["pool1"][0] == (27, 27, 96)
    assert (55 - 2) // 2 + 1 == (55 - 3) // 2 + 1 == 27
    weighted = [len(row[0]) for row in rows.values() if row[1]]
    assert (weighted.count(3), weighted.count(1)) == (5, 3)


def test_vgg_has_the_published_sizes(taught):
    sums = {letter: taught["total"](rows) for letter, rows in taught["vgg_rows"].items()}
    assert sums["D"][0] == 138_357_544 and sums["E"][0] == 143_667_240
    assert sums["D"][1] / 1e9 == pytest.approx(15.47, abs=0.005)
    assert sums["E"][1] / 1e9 == pytest.approx(19.63, abs=0.005)
    assert round(100 * (sums["E"][0] / sums["D"][0] - 1)) == 4
    assert 3 * 9 / 49 == pytest.approx(0.55, abs=0.002)


def test_vggs_activations_are_added_up_by_hand(taught):
    stages = zip((224, 112, 56, 28, 14), (64, 128, 256, 512, 512), (2, 2, 3, 3, 3), strict=True)
    values = sum(side**2 * maps * n + (side // 2) ** 2 * maps for side, maps, n in stages)
    assert taught["total"](taught["vgg_rows"]["D"])[2] == values + 4096 + 4096 + 1000


def test_vggs_errors_are_those_of_table_3(taught):
    assert list(taught["ONE_SIZE"].values()) == [10.4, 9.9, 9.4, 8.8, 9.0]
    best = taught["ONE_SIZE"] | taught["MIXED"]
    assert list(best.values()) == [10.4, 9.9, 8.8, 8.1, 8.0]


def test_googlenets_table_is_wrong_where_the_notebook_says(taught):
    paper, thousands, millions = (taught[n] for n in ("GOOGLE_PAPER", "thousands", "millions"))
    right = [row for row in paper if abs(paper[row][0] - thousands[row]) <= 0.5]
    assert right == ["conv2", "3a", "linear"]
    off = {row: abs(100 * (paper[row][0] / thousands[row] - 1)) for row in paper}
    assert [row for row in paper if off[row] > 2] == ["conv1", "4c", "5a"]
    near = [off[row] for row in paper if row not in right and off[row] <= 2]
    assert len(near) == 6 and min(near) > 0.2 and max(near) < 1.8
    wrong = [row for row in paper if abs(paper[row][1] - millions[row]) > 0.5]
    assert wrong == ["conv1", "4a", "5a"]
    assert [round(sum(column), 1) for column in zip(*paper.values(), strict=True)] == [6797.7, 1502]


def test_what_may_explain_two_of_googlenets_rows(taught):
    separable = 7 * 7 * 3 * 8 + 24 * 64
    assert separable / 1024 == pytest.approx(2.65, abs=0.005)
    assert separable * 112**2 / 1e6 == pytest.approx(34, abs=0.05)
    wider = taught["google_rows"]["5a"][2] + 49 * (48 - 32) * (832 + 25 * 128)
    assert wider / 1e6 == pytest.approx(54, abs=0.3)


def test_googlenets_sums_and_heads(taught):
    weights, rows = 1024 * sum(taught["thousands"].values()), taught["google_rows"]
    assert weights == 6_990_272 and round(weights / 1024) == 6826
    assert taught["total"](rows)[0] == 6_998_552
    assert taught["total"](rows)[1] / 1e6 == pytest.approx(1583, abs=0.5)
    assert taught["total"](rows)[1] / 724_406_816 == pytest.approx(2.18, abs=0.006)
    heads = taught["count"](taught["sketch"](taught["googlenet"], True))
    both = heads["head1"][1], heads["head2"][1]
    assert both == (3_188_840, 3_190_888)
    assert 1 + sum(both) / 6_998_552 == pytest.approx(1.91, abs=0.005)


def test_resnets_have_the_published_sizes(taught):
    found, resnets = taught["found"], taught["RESNETS"]
    numbers = [11_689_512, 21_797_672, 25_557_032, 44_549_160, 60_192_808]
    assert [found[depth][0] for depth in resnets] == numbers
    apart = [abs(found[depth][1] / 1e9 - paper) for depth, (_, _, paper) in resnets.items()]
    assert max(apart) == pytest.approx(0.06, abs=0.02)
    depths = [2 + len(block(1)) * sum(counts) for block, counts, _ in resnets.values()]
    assert depths == list(resnets) and depths[-1] / 8 == 19
    sides = [row[0][0] for row in taught["resnet_rows"][152].values() if len(row[0]) == 3]
    assert sorted(set(sides), reverse=True) == [112, 56, 28, 14, 7]
    assert resnets[152][1][2] == 36 and sum(resnets[152][1]) == 50


def test_the_depths_and_shares_by_side(taught):
    by_side, networks = taught["by_side"], taught["NETWORKS"]
    depths = [by_side(name, 0).sum() for name in networks]
    assert depths == [6, 8, 16, 22, 50, 152]
    dense = [round(100 * by_side(name, 1)[-1] / by_side(name, 1).sum()) for name in networks]
    assert (dense[1], dense[2], dense[5]) == (96, 89, 3)
    assert round(100 - 100 * by_side("AlexNet", 2)[-1] / by_side("AlexNet", 2).sum()) == 92
    for name, rows in networks.items():
        for column in (1, 2, 3):
            assert by_side(name, column).sum() == taught["total"](rows)[column - 1]


def test_what_the_networks_have_over_each_other(taught):
    vgg, google, fifty, deepest = (
        taught["total"](taught["NETWORKS"][name])
        for name in ("VGG-16", "GoogLeNet", "ResNet-50", "ResNet-152")
    )
    assert vgg[0] / google[0] == pytest.approx(19.8, abs=0.05)
    assert vgg[1] / deepest[1] == pytest.approx(1.37, abs=0.005)
    assert fifty[1] / vgg[1] == pytest.approx(0.25, abs=0.005)
    assert 4 * vgg[0] / 1e6 == pytest.approx(553, abs=0.5)
    lite = taught["total"](taught["lite_rows"])
    assert lite[0] == 4_652_008 and round(vgg[1] / lite[1]) == 40
    assert taught["total"](taught["tower_rows"])[0] / google[0] == pytest.approx(8.9, abs=0.05)


def test_the_years_of_the_contest(taught):
    errors = {year: error for year, (_, error, _) in taught["YEARS"].items()}
    assert errors[2012] / errors[2011] == pytest.approx(0.64, abs=0.005)
    assert 100 * (0.620741 / 0.535745 - 1) == pytest.approx(16, abs=0.2)  # mean precisions, 2015
    ten_crops = [18.2, 9.33, 9.15, 7.46, 6.71, 6.05, 5.71]
    assert list(taught["TOP5"].values()) == ten_crops


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("VGG16", 138_357_544), ("ResNet50", 25_636_712), ("MobileNetV2", 3_538_984)],
)
def test_keras_has_networks_of_the_same_sizes(taught, name, parameters):
    model = taught["sketch"](lambda: getattr(keras.applications, name)(weights=None))
    assert model.count_params() == parameters


def test_the_small_networks_cost_the_same_multiply_adds(taught):
    sums = {kind: taught["total"](taught["count"](taught["sketch"](taught["small"], kind)))
            for kind in taught["BLOCKS"]}  # fmt: skip
    products = [numbers[1] for numbers in sums.values()]
    assert max(products) / min(products) < 1.015
    assert [numbers[0] for numbers in sums.values()][0] == 13_853
    assert sums["VGG"][:2] == (16_205, 1_401_247)
    assert sums["inception"][:2] == (18_433, 1_389_386)
    assert sums["residual"][:2] == (15_494, 1_388_056)


def test_an_inception_block_stacks_four_branches_of_one_side(taught):
    maps = keras.Input((14, 14, 16))
    stacked = taught["inception_block"](maps, "block", 26)
    assert stacked.shape == (None, 14, 14, round(26 / 4) + 13 + 2 * round(26 / 8))


def test_a_residual_block_with_filters_of_zero_gives_relu_of_its_input():
    residual = structure.taught(NOTEBOOK, "residual")["residual"]
    x = keras.Input((6, 6, 4))
    model = keras.Model(x, residual(x, "r", [(4, 3), (4, 3)], 1))
    for layer in model.layers:
        if isinstance(layer, layers.Conv2D):
            layer.set_weights([0 * weight for weight in layer.get_weights()])
    values = np.random.default_rng(0).normal(size=(2, 6, 6, 4)).astype("float32")
    assert np.allclose(model(values), np.maximum(values, 0))
