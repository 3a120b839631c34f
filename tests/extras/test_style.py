"""The code is formatted and linted, notebooks included; the workflows are well-formed."""

import subprocess
import sys

import pytest
import structure

WORKFLOWS = sorted((structure.ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=" ".join)
def test_ruff(command):
    result = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "--no-cache", "."],
        cwd=structure.ROOT,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_workflows():
    schema = ["--builtin-schema", "vendor.github-workflows"]
    result = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *schema, *WORKFLOWS],
        capture_output=True,
        text=True,
    )
    assert len(WORKFLOWS) == 3 and result.returncode == 0, result.stdout + result.stderr
