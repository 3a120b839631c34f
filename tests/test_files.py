import errno
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import keras
import pytest

from utils import files


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A data/ with one file, a.bin, and a course with an address."""
    monkeypatch.setattr(files, "DATA", tmp_path)
    monkeypatch.setattr(files, "course_url", lambda: "https://github.com/someone/somewhere")
    (tmp_path / "a.bin").write_bytes(b"right")
    (tmp_path / "SHA256SUMS").write_text(f"{files.sha256(tmp_path / 'a.bin')}  a.bin\n")
    return tmp_path


@pytest.fixture
def served(data, tmp_path_factory, monkeypatch):
    """The file that this machine serves at the address of a.bin, which data/ then lacks."""
    (data / "a.bin").unlink()
    folder = tmp_path_factory.mktemp("course")
    path = folder / "raw" / "main" / "data" / "a.bin"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"right")
    handler = partial(SimpleHTTPRequestHandler, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setattr(files, "course_url", lambda: url)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield path
        server.shutdown()
        thread.join()


def fail_to_fetch(monkeypatch, error):
    """Let Keras write half of the file and fail with `error`."""

    def get_file(name, url, cache_dir, **_):
        with open(f"{cache_dir}/{name}", "wb") as file:
            file.write(b"ri")
        raise error

    monkeypatch.setattr(keras.utils, "get_file", get_file)


def test_every_file_of_the_course_is_there():
    assert files.problems() == []
    listed = set(files.checksums())
    kept = {path for path in files.DATA.rglob("*") if path.is_file()}
    names = {path.relative_to(files.DATA).as_posix() for path in kept}
    assert {
        name for name in names if "." in name and not name.endswith((".py", ".md", ".pyc"))
    } == listed


def test_data_stays_small():
    sizes = {path: path.stat().st_size for path in files.DATA.rglob("*") if path.is_file()}
    assert [path for path, size in sizes.items() if size >= 16e6] == []
    assert sum(sizes.values()) < 110e6


def test_find(data):
    assert files.find("a.bin") == data / "a.bin"
    assert files.problems() == []


def test_unknown_name(data):
    with pytest.raises(ValueError, match=r"data/ has no file named 'b.bin'; it has a.bin\."):
        files.find("b.bin")


@pytest.mark.parametrize("content", [b"wrong", b"righ", b""])
def test_damaged_file(data, content):
    (data / "a.bin").write_bytes(content)
    with pytest.raises(OSError, match="data/a.bin is damaged or was changed"):
        files.find("a.bin")
    assert "data/a.bin is damaged" in files.problems()[0]


def test_missing_file_is_fetched(data, served):
    assert "data/a.bin is missing" in files.problems()[0]
    assert files.find("a.bin").read_bytes() == b"right"
    assert files.problems() == []


@pytest.mark.parametrize("content", [b"wrong", b"righ", b""])
def test_wrong_download_is_not_blamed_on_the_network(data, served, content):
    served.write_bytes(content)
    with pytest.raises(OSError, match="does not hold the course's file a.bin: clone") as error:
        files.find("a.bin")
    assert "\n" not in str(error.value)
    assert [path.name for path in data.iterdir()] == ["SHA256SUMS"]


def test_file_that_the_address_lacks(data, served):
    served.unlink()
    with pytest.raises(FileNotFoundError, match="a.bin is missing and could not be fetched from"):
        files.find("a.bin")
    assert [path.name for path in data.iterdir()] == ["SHA256SUMS"]


@pytest.mark.parametrize(
    "error", [Exception("URL fetch failure"), TimeoutError(), ValueError("unknown url type")]
)
def test_fetch_that_fails_leaves_nothing(data, monkeypatch, error):
    (data / "a.bin").unlink()
    fail_to_fetch(monkeypatch, error)
    with pytest.raises(FileNotFoundError, match="could not be fetched from .* check the network"):
        files.find("a.bin")
    assert [path.name for path in data.iterdir()] == ["SHA256SUMS"]


def test_two_at_once_fetch_the_same_file(data, served, monkeypatch):
    both = threading.Barrier(2)
    of_keras = keras.utils.get_file

    def get_file(*arguments, **options):
        both.wait(10)  # neither has the file before both fetch it
        return of_keras(*arguments, **options)

    monkeypatch.setattr(keras.utils, "get_file", get_file)
    with ThreadPoolExecutor() as pool:
        paths = list(pool.map(files.find, ["a.bin", "a.bin"]))
    assert [path.read_bytes() for path in paths] == [b"right", b"right"]
    assert sorted(path.name for path in data.iterdir()) == ["SHA256SUMS", "a.bin"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_interrupted_download_leaves_nothing(data, monkeypatch, error):
    (data / "a.bin").unlink()
    fail_to_fetch(monkeypatch, error)
    with pytest.raises(error):
        files.find("a.bin")
    assert [path.name for path in data.iterdir()] == ["SHA256SUMS"]


def test_no_list_of_files(data):
    (data / "SHA256SUMS").unlink()
    assert "data/SHA256SUMS is missing" in files.problems()[0]
    with pytest.raises(FileNotFoundError, match="data/SHA256SUMS is missing: clone"):
        files.find("a.bin")


def test_course_without_an_address(data, monkeypatch):
    (data / "a.bin").unlink()
    monkeypatch.setattr(files, "course_url", lambda: "https://github.com/OWNER/cnn-course")
    with pytest.raises(FileNotFoundError, match="has no address to fetch it from: clone"):
        files.find("a.bin")


def test_write_atomically(tmp_path):
    path = tmp_path / "new" / "a.txt"
    for content in (b"first", b"second"):
        files.write_atomically(path, lambda file, content=content: file.write(content))
        assert path.read_bytes() == content
    assert [other.name for other in path.parent.iterdir()] == ["a.txt"]


@pytest.mark.parametrize(
    "error",
    [OSError(errno.ENOSPC, "No space left on device"), PermissionError(13, "Permission denied")],
)
def test_refused_write_keeps_what_was_there(tmp_path, error):
    path = tmp_path / "a.txt"
    path.write_bytes(b"before")

    def write(file):
        file.write(b"half")
        raise error

    with pytest.raises(
        OSError, match=f"a.txt could not be written .{error.strerror}.: nothing was kept"
    ):
        files.write_atomically(path, write)
    assert path.read_bytes() == b"before"
    assert [other.name for other in tmp_path.iterdir()] == ["a.txt"]
