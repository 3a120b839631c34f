"""What several tests share."""

import hashlib
import io
import pickle
import struct
import tarfile

import numpy as np
import pytest


class Python2Pickler(pickle._Pickler):
    """Writes bytes as Python 2 did, in whose format CIFAR-10 is kept."""

    def save_string(self, content):
        self.write(pickle.BINSTRING + struct.pack("<i", len(content)) + content)

    dispatch = pickle._Pickler.dispatch | {bytes: save_string}


def pickled(batch):
    file = io.BytesIO()
    Python2Pickler(file, protocol=2).dump(batch)
    return file.getvalue().replace(b"numpy._core.", b"numpy.core.")  # its name before NumPy 2


@pytest.fixture
def rng():
    """Random numbers, the same for each test."""
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def cifar10_archive(tmp_path_factory):
    """An archive in the format of CIFAR-10's, and what it holds: {part: (pixels, labels)}.

    Each batch is a pickle of Python 2 with a dict of bytes: "data" (10000, 3072) uint8, the red,
    then the green, then the blue of 32 x 32 pixels, and "labels", a list.
    """
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, 60_000)
    pixels = rng.integers(0, 256, (10, 3072), dtype=np.uint8)[labels]  # ten: they pack small
    path = tmp_path_factory.mktemp("cifar") / "cifar-10-python.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for i, name in enumerate([*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"]):
            part = slice(10_000 * i, 10_000 * (i + 1))
            batch = {b"data": pixels[part], b"labels": labels[part].tolist(), b"batch_label": b""}
            content = pickled(batch)
            member = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    split = slice(None, 50_000), slice(50_000, None)
    return path, {n: (pixels[s], labels[s]) for n, s in zip(("train", "test"), split, strict=True)}


@pytest.fixture
def fake_cifar10(cifar10_archive, monkeypatch, tmp_path):
    """Let Keras find this archive where it would download CIFAR-10; return what it holds."""
    from keras.src.datasets import cifar10

    path, held = cifar10_archive
    get_file = cifar10.get_file

    def of_the_archive(**arguments):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        changed = dict(origin=path.as_uri(), file_hash=digest, cache_dir=str(tmp_path))
        return get_file(**arguments | changed)

    monkeypatch.setattr(cifar10, "get_file", of_the_archive)
    return held
