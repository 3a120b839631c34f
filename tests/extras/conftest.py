"""These tests run where COURSE_EXTRAS=1 says that what they need is there; then none may skip."""

import os

import pytest

EXTRAS = os.environ.get("COURSE_EXTRAS") == "1"
collect_ignore_glob = [] if EXTRAS else ["test_*.py"]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped, although what it needs is there: {report.longrepr}"
