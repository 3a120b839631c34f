"""What notebook 08 teaches with: the way down against the gradient, explanations, controls."""

import keras
import numpy as np
import pytest
import structure
import tensorflow as tf

from utils import datasets, files, pretrained
from utils.images import square, to_input
from utils.models import CNN_LeNet5

NOTEBOOK = structure.ROOT / "notebooks" / "08_inside_a_cnn.ipynb"
NAMES = (
    "max_pool unpool climb descend send_down by_tape sees strongest pieces alike "
    "with_guided_relu unit_gradient around smooth ascend shuffle trios scramble shuffle_tiles "
    "shuffle_within wins times_input grad_cam occlusion in_squares on_the_left moves rank_correlation"
)


@pytest.fixture(scope="module")
def taught():
    return structure.taught(NOTEBOOK, *NAMES.split())


@pytest.fixture(scope="module")
def four():
    names = ["cat", "motorcycle", "coffee", "flower"]
    return np.stack([square(datasets.photograph(name)) for name in names])


@pytest.fixture(scope="module")
def lite0():
    return pretrained.efficientnet_lite0()


@pytest.fixture(scope="module")
def vgg():
    return pretrained.vgg16(blocks=4)


@pytest.fixture(scope="module")
def lenet():
    network = CNN_LeNet5(10)
    network.build((None, 28, 28, 1))
    network.load_weights(files.find("weights/lenet5.weights.h5"))
    return network


@pytest.fixture(scope="module")
def digits():
    return to_input(datasets.mnist()[1][0][:200])


def test_unpooling_is_as_by_hand(taught):
    toy = np.array([[1, 5, 2, 0], [3, 4, 0, 7], [0, 0, 6, 1], [2, 0, 3, 8]], "float32")
    pooled, switches = taught["max_pool"](toy.reshape(1, 4, 4, 1))
    unpooled = taught["unpool"](pooled, switches, (1, 4, 4, 1)).numpy()[0, :, :, 0]
    assert unpooled.tolist() == [[0, 5, 0, 0], [0, 0, 0, 7], [0, 0, 0, 0], [2, 0, 0, 8]]


def test_a_transposed_convolution_paints_the_filter():
    filters = np.arange(1, 10, dtype="float32").reshape(3, 3, 1, 1)
    unit = np.zeros((1, 5, 5, 1), "float32")
    unit[0, 2, 2, 0] = 2
    painted = tf.nn.conv2d_transpose(unit, filters, (1, 5, 5, 1), 1, "SAME").numpy()
    assert np.array_equal(painted[0, 1:4, 1:4, 0], 2 * filters[:, :, 0, 0])


def test_the_way_down_is_the_gradient_in_lenet5(taught, lenet, digits):
    stack = [lenet.conv1, lenet.pool1, lenet.conv2]
    maps, notes = taught["climb"](stack, digits[:1])
    _, row, column, channel = np.unravel_index(maps.numpy().argmax(), maps.shape)
    ours = taught["send_down"](maps, notes, [(row, column)], [channel], "gradient")
    theirs = taught["by_tape"](stack, digits[:1], row, column, channel)
    assert np.abs(ours - theirs).max() < 1e-4 * np.abs(theirs).max()
    deconvnet = taught["send_down"](maps, notes, [(row, column)], [channel])
    assert np.abs(deconvnet - theirs).max() > 0.1 * np.abs(theirs).max()


def test_what_a_unit_sees(taught, lenet, digits):
    stack = [lenet.conv1, lenet.pool1, lenet.conv2]
    width, step = taught["sees"](stack)
    assert (width, step) == (14, 2)
    maps = taught["climb"](stack, digits)[0].numpy()
    i, channel = np.unravel_index(maps[:, 7, 7].argmax(), maps[:, 7, 7].shape)
    seen = taught["by_tape"](stack, digits[i : i + 1], 7, 7, channel)[0, :, :, 0]
    rows = np.flatnonzero(np.abs(seen).max(axis=1))
    assert width - 3 <= rows.max() - rows.min() + 1 <= width


def test_strongest_is_one_a_picture_and_off_the_border(taught):
    maps = np.zeros((4, 9, 9, 2))
    maps[0, 0, 0, 1], maps[0, 4, 5, 1], maps[2, 6, 2, 1], maps[3, 3, 3, 0] = 9, 1, 2, 7
    assert taught["strongest"](maps, 1, 2, 2) == [(2, 6, 2), (0, 4, 5)]


def test_a_unit_has_the_same_value_in_its_window(taught, vgg, four):
    names = [layer.name for layer in vgg.layers]
    stack = vgg.layers[2 : names.index("block4_conv3") + 1]
    prepared = vgg.get_layer("rescaling")(four[:1]).numpy()
    maps = taught["climb"](stack, prepared)[0].numpy()
    windows, middle = taught["pieces"](stack, prepared, maps, [235], 1)
    again = taught["climb"](stack, windows)[0].numpy()
    value = maps[0, 6:-6, 6:-6, 235].max()
    assert value > 0 and again[0][middle][235] == pytest.approx(value, rel=1e-3)


def test_most_values_of_the_maps_are_zero(vgg, four):
    names = ["block1_conv2", "block2_conv2", "block3_conv3", "block4_conv3"]
    watch = keras.Model(vgg.input, [vgg.get_layer(name).output for name in names])
    assert min(float((maps.numpy() == 0).mean()) for maps in watch(four[:1])) > 0.7


def test_alike_tells_maps_from_photographs(taught, rng):
    of_map, of_photograph = rng.normal(size=(3, 1, 400)), rng.normal(size=(1, 4, 400))
    noise = 0.1 * rng.normal(size=(3, 4, 400))
    two_maps, one_map, both = taught["alike"](of_map + noise).values()
    assert two_maps < 0.2 and one_map > 0.9 and both < 0.2
    two_maps, one_map, both = taught["alike"](of_photograph + noise).values()
    assert two_maps > 0.9 and one_map < 0.2 and both < 0.2


def test_the_guided_copy_differs_on_the_way_down_only(taught, lite0, four):
    twin = taught["with_guided_relu"](lite0)
    assert np.abs(twin(four) - lite0(four)).max() < 1e-3
    classes = lite0(four).numpy().argmax(axis=1)
    ours, guided = (taught["times_input"](network, four, classes) for network in (lite0, twin))
    assert np.corrcoef(ours.ravel(), guided.ravel())[0, 1] < 0.9


def test_a_unit_of_lite0_sees_round_its_place(taught, lite0, four):
    signal = taught["unit_gradient"](lite0, "block3_expand", four[:1], [(20, 30)], 0)
    rows, columns = np.nonzero(np.abs(signal[0]).max(axis=2))
    assert abs(rows.mean() - 82) < 8 and abs(columns.mean() - 122) < 8  # 4 pixels a cell
    piece = taught["around"](signal, [(20, 30)], 4, 32)[0]
    assert piece.shape == (32, 32, 3) and np.abs(piece).max() == np.abs(signal).max()


def test_smooth_keeps_what_power_0_keeps(taught, rng):
    g = tf.constant(rng.normal(size=(2, 16, 16, 3)), tf.float32)
    assert np.allclose(taught["smooth"](g, 0.0), g, atol=1e-5)
    smoothed = taught["smooth"](g, 2.0).numpy()
    assert (
        np.abs(np.diff(smoothed / smoothed.std(), axis=1)).mean()
        < np.abs(np.diff(g, axis=1)).mean()
    )


def test_ascend_raises_the_score(taught, rng):
    start = tf.constant(0.5 + 0.02 * rng.normal(size=(2, 32, 32, 3)), tf.float32)

    def score(images):
        return tf.reduce_sum(images[:, :, :, 0] - images[:, :, :, 2])

    better = taught["ascend"](score, start, 5, rng, pull=0.01, jitter=4)
    assert score(better) > score(start) and 0 <= better.min() and better.max() <= 1


def test_shuffle_keeps_the_values(taught, rng):
    layer = keras.layers.Dense(4, name="dense")
    network = keras.Sequential([keras.Input((5,)), layer])
    before = layer.get_weights()
    taught["shuffle"](network, ["dense"], rng)
    after = layer.get_weights()
    assert not np.array_equal(before[0], after[0])
    assert np.array_equal(np.sort(before[0], axis=None), np.sort(after[0], axis=None))


def test_trios_count_maps_and_leave_out_silent_ones(taught):
    maps = np.zeros((5, 2, 2, 3))
    maps[[0, 2, 4], 1, 0, 0] = 3, 2, 1
    maps[[4, 2, 0], 0, 1, 1] = 3, 2, 1
    assert taught["trios"](maps) == {(0, 2, 4): 2}


def test_distractors_keep_what_they_should(taught, rng):
    faces, is_face = datasets.faces()
    face = faces[is_face == 1][0]
    tiles = taught["shuffle_tiles"](face, 5, rng)
    assert np.array_equal(np.sort(tiles, axis=None), np.sort(face, axis=None))
    corners = {
        tuple(face[i : i + 5, j : j + 5].ravel()) for i in range(0, 25, 5) for j in range(0, 25, 5)
    }
    assert tuple(tiles[:5, 5:10].ravel()) in corners and not np.array_equal(tiles, face)
    scrambled = taught["scramble"](face, rng)
    assert scrambled.mean() == pytest.approx(face.mean(), abs=10)
    ours, theirs = (np.abs(np.fft.fft2(image)).ravel()[1:] for image in (scrambled, face))
    assert np.corrcoef(ours, theirs)[0, 1] > 0.95


def test_shuffling_within_tiles_keeps_each_tile(taught, rng):
    image = rng.random((8, 8, 3))
    shuffled = taught["shuffle_within"](image, 2, rng)
    assert not np.array_equal(shuffled, image)
    for i, j in np.ndindex(2, 2):
        ours, theirs = (
            x[4 * i : 4 * i + 4, 4 * j : 4 * j + 4].reshape(16, 3) for x in (shuffled, image)
        )
        assert {tuple(pixel) for pixel in ours} == {tuple(pixel) for pixel in theirs}


def test_wins_is_the_area_under_the_curve(taught, rng):
    from sklearn.metrics import roc_auc_score

    faces, others = rng.integers(0, 5, (30, 4)), rng.integers(0, 4, (20, 4))
    labels = np.repeat([1, 0], [30, 20])
    expected = [roc_auc_score(labels, np.append(faces[:, k], others[:, k])) for k in range(4)]
    assert np.allclose(taught["wins"](faces, others), expected)


def test_grad_cam_splits_the_logit(taught, lite0, four):
    classes = lite0(four).numpy().argmax(axis=1)
    cells = taught["grad_cam"](lite0, four, classes)
    bias = lite0.get_layer("logits").bias.numpy()[classes]
    logits = lite0(four).numpy()[range(4), classes]
    assert cells.shape == (4, 7, 7)
    assert np.allclose(cells.sum(axis=(1, 2)), logits - bias, atol=1e-2)


def test_occlusion_is_what_covering_does(taught, lite0, four):
    falls = taught["occlusion"](lite0, four[0], [285, 670])
    covered = four[0].copy()
    covered[56:112, 112:168] = 0.5
    expected = (lite0(four[:1]) - lite0(covered[np.newaxis])).numpy()[0, [285, 670]]
    assert falls.shape == (2, 4, 4) and np.allclose(falls[:, 1, 2], expected, atol=1e-3)


def test_squares_and_halves(taught, rng):
    found = rng.normal(size=(2, 224, 224)).astype("float32")
    squares = taught["in_squares"](found, 56, 42)
    assert squares.shape == (2, 5, 5)
    assert squares[1, 2, 3] == pytest.approx(found[1, 84:140, 126:182].sum(), abs=0.1)
    assert np.allclose(taught["in_squares"](found, 1, 1), found, atol=1e-5)
    cells = np.zeros((1, 7, 7))
    cells[0, 0, :3], cells[0, 0, 3], cells[0, 0, 4:] = 1, 100, [3, -50, 0]
    assert taught["on_the_left"](cells) == pytest.approx(0.5)
    assert taught["moves"]([cells, cells]) == pytest.approx(0)


def test_rank_correlation_looks_at_the_order_only(taught, rng):
    found = rng.normal(size=(2, 5, 5))
    assert taught["rank_correlation"](found, np.exp(found)) == pytest.approx(1)
    assert taught["rank_correlation"](found, -found) == pytest.approx(-1)
