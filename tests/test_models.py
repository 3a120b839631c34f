import ast

import numpy as np
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
    return ast.dump(node)


def definitions(source):
    return {
        node.name: without_docstrings(node)
        for node in ast.parse(source).body
        if isinstance(node, (ast.ClassDef, ast.FunctionDef))
    }


def test_networks_are_those_of_the_notebooks():
    kept = definitions(open(models.__file__, encoding="utf-8").read())
    assert set(kept) == set(NETWORKS)
    for name, notebook in NETWORKS.items():
        path = structure.ROOT / "notebooks" / f"{notebook}.ipynb"
        cells = structure.code_cells(structure.read(path))
        taught = definitions("\n".join(cell.source for cell in cells))
        assert taught[name] == kept[name], f"{name} differs in {notebook} and utils/models.py"


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
