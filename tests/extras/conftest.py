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


@pytest.fixture(scope="session")
def chromium():
    """The browser, for `browser.opened`."""
    import browser
    from playwright import sync_api

    with sync_api.sync_playwright() as browsers:
        started = browsers.chromium.launch(executable_path=browser.PROGRAM, args=browser.SWITCHES)
        yield started
        started.close()
