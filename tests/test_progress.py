import keras
import numpy as np
import pytest

from utils.progress import ShowProgress, bar, progress


def test_progress_outside_a_notebook(capsys):
    with progress(3, "three steps") as show:
        for i in range(3):
            show(i + 1)
    assert capsys.readouterr().out == "three steps\n"
    with pytest.raises(ValueError, match="total is a whole number"):
        with progress(0, "nothing"):
            pass


def test_bar():
    assert bar("work", 5, 10, 3) == "work  [" + "█" * 15 + "·" * 15 + "] 5/10, about 3 s left"
    assert bar("work", 1, 4, 2.0).endswith("1/4, about 6 s left")
    assert bar("work", 10, 10, 9).endswith("] 10/10, about 0 s left")
    assert bar("work", 0, 4, 2).startswith("work  [·")
    assert bar("work", 9001, 10_000, 0.6, 9000).endswith("9001/10000, about 599 s left")


def test_progress_of_fit(monkeypatch, capsys):
    shown = []

    class Shown(ShowProgress):
        def on_train_begin(self, logs=None):
            super().on_train_begin(logs)
            self.show = shown.append

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.zeros((10, 3), "float32")
    model.fit(x, x[:, :1], batch_size=4, epochs=2, verbose=0, callbacks=[Shown("six steps")])
    assert shown == [1, 2, 3, 4, 5, 6]
    assert capsys.readouterr().out == "six steps\n"
