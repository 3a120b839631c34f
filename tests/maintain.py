"""What maintainers do with notebooks. NN is a notebook's number.

python tests/maintain.py run NN         run it in a fresh kernel and store its outputs
python tests/maintain.py full NN        run it with COURSE_FULL=1: remake its weights and results
python tests/maintain.py bands NN       record its measured claims over seeds and a broken run
python tests/maintain.py check SET NN   test it in the environment of a set: 3.10 ... 3.13, colab
python tests/maintain.py map            write course.toml into the maps, title cells and links
python tests/maintain.py new NAME       make a notebook, NN_topic, and say what it lacks
python tests/maintain.py url URL        change the course's address everywhere
python tests/maintain.py site           render the stored notebooks into the site _site/

`run` keeps the table of the section Results in data/results/NN.json, and a picture that the README
shows in the file that its cell names under the metadata key "readme-picture". `bands` takes five
seeds here and two with Colab's set, and breaks the notebook by what its cells name under the key
"sabotage": code that is added to the end of the cell. The environments of `check` and `bands` are
made once, in .environments/.
"""

import json
import math
import os
import platform
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import course  # noqa: E402
import pages  # noqa: E402
import sets  # noqa: E402
import skeleton  # noqa: E402
import structure  # noqa: E402

from utils import claims, files, session  # noqa: E402

SEEDS = {"seeds": (sys.executable, range(5)), "colab": ("colab", range(2))}
LANGUAGE = {"name": "python"}
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def execute(notebook, environment=None):
    """Run `notebook` in a fresh kernel on the CPU; return the seconds it took."""
    started = time.perf_counter()
    client = NotebookClient(
        notebook,
        timeout=None,  # the long trainings take an hour
        kernel_name="python3",
        coalesce_streams=True,
        record_timing=False,
        store_widget_state=False,  # a stored widget has no kernel that answers it
        resources={"metadata": {"path": str(ROOT / "notebooks")}},
    )
    with tempfile.TemporaryDirectory() as checkpoints:  # so that none of a reader's is resumed
        fixed = {"CUDA_VISIBLE_DEVICES": "-1", "COURSE_CHECKPOINTS": checkpoints}
        inherited = {
            name: os.environ[name]
            for name in os.environ
            if name not in ("COURSE_FULL", "COURSE_RECORD")
        }
        client.execute(env=inherited | fixed | (environment or {}))
    return time.perf_counter() - started


def run(path):
    """Run a notebook and store its outputs; keep its results and the README's pictures of it."""
    notebook = structure.read(path)
    seconds = execute(notebook)
    for output in structure.outputs(notebook):
        output.get("data", {}).pop(structure.VIEW, None)
    made_with = {name: version(name) for name in structure.MADE_WITH}
    made_with["python"] = platform.python_version()
    notebook.metadata.update(language_info=LANGUAGE, kernelspec=KERNEL, made_with=made_with)
    for name, picture in structure.readme_pictures(notebook).items():
        files.write_atomically(ROOT / name, lambda file, picture=picture: file.write(picture))
    content = nbformat.writes(notebook) + "\n"
    files.write_atomically(path, lambda file: file.write(content.encode()))
    if table := structure.results_table(notebook):
        write_json(structure.results_file(path), table)
        write_sums()
    print(f"{path.name}: {seconds:.0f} s")


def full(path):
    """Run a notebook's long trainings and keep the weights, results and pictures it makes in data/.

    Its stored outputs stay those of the default run. The work lies in the folder checkpoints/, or
    COURSE_CHECKPOINTS if that is set: a run that failed or was killed goes on there. If it fails,
    nothing is kept in data/.
    """
    folder = Path(os.environ.get("COURSE_CHECKPOINTS") or ROOT / "checkpoints").resolve()
    environment = {"COURSE_FULL": "1", "COURSE_CHECKPOINTS": str(folder)}
    environment["COURSE_RECORD"] = os.devnull  # claims are judged by `bands`
    seconds = execute(structure.read(path), environment)
    made = folder / path.stem
    kept = [
        file
        for place in session.MADE
        for file in sorted(made.glob(f"{place}/*"))
        if file.is_file() and file.suffix != ".part"
    ]
    for file in kept:
        name, content = file.relative_to(made), file.read_bytes()
        files.write_atomically(files.DATA / name, lambda new, content=content: new.write(content))
        print(f"kept data/{name.as_posix()}")
    for file in kept:
        file.unlink()  # the next command makes it anew
    write_sums()
    print(f"{path.name}: {seconds:.0f} s, {len(kept)} files kept")


def bands(path):
    """Record the measured claims of a notebook in data/results/bands/NN.json."""
    notebook = structure.read(path)
    if not any("sabotage" in cell.metadata for cell in notebook.cells):
        sys.exit(f"{path.name}: no cell has the metadata key 'sabotage'")
    broken = recorded_run(path, 0, sys.executable, sabotage=True)[0]
    records = {text: {key: [] for key in SEEDS} for text in broken}
    first = {}
    for key, (python, seeds) in SEEDS.items():
        python = python if python == sys.executable else sets.python_of(python)
        for seed in seeds:
            measured, fixed = recorded_run(path, seed, python)
            if set(measured) != set(broken):
                sys.exit(f"{path.name}: not all runs came to the same measured claims")
            for text, value in measured.items():
                records[text][key].append(value)
            if key == "seeds":
                first = first or fixed
                for text, value in fixed.items():
                    if not math.isclose(value, first.get(text, math.nan), rel_tol=1e-6):
                        sys.exit(f"{path.name}: {text!r} is not deterministic: seed {seed} differs")
    for text, worse in broken.items():
        print(text, records[text], "broken:", worse)
        # JSON has no infinity
        records[text]["broken"] = worse if math.isfinite(worse) else str(worse)
    content = {"code": structure.digest(notebook), "claims": records}
    write_json(claims.bands_file(structure.number(path)), content)
    write_sums()


def recorded_run(path, seed, python, sabotage=False):
    """Run the notebook with this seed; return {claim: value}, measured and deterministic apart."""
    notebook = structure.read(path)
    setup = structure.code_cells(notebook)[0]
    call = f'start("{path.stem}"'
    setup.source = setup.source.replace(f"{call})", f"{call}, seed={seed})")
    if f"seed={seed}" not in setup.source:
        sys.exit(f"{path.name}: the setup cell does not call {call})")
    for cell in notebook.cells:
        if sabotage and "sabotage" in cell.metadata:
            cell.source += "\n" + cell.metadata["sabotage"]
    with tempfile.TemporaryDirectory() as folder:
        copy, record = Path(folder) / path.name, Path(folder) / "claims.jsonl"
        copy.write_text(nbformat.writes(notebook), encoding="utf-8")
        record.touch()
        execute_with(python, copy, record)
        lines = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
    if len({line["claim"] for line in lines}) < len(lines):
        sys.exit(f"{path.name}: two measured claims have the same text")
    measured = {line["claim"]: line["value"] for line in lines if not line.get("deterministic")}
    fixed = {line["claim"]: line["value"] for line in lines if line.get("deterministic")}
    return measured, fixed


def execute_with(python, path, record):
    """Run the notebook in the file `path` in a kernel of the interpreter `python`."""
    subprocess.run([python, __file__, "execute", path, record], check=True)


def check(name, path):
    """Test a notebook, or all without `path`, in the environment of the set `name`."""
    command = [sets.python_of(name), "-m", "pytest", path or ROOT / "notebooks"]
    sys.exit(subprocess.run(command, cwd=ROOT).returncode)


def write_json(path, content):
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    files.write_atomically(path, lambda file: file.write(text.encode()))


def write_sums():
    subprocess.run([sys.executable, ROOT / "data" / "build.py", "sums"], check=True)


def path_of(number):
    found = [path for path in structure.NOTEBOOKS if structure.number(path) == number]
    return found[0] if found else sys.exit(f"there is no notebook {number}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["run", number]:
            run(path_of(number))
        case ["full", number]:
            full(path_of(number))
        case ["bands", number]:
            bands(path_of(number))
        case ["execute", copy, record]:
            execute(structure.read(Path(copy)), {"COURSE_RECORD": record})
        case ["check", name]:
            check(name, None)
        case ["check", name, number]:
            check(name, path_of(number))
        case ["map"]:
            course.write_map()
        case ["new", name]:
            skeleton.new(name)
        case ["url", url]:
            course.change_url(url)
        case ["site"]:
            pages.build()
        case _:
            sys.exit(__doc__)
