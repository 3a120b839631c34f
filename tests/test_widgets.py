"""The widgets' own arithmetic and what they say of bad input; tests/extras tries them in a browser."""

import json
import sys
import types

import anywidget
import keras
import numpy as np
import pytest
import structure
from scipy import signal

from utils import datasets, detection, files, widgets
from utils.images import to_input
from utils.models import CNN_LeNet5, layer_outputs, predict
from utils.widgets import base, digit


@pytest.fixture(scope="module")
def lenet5():
    model = CNN_LeNet5(K=10)
    model.build((None, 28, 28, 1))
    model.load_weights(files.find("weights/lenet5.weights.h5"))
    return model


@pytest.fixture(scope="module")
def digits():
    return datasets.mnist()[1][0][:1000]


def ask(widget, **question):
    widget.question = json.dumps({"n": "a-1"} | question)
    answer = json.loads(widget.answer)
    assert answer["n"] == "a-1"
    return answer


def test_mnist_itself_stays_as_it_is(digits):
    """So our way to scale and centre is MNIST's; ties of the rounding may move one by a pixel."""
    again = np.stack([digit.as_mnist(image) for image in digits])
    same = np.abs(again[..., 0] * digits.max(axis=(1, 2), keepdims=True) - digits).max(axis=(1, 2))
    assert again.shape == (1000, 28, 28, 1) and again.dtype == np.float32
    assert np.mean(same < 1e-3) > 0.85


def test_size_and_place_do_not_matter(digits, lenet5):
    labels = datasets.mnist()[1][1][:300]
    large = [np.pad(np.kron(image, np.ones((4, 4))), ((3, 25), (60, 0))) for image in digits[:300]]
    read = predict(lenet5, np.stack([digit.as_mnist(image) for image in large])).argmax(axis=1)
    assert np.mean(read == labels) > 0.97


def test_averages_by_hand():
    assert digit.averages(4, 2).tolist() == [[0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]]
    assert digit.averages(3, 2) == pytest.approx(np.array([[2, 1, 0], [0, 1, 2]]) / 3)
    assert digit.averages(1, 3).tolist() == [[1], [1], [1]]
    for n, m in ((140, 20), (7, 20), (33, 13)):
        assert digit.averages(n, m).sum(axis=1) == pytest.approx(1)


def test_one_dot_becomes_a_square_and_nothing_stays_nothing():
    ink = np.zeros((140, 140))
    assert not digit.as_mnist(ink).any()
    ink[3, 130] = 0.2
    picture = digit.as_mnist(ink)
    assert picture.sum() == 400 and picture.max() == 1


@pytest.mark.parametrize(
    "ink", [np.zeros(3), np.zeros((0, 4)), np.full((4, 4), -1), np.full((2, 2), np.nan)]
)
def test_bad_ink(ink):
    with pytest.raises(ValueError, match="A drawing has the shape"):
        digit.as_mnist(ink)


def test_canvas_answers_as_the_network(digits, lenet5):
    canvas = widgets.draw_digit(lenet5)
    answer = ask(canvas, **base.pack(np.kron(digits[0], np.ones((4, 4)))))
    expected = predict(lenet5, canvas.image[np.newaxis])[0]
    assert answer["p"] == pytest.approx(expected.tolist(), abs=1e-5)
    assert canvas.probabilities.argmax() == 7 == datasets.mnist()[1][1][0]
    assert [layer["name"] for layer in answer["layers"]] == [
        "CL32",
        "MP4_1",
        "CL64",
        "MP4_2",
        "FC512",
    ]
    maps = layer_outputs(lenet5, canvas.image)["CL32"]
    first = base.unpack(answer["layers"][0])[:28, :28]
    lowest, highest = maps[:, :, 0].min(), maps[:, :, 0].max()
    assert np.abs(first / 254 - (maps[:, :, 0] - lowest) / (highest - lowest)).max() < 0.01
    assert base.unpack(answer["seen"]) == pytest.approx(255 * canvas.image[:, :, 0], abs=0.51)


def test_canvas_without_ink_and_with_a_bad_question(lenet5):
    canvas = widgets.draw_digit(lenet5)
    assert ask(canvas, **base.pack(np.zeros((140, 140))))["empty"]
    assert canvas.probabilities is None
    said = ask(canvas, height=3, width=3, data="AAAA")["error"]
    assert said == "ValueError: 3 bytes are no gray picture of 3 x 3 pixels."


def test_network_that_branches_has_no_maps(digits):
    inputs = keras.Input((28, 28, 1))
    flat = keras.layers.Flatten()(inputs)
    both = keras.layers.Concatenate()([keras.layers.Dense(5)(flat), keras.layers.Dense(5)(flat)])
    canvas = widgets.draw_digit(keras.Model(inputs, both))
    answer = ask(canvas, **base.pack(digits[0]))
    assert answer["layers"] == [] and sum(answer["p"]) == pytest.approx(1, abs=1e-5)


def test_networks_that_cannot_read_digits():
    with pytest.raises(ValueError, match=r"ten logits a digit; this one gives the shape \(1, 3\)"):
        flat = keras.layers.Flatten()
        widgets.draw_digit(
            keras.Sequential([keras.Input((28, 28, 1)), flat, keras.layers.Dense(3)])
        )
    with pytest.raises(ValueError, match=r"takes a network for images \(n, 28, 28, 1\)"):
        widgets.draw_digit(keras.Sequential([keras.Input((5,)), keras.layers.Dense(10)]))
    with pytest.raises(ValueError, match="takes a network"):
        widgets.draw_digit("lenet5")


def test_pictures_travel_as_text(rng):
    picture = rng.integers(0, 256, (5, 7), dtype=np.uint8)
    packed = json.loads(json.dumps(base.pack(picture)))
    assert (base.unpack(packed) == picture).all()
    for wrong in ({"height": 7}, {"height": 0}, {"width": 1000, "height": 1}, {"data": "A?"}):
        with pytest.raises(ValueError):
            base.unpack(packed | wrong)


def test_what_a_notebook_keeps_of_a_widget():
    """One line, not longer than ipywidgets 7 and 8 print, and no outside address in the code."""
    for kind in base.Widget.__subclasses__():
        assert 20 < len(kind.still) <= 110 and "\n" not in kind.still
        assert "import(" not in str(kind._esm) and "://" not in str(kind._esm)
        assert str(kind._esm).count("export default") == 1


def test_widgets_have_their_figures():
    """structure.check_widgets finds what it is for."""
    path = structure.NOTEBOOKS[0]
    notebook = structure.read(path)
    assert structure.check_widgets(notebook, path) == []
    (at,) = [i for i, cell in enumerate(notebook.cells) if cell.id == "canvas"]
    cell = notebook.cells[at]
    cell.outputs[0].data[structure.VIEW] = {"model_id": "1"}
    assert len(structure.check_widgets(notebook, path)) == 2
    del cell.outputs[0].data[structure.VIEW]
    notebook.cells = [notebook.cells[0], cell]
    assert structure.check_widgets(notebook, path) == ["has no figure beside the widget canvas"]


def test_images_are_those_of_the_course(digits):
    seen = to_input(digits[:1])[0]
    assert np.abs(digit.as_mnist(digits[0]) - seen).max() < 0.01


def test_explorer_sums_as_scipy(rng):
    picture, weights = rng.integers(0, 10, (9, 8)), rng.normal(size=(3, 2))
    explorer = widgets.explore_convolution(picture, np.ones((3, 2)))
    expected = signal.correlate2d(picture, weights, "valid")
    for row, column in np.ndindex(expected.shape):
        answer = ask(explorer, row=row, column=column, filter=weights.tolist())
        assert answer["sum"] == pytest.approx(expected[row, column]) == explorer.total
    assert (explorer.filter == weights).all() and (explorer.row, explorer.column) == (6, 6)


def test_explorer_refuses():
    for picture, weights, said in [
        (np.ones(4), np.ones((1, 1)), r"a picture of finite numbers .* got the shape \(4,\)"),
        (np.ones((4, 4)), [[np.inf]], "a filter of finite numbers"),
        (np.ones((65, 4)), np.ones((2, 2)), "up to 64 pixels a side"),
        (np.ones((4, 4)), np.ones((2, 5)), "does not fit on the picture"),
    ]:
        with pytest.raises(ValueError, match=said):
            widgets.explore_convolution(picture, weights)
    explorer = widgets.explore_convolution(np.ones((4, 4)), np.ones((2, 2)))
    outside = ask(explorer, row=3, column=0, filter=[[1, 1], [1, 1]])
    assert outside["error"] == "ValueError: the filter has 3 x 3 places, not (3, 0)."
    other = ask(explorer, row=0, column=0, filter=[[1]])
    assert other["error"] == "ValueError: the filter has finite numbers of shape (2, 2)."


CARDS = [(1, 4), (5, 3), (3, 5), (5, 4), (1, 6), (6, 3), (2, 3), (6, 4)]  # notebook 03's


def test_stepper_learns_as_the_rule():
    stepper = widgets.step_perceptron(CARDS, [1, 0] * 4)
    assert ask(stepper, cards=[0, 1])["weights"] == [-4, 1, 0]  # notebook 03's second card
    passes = ask(stepper, cards=[*range(8)] * 12)
    assert passes["corrections"] == 7 == stepper.corrections
    answers = stepper.inputs @ stepper.weights > 0
    assert (answers == [1, 0] * 4).all()


def test_stepper_refuses():
    for points, wanted in [([1, 2], [0, 1]), ([(1, 2, 3)], [1]), ([(1, np.nan)], [1])]:
        with pytest.raises(ValueError, match=r"takes points \(n, 2\), finite numbers"):
            widgets.step_perceptron(points, wanted)
    for wanted in ([1, 1], [0, 2], [0]):
        with pytest.raises(ValueError, match="one wanted answer a point"):
            widgets.step_perceptron([(1, 2), (3, 4)], wanted)


def test_plane_draws_what_the_decoder_draws():
    def decode(z):
        return np.tile(0.5 + z[:, :1, np.newaxis] / 8, (1, 4, 6))[..., np.newaxis]

    plane = widgets.latent_plane(decode, points=[(0, 1), (2, 3)], labels=[4, 5])
    answer = ask(plane, z=[1, 2])
    assert (base.unpack(answer) == round(255 * 0.625)).all() and plane.picture.shape == (4, 6)
    facts = json.loads(plane.facts)
    assert facts == {"limit": 3.0, "points": [[0, 1], [2, 3]], "labels": [4, 5]}
    assert "two numbers from -3.0 to 3.0" in ask(plane, z=[1, 7])["error"]


def test_plane_refuses():
    for options, said in [
        (dict(decode=None), "takes a function that decodes"),
        (dict(decode=lambda z: z, limit=0), "a limit above 0"),
        (dict(decode=lambda z: z), r"pictures \(1, height, width\); this one gives .* \(1, 2\)"),
        (dict(decode=lambda z: np.ones((1, 4, 4)), limit=200), "below 100"),
        (dict(decode=lambda z: np.ones((1, 4, 4)), points=[1, 2]), r"takes points \(n, 2\)"),
        (dict(decode=lambda z: np.ones((1, 4, 4)), points=[[np.nan, 2]]), "finite numbers"),
        (dict(decode=lambda z: np.ones((1, 4, 4)), points=[[1, 2]], labels=[-1]), "0 to 9"),
    ]:
        with pytest.raises(ValueError, match=said):
            widgets.latent_plane(**options)


def test_thresholds_of_the_detector():
    boxes = np.array([(0, 0, 10, 10), (1, 0, 11, 10), (20, 20, 30, 30)], float)
    scores = np.array([[0.9, 0.1], [0.8, 0.0], [0.2, 0.6]])

    def find(least, most):
        return detection.detect(boxes, scores, least, most)

    shown = widgets.show_detections(np.zeros((40, 700, 3), np.uint8), find, ["cat", "cup"])
    assert [one[0] for one in shown.kept] == [0, 1]
    answer = ask(shown, least=0.5, most=0.5)
    assert (answer["above"], answer["count"]) == (3, 2)
    assert [one["name"] for one in answer["found"]] == ["cat", "cup"]
    assert ask(shown, least=0.05, most=1)["count"] == 5
    assert "between 0 and 1" in ask(shown, least=2, most=1)["error"]


def test_detector_refuses():
    photograph = np.zeros((4, 4, 3), np.uint8)
    for photo, find, said in [
        (photograph / 255, None, "takes a photograph"),
        (photograph, [], "takes a function of the least score"),
        (photograph, lambda least, most: [(0, 1)], r"detections \(class, score, box\)"),
    ]:
        with pytest.raises(ValueError, match=said):
            widgets.show_detections(photo, find, ["cat"])


def test_colab_is_told_to_show_widgets(monkeypatch):
    """On a stand-in for Colab: anywidget switches its manager on; ipywidgets 8 also names it."""
    colab = types.ModuleType("google.colab.output")
    colab.calls, colab._widgets = [], types.SimpleNamespace(_installed_url="https://colab")
    colab.enable_custom_widget_manager = lambda: colab.calls.append("enabled")
    monkeypatch.setitem(sys.modules, "google.colab.output", colab)
    explorer = widgets.explore_convolution(np.ones((3, 3)), np.ones((2, 2)))
    data, metadata = explorer._repr_mimebundle_()
    assert colab.calls == ["enabled"] and data["text/plain"] == explorer.still
    assert metadata[structure.VIEW]["colab"]["custom_widget_manager"]["url"] == "https://colab"


def test_every_trait_is_text(lenet5):
    """Bytes come back from no browser, and what is not text need not either."""
    pixels = np.zeros((4, 4, 3), np.uint8)
    for one in (
        widgets.explore_convolution(np.ones((3, 3)), np.ones((2, 2))),
        widgets.draw_digit(lenet5),
        widgets.step_perceptron([[0, 1], [1, 0]], [0, 1]),
        widgets.latent_plane(lambda z: np.zeros((1, 4, 4))),
        widgets.show_detections(pixels, lambda least, most: [], ["cat"]),
    ):
        own = set(one.get_state()) - set(anywidget.AnyWidget.class_trait_names())
        assert own >= {"facts", "question", "answer", "_esm", "_css"}
        assert all(isinstance(text, str) for text in one.get_state(own).values())


@pytest.mark.parametrize("kind", [bool, "uint8", float])
def test_stepper_takes_answers_of_any_type(kind):
    stepper = widgets.step_perceptron([(1, 4), (5, 3)], np.array([1, 0], kind))
    assert json.loads(stepper.facts)["wanted"] == [1, 0]
    assert ask(stepper, cards=[0, 1])["weights"] == [-4, 1, 0]


def test_what_is_no_number_is_told():
    """JSON has no word for it, and the browser would wait in vain."""
    plane = widgets.latent_plane(lambda z: np.zeros((1, 4, 4)))
    plane.reply = lambda question: {"value": float("nan")}
    assert "ValueError" in ask(plane, z=[0, 0])["error"]


def test_canvas_reads_with_the_network_and_not_with_its_layers():
    """Where a network does more than to chain its layers, it is asked itself."""

    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.flat = keras.layers.Flatten()
            self.one = keras.layers.Dense(20)
            self.two = keras.layers.Dense(10)

        def call(self, images):
            return self.two(keras.ops.relu(self.one(self.flat(images))))

    net = Net()
    canvas = widgets.draw_digit(net)
    pad = np.zeros((140, 140), np.uint8)
    pad[20:120, 60:80] = 255
    found = ask(canvas, **base.pack(pad))
    logits = net(canvas.image[np.newaxis])
    assert found["layers"] == []
    assert np.allclose(found["p"], keras.ops.softmax(logits)[0], atol=1e-5)
