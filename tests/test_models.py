import ast

import keras
import numpy as np
import pytest
import structure

from utils import datasets, files, models

NETWORKS = {  # what utils/models.py keeps: the notebook that teaches it
    "CNN_LeNet5": "06_code01_lenet5",
    "training_step": "06_code01_lenet5",
    "predict": "06_code01_lenet5",
    "layer_outputs": "06_code01_lenet5",
}


def without_docstrings(node):
    for inner in ast.walk(node):
        if isinstance(inner, (ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(inner):
            inner.body = inner.body[1:]
        if isinstance(inner, ast.FunctionDef):
            inner.decorator_list = []  # which check the input
    return ast.dump(node)


def definitions(source):
    return {
        node.name: without_docstrings(node)
        for node in ast.parse(source).body
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.name[0] != "_"
    }


def test_networks_are_those_of_the_notebooks():
    kept = definitions(open(models.__file__, encoding="utf-8").read())
    assert set(kept) == set(NETWORKS)
    for name, notebook in NETWORKS.items():
        path = structure.ROOT / "notebooks" / f"{notebook}.ipynb"
        cells = structure.code_cells(structure.read(path))
        taught = definitions("\n".join(cell.source for cell in cells))
        assert taught[name] == kept[name], f"{name} differs in {notebook} and utils/models.py"


def test_notebooks_use_what_is_kept():
    imported = set()
    for path in structure.NOTEBOOKS:
        for cell in structure.code_cells(structure.read(path)):
            for node in ast.walk(ast.parse(cell.source)):
                if isinstance(node, ast.ImportFrom) and node.module == "utils.models":
                    imported |= {alias.name for alias in node.names}
    assert imported == set(NETWORKS)


def test_lenet5_shapes_and_shipped_weights():
    model = models.CNN_LeNet5(K=10)
    model.build((None, 28, 28, 1))
    assert model.count_params() == 1_663_370
    model.load_weights(files.find("weights/lenet5.weights.h5"))
    digits, labels = datasets.mnist()[1]
    images = (digits[:500] / 255).astype("float32")[..., None]
    features = model.features(images)
    logits = model.classify(features)
    assert features.shape == (500, 3136) and logits.shape == (500, 10)
    np.testing.assert_array_equal(logits, model(images))
    assert np.mean(np.argmax(logits, axis=1) == labels[:500]) > 0.98
    probabilities = models.predict(model, images)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(models.layer_outputs(model, images[0])["FC10"], logits[0], atol=1e-4)
    many = np.concatenate([images] * 3)  # more than the thousand that go in at once
    np.testing.assert_allclose(
        models.predict(model, many), np.tile(probabilities, (3, 1)), atol=1e-5
    )
    assert not np.array_equal(logits, model(images, training=True))


def test_layer_outputs_is_for_chains_of_layers():
    class Residual(keras.Model):
        def __init__(self):
            super().__init__()
            self.conv = keras.layers.Conv2D(1, 3, padding="same")

        def call(self, x):
            return x + self.conv(x)

    image = np.random.default_rng(0).normal(size=(6, 6, 1)).astype("float32")
    with pytest.raises(ValueError, match="networks whose layers follow each other"):
        models.layer_outputs(Residual(), image)


gray = np.zeros((3, 28, 28), np.uint8)


@pytest.mark.parametrize(
    "images, message",
    [
        (gray, r"shape \(batch, height, width, channels\); got uint8 of shape \(3, 28, 28\)"),
        (gray[..., None], "got uint8 of shape"),
        (gray.astype("float32"), r"got float32 of shape \(3, 28, 28\)"),
        (np.full((3, 28, 28, 1), 255, "float32"), "run up to 255: divide gray levels by 255"),
        ("cat.png", "takes an array of images; got str"),
        ([[0.0]], "takes an array of images; got list"),
    ],
)
def test_unfit_images(images, message):
    model = models.CNN_LeNet5(K=10)
    calls = [model]
    if isinstance(images, np.ndarray):
        calls += [
            lambda images: models.predict(model, images),
            lambda images: models.layer_outputs(model, images[0]),
        ]
    for call in calls:
        with pytest.raises(ValueError, match="The network takes|values of the images") as error:
            call(images)
        if call is model:
            assert error.match(message)
        assert "\n" not in str(error.value)
