"""Find a file of data/, checked against its SHA-256; fetch it from the course if it is missing."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"


def find(name):
    """Return the path of the file `name` of data/, such as "mnist.npz", with the right content.

    A file that is missing is fetched from the course's address, checked and only then put in its
    place. Raises ValueError for a name that data/SHA256SUMS does not list, FileNotFoundError if
    the file is missing and cannot be fetched, OSError if its content is not the course's.
    """
    sums = checksums()
    if name not in sums:
        raise ValueError(f"data/ has no file named {name!r}; it has {', '.join(sorted(sums))}.")
    path = DATA / name
    if not path.exists():
        _fetch(name, sums[name])
    elif sha256(path) != sums[name]:
        raise OSError(
            f"data/{name} is damaged or was changed (its SHA-256 is not that of data/SHA256SUMS): "
            "delete it and run the cell again to fetch it anew."
        )
    return path


def checksums():
    """Return {name: SHA-256} of every file of data/, from data/SHA256SUMS.

    Raises FileNotFoundError if that file is missing.
    """
    if not (DATA / "SHA256SUMS").exists():
        raise FileNotFoundError("data/SHA256SUMS is missing: clone the course again.")
    lines = (DATA / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def problems():
    """Look at every file of data/; return a list of sentences, one a problem (or none)."""
    try:
        sums = checksums()
    except FileNotFoundError as error:
        return [str(error)]
    found = []
    for name, digest in sums.items():
        if not (DATA / name).exists():
            found.append(f"data/{name} is missing. Clone the course again, or restore the file.")
        elif sha256(DATA / name) != digest:
            found.append(f"data/{name} is damaged or was changed. Restore it, or clone again.")
    return found


def sha256(path):
    """Return the SHA-256 of the file `path` in hexadecimal."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def course_url():
    """Return the course's address, as pyproject.toml has it."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return re.search(r'^\[tool\.course\]\nurl = "([^"]+)"', text, re.MULTILINE).group(1)


def write_atomically(path, write):
    """Call write(file) on a temporary file beside `path`, then rename it to `path`.

    `file` is open for binary writing. If anything fails, `path` stays as it was and nothing
    half-written is left. Raises OSError with one sentence if the disk refuses.
    """
    path = Path(path)
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f"{path.name}.", suffix=".part", delete=False
        ) as file:
            temporary = Path(file.name)
            write(file)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        os.replace(temporary, path)
    except OSError as error:
        reason = error.strerror or error
        raise OSError(f"{path.name} could not be written ({reason}): nothing was kept.") from None
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _fetch(name, digest):
    if "/OWNER/" in course_url():
        raise FileNotFoundError(
            f"data/{name} is missing, and this copy of the course has no address to fetch it from: "
            "clone the course again."
        )
    import keras

    url = f"{course_url()}/raw/main/data/{name}"
    with tempfile.TemporaryDirectory() as folder:
        try:
            fetched = keras.utils.get_file(
                Path(name).name,
                url,
                cache_dir=folder,
                cache_subdir="",
                file_hash=digest,
                hash_algorithm="sha256",
            )
        except MemoryError:  # no fault of the network
            raise
        except Exception as error:  # get_file raises bare Exception without a network
            # of the digest; Keras 3.12 says "math domain error" of an empty file
            if isinstance(error, ValueError) and re.search("hash|math", str(error)):
                raise OSError(
                    f"{url} does not hold the course's file {name}: clone the course again."
                ) from None
            raise FileNotFoundError(
                f"data/{name} is missing and could not be fetched from {url} "
                f"({type(error).__name__}): check the network, or clone the course again."
            ) from None
        content = Path(fetched).read_bytes()
    write_atomically(DATA / name, lambda file: file.write(content))
