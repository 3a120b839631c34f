"""Time a training step of notebook 06 beside a plain PyTorch loop and the machine's matrix rate.

    pip install torch
    python tests/benchmarks/code01.py [ROUNDS]

Each of the two runs in a process of its own and waits while the other works; rounds alternate,
since a shared machine changes its speed. The last line is the ratio of the medians.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

BATCH, STEPS = 100, 20  # digits a step, steps a round
MULTIPLICATIONS = 25 * 32 * 28**2 + 25 * 32 * 64 * 14**2 + 7 * 7 * 64 * 512 + 512 * 10
GFLOP = 2 * 3 * BATCH * MULTIPLICATIONS / 1e9  # forward, and twice that backward


def batches():
    """Yield the batches of an epoch as `BaseModel.train` draws them, again and again."""
    from utils import datasets

    (digits, labels), _ = datasets.mnist()
    images = (digits[:55_000] / 255).astype("float32")[..., np.newaxis]
    while True:
        order = np.random.default_rng(0).permutation(len(images))
        for first in range(0, len(images), BATCH):
            chosen = order[first : first + BATCH]
            yield images[chosen], labels[chosen]


def keras_step():
    from utils.session import start

    start("06_code01_lenet5")
    import keras
    import tensorflow as tf

    from utils.models import CNN_LeNet5, training_step

    model = CNN_LeNet5(K=10)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss=loss)
    model.build((None, 28, 28, 1))
    model.optimizer.build(model.trainable_variables)
    step = tf.function(lambda images, labels: training_step(model, images, labels))
    return lambda images, labels: float(step(images, labels)[0])


def pytorch_step():
    import torch
    from torch import nn

    torch.manual_seed(0)
    model = nn.Sequential(
        *(nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(7 * 7 * 64, 512), nn.ReLU(), nn.Dropout(0.5), nn.Linear(512, 10)),
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    cross_entropy = nn.CrossEntropyLoss()

    def step(images, labels):
        images = torch.from_numpy(images.transpose(0, 3, 1, 2))
        optimizer.zero_grad()
        loss = cross_entropy(model(images), torch.from_numpy(labels.astype("int64")))
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    return step


def work(step):
    """For each line on standard input, time a round and print the seconds a step."""
    data = batches()
    for _ in range(3):
        step(*next(data))
    print("ready", flush=True)
    for _ in sys.stdin:
        started = time.perf_counter()
        losses = [step(*next(data)) for _ in range(STEPS)]
        print((time.perf_counter() - started) / STEPS, losses[-1], flush=True)


def matrix_rate():
    """Return the single-precision rate of a large matrix product in GFLOP/s."""
    matrix = np.ones((2048, 2048), np.float32)
    started = time.perf_counter()
    matrix @ matrix
    return 2 * 2048**3 / (time.perf_counter() - started) / 1e9


def compare(rounds):
    workers = {
        name: subprocess.Popen(
            [sys.executable, __file__, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("keras", "pytorch")
    }
    for name, worker in workers.items():
        while (line := worker.stdout.readline()) != "ready\n":
            if not line:
                sys.exit(f"the worker for {name} ended: is the package installed?")
    seconds, rates = {name: [] for name in workers}, []
    for _ in range(rounds):
        rates.append(matrix_rate())
        for name, worker in workers.items():
            worker.stdin.write("go\n")
            worker.stdin.flush()
            second, loss = map(float, worker.stdout.readline().split())
            seconds[name].append(second)
    for name, worker in workers.items():
        worker.communicate()
        median = statistics.median(seconds[name])
        low, high = min(seconds[name]), max(seconds[name])
        rate = GFLOP / median
        share = rate / statistics.median(rates)
        print(
            f"{name:8} {1000 * median:6.1f} ms a step ({1000 * low:.1f} to {1000 * high:.1f}), "
            f"{rate:.0f} GFLOP/s, {share:.0%} of the matrix rate"
        )
    print(f"matrix rate {statistics.median(rates):.0f} GFLOP/s, {GFLOP:.1f} GFLOP a step")
    ratio = statistics.median(seconds["keras"]) / statistics.median(seconds["pytorch"])
    print(f"ratio_to_pytorch: {ratio:.2f}")


if __name__ == "__main__":
    argument = sys.argv[1] if len(sys.argv) > 1 else "15"
    if argument == "keras":
        work(keras_step())
    elif argument == "pytorch":
        work(pytorch_step())
    else:
        compare(int(argument))
