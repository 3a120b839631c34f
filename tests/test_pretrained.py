import h5py
import keras
import numpy as np
import pytest

from utils import datasets, files, images, pretrained

BEST = {  # photograph: the class that EfficientNet-Lite0 finds
    "cat": "Egyptian cat",
    "coffee": "espresso",
    "motorcycle": "moped",
    "china": "palace",
    "flower": "daisy",
    "portrait": "military uniform",
}


@pytest.fixture(scope="module")
def lite0():
    return pretrained.efficientnet_lite0()


@pytest.fixture(scope="module")
def vgg16():
    return pretrained.vgg16()


def cat(size=images.SIZE):
    return images.square(datasets.photograph("cat"), size)[np.newaxis]


def test_best_classes_of_the_photographs(lite0):
    photographs = np.stack([images.square(datasets.photograph(name)) for name in BEST])
    logits = lite0(photographs).numpy()
    assert logits.shape == (6, 1000)
    assert [pretrained.best_classes(row)[0][0] for row in logits] == [*BEST.values()]
    (name, probability), *_ = pretrained.best_classes(logits[:1], n=5)
    assert name == "Egyptian cat" and probability == pytest.approx(0.405, abs=0.01)


def test_lite0_is_as_published(lite0):
    assert lite0.count_params() == 4_694_024
    shapes = {name: lite0.get_layer(name).output.shape[3] for name in ("stem", "block9", "head")}
    assert shapes == {"stem": 32, "block9": 112, "head": 1280}
    assert lite0(cat(96)).shape == (1, 1000)


def test_vgg16_is_that_of_keras(vgg16):
    theirs = keras.applications.VGG16(weights=None, include_top=False)
    absent = [theirs.get_layer(f"block5_conv{number}") for number in (2, 3)]
    assert vgg16.count_params() == 9_995_072
    assert theirs.count_params() == 9_995_072 + sum(layer.count_params() for layer in absent)
    for layer in theirs.layers:
        if layer.weights and layer not in absent:
            weights = vgg16.get_layer(layer.name).get_weights()
            if layer.name == "block1_conv1":
                weights[0] = weights[0][:, :, ::-1]  # Keras's takes blue, green, red
            layer.set_weights(weights)
    inputs = 255 * cat(64)[..., ::-1] - np.float32(pretrained.VGG_MEAN[::-1])
    upto = keras.Model(theirs.input, theirs.get_layer("block5_conv1").output)
    np.testing.assert_allclose(vgg16(cat(64)), upto(inputs), rtol=1e-3, atol=1e-2)


def test_vgg16_has_the_features_of_its_source(vgg16):
    # strongest maps on the cat at 128 px: evaluated from the original file, without this code
    strongest = {
        "block1_conv2": [18, 61, 45],
        "block2_conv2": [35, 117, 73],
        "block3_conv3": [135, 246, 255],
        "block4_conv3": [263, 154, 343],
        "block5_conv1": [358, 168, 111],
    }
    for name, expected in strongest.items():
        maps = keras.Model(vgg16.input, vgg16.get_layer(name).output)(cat(128)).numpy()
        assert [*np.argsort(-maps[0].mean(axis=(0, 1)))[:3]] == expected


def test_vgg16_in_part():
    assert pretrained.vgg16(weights=False).layers[-1].name == "block5_conv1"
    small = pretrained.vgg16(blocks=2, pooling="average")
    assert small(cat(64)).shape == (1, 32, 32, 128)
    assert isinstance(small.get_layer("block1_pool"), keras.layers.AveragePooling2D)
    drawn = pretrained.vgg16(blocks=1, weights=False)
    assert drawn.get_layer("block1_conv1").bias.numpy().max() == 0
    with pytest.raises(ValueError, match="VGG-16 has blocks 1 to 5; got blocks=6."):
        pretrained.vgg16(6)
    with pytest.raises(ValueError, match="pooling of VGG-16 is"):
        pretrained.vgg16(pooling="min")


@pytest.mark.parametrize(
    "images, sentence",
    [
        ([[0.5]], "takes an array of photographs; got list"),
        (np.zeros((64, 64, 3), "float32"), "float32 of shape \\(64, 64, 3\\)"),
        (np.zeros((1, 64, 64, 1), "float32"), "float32 of shape \\(1, 64, 64, 1\\)"),
        (np.zeros((1, 64, 64, 4), "float32"), "float32 of shape \\(1, 64, 64, 4\\)"),
        (np.zeros((1, 64, 64, 3), "uint8"), "uint8 of shape \\(1, 64, 64, 3\\)"),
        (np.zeros((1, 64, 20, 3), "float32"), "at least 32 x 32 pixels, not 64 x 20"),
        (np.full((1, 64, 64, 3), 255.0), "run from 255 to 255: the network takes 0 to 1"),
        (np.full((1, 64, 64, 3), -1.0), "run from -1 to -1"),
        (np.full((1, 64, 64, 3), np.nan), "run from nan to nan"),
    ],
)
def test_unfit_photographs(lite0, vgg16, images, sentence):
    for network in (lite0, vgg16):
        with pytest.raises(ValueError, match=sentence) as error:
            network(images)
        assert "\n" not in str(error.value)


def test_class_names():
    names = pretrained.class_names()
    assert len(set(names)) == len(names) == 1000
    assert (names[0], names[285], names[985]) == ("tench", "Egyptian cat", "daisy")
    with pytest.raises(ValueError, match="1000 logits of one photograph, not \\(2, 1000\\)"):
        pretrained.best_classes(np.zeros((2, 1000)))


def test_application():
    model, preprocess = pretrained.application("MobileNetV2", weights=None, input_shape=(32, 32, 3))
    assert model.output_shape == (None, 1000)
    assert preprocess(np.array([0.0, 255.0])).tolist() == [-1, 1]
    for name in ("LeNet5", "__name__", "resnet50", 3):
        with pytest.raises(ValueError, match="Keras has no model .*; it has ConvNeXtBase, "):
            pretrained.application(name)
    with pytest.raises(ValueError):
        pretrained.application("MobileNetV2", weights="nothing")


def test_application_without_a_network(monkeypatch):
    def offline(**options):
        raise Exception("URL fetch failure on https://example.org: None -- no network")

    offline.__module__ = keras.applications.VGG16.__module__
    monkeypatch.setattr(keras.applications, "VGG16", offline)
    with pytest.raises(OSError, match="The weights of VGG16 could not be fetched") as error:
        pretrained.application("VGG16")
    assert "\n" not in str(error.value)

    def too_large(**options):
        raise MemoryError

    too_large.__module__ = offline.__module__
    monkeypatch.setattr(keras.applications, "VGG16", too_large)
    with pytest.raises(MemoryError):  # which no network cures
        pretrained.application("VGG16")


def test_weights_are_kept_short():
    with h5py.File(files.find("weights/vgg16_block5.weights.h5")) as file:
        assert [*file] == ["block5_conv1"]
        assert file["block5_conv1/0"].dtype == np.float16
