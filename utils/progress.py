"""How far long work has come: a bar while it runs, one constant line in the stored notebook."""

import contextlib
import time
from numbers import Integral

import keras


@contextlib.contextmanager
def progress(total, line):
    """Show how far a long cell has come; give a function to call with the number done.

    While the cell runs, a bar and the time left stand under it; before and after, and so in the
    stored notebook, the constant `line` alone. Outside a notebook it prints `line`.

        with progress(len(images), "classifying 10 000 digits") as show:
            for i, image in enumerate(images):
                ...
                show(i + 1)

    Raises ValueError if `total` is not a whole number of at least 1.
    """
    if not isinstance(total, Integral) or total < 1:
        raise ValueError(f"total is a whole number of at least 1; got {total!r}.")
    handle = _display(line)
    started = shown = time.perf_counter()
    before = None  # what was done when work began here

    def show(done):
        nonlocal before, shown
        now = time.perf_counter()
        before = done - 1 if before is None else before
        if handle is None or now - shown < 0.5:
            return
        shown = now
        text = bar(line, min(done, total), total, now - started, max(before, 0))
        handle.update({"text/plain": text}, raw=True)

    try:
        yield show
    finally:
        if handle is not None:
            handle.update({"text/plain": line}, raw=True)


class ShowProgress(keras.callbacks.Callback):
    """A callback for Keras's `fit` that shows `line` and a bar over all its batches.

    network.fit(x, y, verbose=0, callbacks=[ShowProgress("training LeNet5, 3 epochs")])
    """

    def __init__(self, line):
        super().__init__()
        self.line = line

    def on_train_begin(self, logs=None):
        self.done, steps = 0, self.params["steps"] or 1
        self.context = progress(self.params["epochs"] * steps, self.line)
        self.show = self.context.__enter__()

    def on_train_batch_end(self, batch, logs=None):
        self.done += 1
        self.show(self.done)

    def on_train_end(self, logs=None):
        self.context.__exit__(None, None, None)


def bar(line, done, total, seconds, before=0):
    """Return `line` with a bar of `done` of `total`, and the time left.

    seconds: since the number done was `before`, which is not 0 after a resume.
    """
    filled = "█" * round(30 * done / total)
    left = seconds * (total - done) / max(done - before, 1)
    return f"{line}  [{filled:·<30}] {done}/{total}, about {left:.0f} s left"


def _display(line):
    """Show `line` in a notebook and return its display handle; elsewhere print it."""
    from IPython import get_ipython
    from IPython.display import display

    shell = get_ipython()
    if shell is None or not hasattr(shell, "kernel"):
        print(line)
        return None
    return display({"text/plain": line}, raw=True, display_id=True)
