"""The sets of packages that the course promises, each in a virtual environment of its own."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ROOT / ".environments"
SETS = {  # name: (Python, file of constraints)
    "3.10": ("3.10", "constraints.txt"),
    "3.11": ("3.11", "constraints.txt"),
    "3.12": ("3.12", "constraints.txt"),
    "3.13": ("3.13", "constraints.txt"),
    "colab": ("3.13", "tests/environments/colab.txt"),
}


def python_of(name):
    """Return the Python of the set `name`, in an environment that is made if it is not there."""
    if name not in SETS:
        sys.exit(f"there is no set {name}; there are {', '.join(SETS)}")
    version, constraints = SETS[name]
    folder = ENVIRONMENTS / name
    python = folder / "bin" / "python"
    done = folder / "complete"
    texts = [ROOT / file for file in ("requirements.txt", constraints)]
    wanted = "".join(text.read_text(encoding="utf-8") for text in texts)
    if not done.exists() or done.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        print(f"making {folder.relative_to(ROOT)}, a few minutes", flush=True)
        subprocess.run([installed(version), "-m", "venv", folder], check=True)
        pip = [python, "-m", "pip", "install", "-q", "-r", "requirements.txt", "-c", constraints]
        extra = ["ipywidgets"] if name == "colab" else []
        subprocess.run([*pip, *extra], cwd=ROOT, check=True)
        done.write_text(wanted, encoding="utf-8")
    return str(python)


def installed(version):
    """Return an interpreter of this version, "3.13" say: this one, one on the PATH or of pyenv."""
    candidates = [sys.executable, shutil.which(f"python{version}")]
    candidates += sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    ask = "import sys; print('{}.{}'.format(*sys.version_info))"
    for candidate in filter(None, candidates):
        answer = subprocess.run([candidate, "-c", ask], capture_output=True, text=True)
        if answer.stdout.strip() == version:
            return candidate
    sys.exit(f"Python {version} is not on this machine: install it, so that python{version} runs.")
