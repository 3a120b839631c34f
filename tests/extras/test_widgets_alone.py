"""Each widget in a page that holds nothing else: what it shows, computes, and does with keys."""

import json

import browser
import numpy as np
import pytest
from scipy import signal

from utils import files, widgets
from utils.models import CNN_LeNet5

PICTURE = np.random.default_rng(0).integers(0, 10, (24, 24))
SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
PHOTOGRAPH = np.random.default_rng(1).integers(0, 256, (300, 451, 3), dtype=np.uint8)
CARDS = [(1, 4), (5, 3), (3, 5), (5, 4), (1, 6), (6, 3), (2, 3), (6, 4)]  # notebook 03's


def until(page, holds):
    for _ in range(200):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not come to this")


def test_explorer_sums_as_scipy(chromium):
    """By click, by keys, and with weights that were edited; the kernel finds the same."""
    explorer = widgets.explore_convolution(PICTURE, SOBEL)
    with browser.alone(chromium, explorer) as page:
        root, map_ = page.locator(".cnn"), page.get_by_role("application").last
        sums = signal.correlate2d(PICTURE, SOBEL, "valid")
        middle = {"x": 10.5 * 12 + 1, "y": 4.5 * 12 + 1}  # of the filter
        page.get_by_role("application").first.click(position=middle)
        browser.said(page, "row 3, column 9")
        assert float(root.get_attribute("data-sum")) == sums[3, 9]
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowRight")
        words = f"row 4, column 10: the products add up to {sums[4, 10]}"
        browser.said(page, words.replace("-", "−"))
        assert root.get_attribute("data-visited") == "4"  # with the first
        page.get_by_label("weight in row 0, column 1").fill("0.5")
        page.get_by_label("weight in row 2, column 2").fill("-3")
        edited = np.array([[-1, 0.5, 1], [-2, 0, 2], [-1, 0, -3]])
        sums = signal.correlate2d(PICTURE, edited, "valid")
        for row, column in [(4, 10), (21, 21), (0, 0)]:
            map_.click(position={"x": 12 * column + 6, "y": 12 * row + 6})
            browser.said(page, f"row {row}, column {column}")
            assert float(root.get_attribute("data-sum")) == pytest.approx(sums[row, column])
            for _ in range(100):
                if (explorer.row, explorer.column) == (row, column):
                    break
                page.wait_for_timeout(50)
            assert explorer.total == pytest.approx(sums[row, column])
        page.get_by_role("button", name="Fill the map").click()
        assert root.get_attribute("data-visited") == str(22 * 22)
        browser.both_contrasts(page, "convolution")


def test_stepper_learns_as_the_rule(chromium):
    """Seven corrections, as in notebook 03, by button and by key; then it has stopped."""
    stepper = widgets.step_perceptron(CARDS, [1, 0] * 4, ["marks on the left", "on the right"])
    with browser.alone(chromium, stepper) as page:
        root = page.locator(".cnn")
        page.get_by_role("button", name="Next card").click()
        page.get_by_role("button", name="Next card").click()
        assert json.loads(root.get_attribute("data-weights")) == [-4, 1, 0]
        for _ in range(5):
            page.keyboard.press("m")
        browser.said(page, "the rule has stopped")
        until(page, lambda: stepper.corrections == 7)
        assert stepper.weights.tolist() == json.loads(root.get_attribute("data-weights"))
        browser.both_contrasts(page, "perceptron")
        page.keyboard.press("m")
        assert root.get_attribute("data-corrections") == "7"
        page.keyboard.press("r")
        browser.said(page, "Weights of 0")
        stepper.wanted = 1 - stepper.wanted  # a kernel that comes to something else
        page.keyboard.press("n")
        browser.said(page, "The kernel comes to")


def test_plane_draws_where_the_pointer_is(chromium):
    x = np.linspace(-3, 3, 28)

    def decode(z):  # a blob where z is
        return np.exp(-((x[np.newaxis] - z[0, 0]) ** 2) - (x[:, np.newaxis] + z[0, 1]) ** 2)[
            np.newaxis
        ]

    points = np.random.default_rng(0).normal(size=(300, 2))
    plane = widgets.latent_plane(decode, points=points, labels=np.arange(300) % 10)
    with browser.alone(chromium, plane) as page:
        surface = page.get_by_role("application")
        place = surface.bounding_box()
        x_there, y_there = (
            place[a] + place[b] * c for a, b, c in [("x", "width", 0.75), ("y", "height", 0.25)]
        )
        page.mouse.move(x_there, y_there, steps=9)
        until(page, lambda: np.allclose(plane.z, 1.5, atol=0.05))
        brightest = np.unravel_index(plane.picture.argmax(), (28, 28))
        assert abs(brightest[1] - 20) <= 1 and abs(brightest[0] - 7) <= 1
        shown = "() => [...document.querySelectorAll('canvas')].at(-1).getContext('2d').getImageData(20, 7, 1, 1).data[0]"
        until(page, lambda: page.evaluate(shown) > 200)
        surface.focus()
        wanted = plane.z + [0.1, -0.5]
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Shift+ArrowDown")
        until(page, lambda: np.allclose(plane.z, wanted))
        browser.both_contrasts(page, "latent")


def test_thresholds_of_the_detector(chromium):
    cat, cup = (60, 40, 200, 180), (300, 100, 420, 260)
    found = [
        (0, 0.9, cat),
        (0, 0.8, (70, 45, 205, 185)),
        (1, 0.6, cup),
        (0, 0.2, cup),
        (1, 0.1, cat),
    ]

    def find(least, most):
        """The second box overlaps the first by 0.85."""
        return [one for one in found if one[1] >= least and (one[1] != 0.8 or most > 0.85)]

    shown = widgets.show_detections(PHOTOGRAPH, find, ["cat", "cup"])
    with browser.alone(chromium, shown) as page:
        browser.said(page, "3 boxes reach the least score, 2 stay")
        least, most = page.get_by_role("slider").all()
        least.focus()
        page.keyboard.press("End")
        browser.said(page, "0 boxes reach")
        page.keyboard.press("Home")
        browser.said(page, "5 boxes reach the least score, 4 stay")
        most.focus()
        page.keyboard.press("End")
        browser.said(page, "5 boxes reach the least score, 5 stay")
        least.fill("0.3")
        most.fill("0.5")
        browser.said(page, "3 boxes reach the least score, 2 stay")
        browser.both_contrasts(page, "detector")


def test_phones_width(chromium):
    """At 360 pixels nothing runs over the edge."""
    for widget in (
        widgets.explore_convolution(PICTURE, SOBEL),
        widgets.step_perceptron(CARDS, [1, 0] * 4),
        widgets.latent_plane(lambda z: np.zeros((1, 28, 28))),
        widgets.show_detections(PHOTOGRAPH, lambda least, most: [], ["cat"]),
    ):
        with browser.alone(chromium, widget) as page:
            page.set_viewport_size({"width": 360, "height": 800})
            page.wait_for_timeout(200)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, widget.still
            browser.picture(page, f"{type(widget).__name__}-phone")


def test_canvas_on_a_phone(chromium):
    """It stays a square, the ink is under the finger, and the maps keep their shape."""
    model = CNN_LeNet5(K=10)
    model.build((None, 28, 28, 1))
    model.load_weights(files.find("weights/lenet5.weights.h5"))
    canvas = widgets.draw_digit(model)
    with browser.alone(chromium, canvas) as page:
        page.set_viewport_size({"width": 260, "height": 900})
        pad = page.locator(".cnn-pad")
        place = pad.bounding_box()
        assert place["width"] < 260 and abs(place["width"] - place["height"]) < 1
        x, top, bottom = (place["x"] + place["width"] / 2, place["y"] + 20, place["y"] + 200)
        page.mouse.move(x, top)
        page.mouse.down()
        page.mouse.move(x, bottom, steps=9)
        page.mouse.up()
        browser.said(page, "reads 1")
        inked = """() => {
            const pad = document.querySelector('.cnn-pad');
            const { data } = pad.getContext('2d').getImageData(0, 0, pad.width, pad.height);
            const rows = [];
            for (let y = 0; y < pad.height; y++)
                for (let x = 0; x < pad.width; x++) if (data[4 * (y * pad.width + x)] > 128) { rows.push(y); break; }
            return [rows[0] / pad.height, rows.at(-1) / pad.height];
        }"""
        first, last = page.evaluate(inked)
        assert first == pytest.approx(20 / place["height"], abs=0.06)
        assert last == pytest.approx(200 / place["height"], abs=0.06)
        for shown in page.locator("figure canvas").all():
            across, down = shown.evaluate(
                "(one) => [one.width / one.height, one.clientWidth / one.clientHeight]"
            )
            assert down == pytest.approx(across, rel=0.05)
        browser.picture(page, "digit-phone")


def test_a_kernel_that_errs_or_stays_away_is_told(chromium):
    plane = widgets.latent_plane(lambda z: np.zeros((1, 28, 28)))
    with browser.alone(chromium, plane) as page:
        plane.reply = lambda question: 1 / 0
        page.get_by_role("application").focus()
        page.keyboard.press("ArrowUp")
        browser.said(page, "ZeroDivisionError: division by zero")
        del plane.reply
        page.evaluate(
            """() => {
                const ask = window.askPython;
                window.askPython = (question) => new Promise((resolve) => {
                    window.release = () => { ask(question).then(resolve); };
                });
            }"""
        )
        page.keyboard.press("ArrowUp")
        browser.said(page, "The kernel does not answer")
        page.evaluate("() => window.release()")  # late, and still welcome
        browser.said(page, r"z = \(0.00, 0.20\)")
