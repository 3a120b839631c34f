"""Time a training step of six of the course's networks beside the same network in plain PyTorch.

    pip install torch
    python tests/benchmarks/networks.py [ROUNDS] [NAME ...]

The networks are LeNet5 (notebook 06), residual-20 (10), the U-Net of 14, the VAE of 17, the critic
of 18 with its gradient penalty, and a graph network with polynomial filters, as notebook 20 takes
them. Those of notebooks are taken from the notebooks' own text. The two sides must have equally
many weights that learn. Each works in a process of its own and waits while the other works; rounds
alternate, since a shared machine changes its speed. A network whose notebook or package is missing
is left out with a sentence. The last line has the ratios of the medians, Keras over PyTorch. On a
busy machine PyTorch suffers more: compare on a quiet one.

Residual-20 alone is slower in Keras (1.18). Its batch normalization is why: Keras composes it of
several operations, and with TensorFlow's single one in its place the ratio is 0.93, without any
batch normalization on either side 1.02 (medians of five alternating rounds on 2 quiet cores).
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS.parent)]

SECONDS = 2  # about, of a round
NODES, DEGREE = 976, 10  # of the graph network: nodes, terms of a polynomial


def from_notebook(number, *names):
    """Return what the cells of a notebook define, {name: value}."""
    import structure

    path = next((p for p in structure.NOTEBOOKS if structure.number(p) == number), None)
    if path is None:
        sys.exit(f"there is no notebook {number} yet")
    return structure.taught(path, *names)


def images(count, side, channels=1, seed=0):
    return np.random.default_rng(seed).random((count, side, side, channels), "float32")


def classes(shape, k=10, seed=1):
    return np.random.default_rng(seed).integers(0, k, shape).astype("int64")


def laplacian():
    """Return a rescaled Laplacian (nodes, nodes) of a ring in which each node has 8 neighbours."""
    nearest = np.abs(np.arange(NODES)[:, None] - np.arange(NODES))
    nearest = np.minimum(nearest, NODES - nearest)
    joined = (nearest > 0) & (nearest <= 4)
    return -joined.astype("float32") / 8  # L - I


# Keras. Each function returns a step, which returns the loss, and the number of weights.


def keras_classifier(network, x, y, optimizer, loss=None):
    import keras
    import tensorflow as tf

    loss = loss or keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network(x[:1])
    optimizer.build(network.trainable_variables)

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            value = loss(y, network(x, training=True))
        optimizer.apply(tape.gradient(value, network.trainable_variables))
        return value

    return lambda: float(step(x, y)), network.trainable_variables


def keras_lenet5():
    import keras

    from utils.models import CNN_LeNet5

    return keras_classifier(
        CNN_LeNet5(K=10), images(100, 28), classes(100), keras.optimizers.Adam(1e-3)
    )


def keras_residual20():
    import keras

    network = from_notebook("10", "CifarNet")["CifarNet"](3)
    optimizer = keras.optimizers.SGD(0.1, momentum=0.9)
    return keras_classifier(network, images(128, 14), classes(128), optimizer)


def keras_unet():
    import keras

    network = from_notebook("14", "unet")["unet"]()
    x, y = 255 * images(16, 96, 3), classes((16, 96, 96), 3)
    return keras_classifier(network, x, y, keras.optimizers.Adam(3e-3))


def keras_vae():
    import keras

    taught = from_notebook("17", "VAE", "make_step")
    vae, optimizer = taught["VAE"](16), keras.optimizers.Adam(0.004)
    vae(images(1, 28))
    optimizer.build(vae.trainable_variables)
    step = taught["make_step"](vae, optimizer, 1.0)
    x, rng = np.round(images(128, 28)), np.random.default_rng(0)
    noise = rng.standard_normal((128, 16), "float32")
    return lambda: float(np.sum(step(x, noise))), vae.trainable_variables


def keras_critic():
    import keras
    import tensorflow as tf

    taught = from_notebook("18", "watcher", "critic_d")
    critic, optimizer = taught["watcher"](batch_norm=False), keras.optimizers.Adam(1e-3, 0.0, 0.9)
    optimizer.build(critic.trainable_variables)
    rng = np.random.default_rng(0)
    real, fake = (tf.constant(images(64, 32, seed=seed) * 2 - 1) for seed in (0, 1))
    share = tf.constant(rng.random((64, 1, 1, 1), "float32"))

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = taught["critic_d"](critic, real, fake, share)
        optimizer.apply(tape.gradient(loss, critic.trainable_variables))
        return loss

    return lambda: float(step()), critic.trainable_variables


def keras_graph():
    import keras
    from keras import layers, ops

    graph = laplacian()

    class Polynomial(layers.Layer):
        """The terms T_0 x ... T_9 x of Chebyshev's polynomials, mixed by one matrix."""

        def __init__(self, level, filters):
            super().__init__()
            nodes = NODES // 4**level
            self.graph, self.mix = graph[:nodes, :nodes], layers.Dense(filters, activation="relu")

        def call(self, x):  # (batch, nodes, channels)
            terms = [x, ops.matmul(self.graph, x)]
            for _ in range(DEGREE - 2):
                terms.append(2 * ops.matmul(self.graph, terms[-1]) - terms[-2])
            return self.mix(ops.concatenate(terms, axis=2))

    network = keras.Sequential(
        [
            *(Polynomial(0, 32), layers.MaxPooling1D(4), Polynomial(1, 64)),
            *(layers.MaxPooling1D(4), layers.Flatten()),
            *(layers.Dense(512, activation="relu"), layers.Dense(10)),
        ]
    )
    x = images(100, 32).reshape(100, -1, 1)[:, :NODES]
    return keras_classifier(network, x, classes(100), keras.optimizers.Adam(1e-3))


# The same in PyTorch.


def torch_classifier(network, x, y, optimizer, turn=(0, 3, 1, 2)):
    import torch
    from torch.nn import functional as f

    x, y = torch.tensor(np.ascontiguousarray(x.transpose(turn))), torch.tensor(y)

    def step():
        optimizer.zero_grad()
        loss = f.cross_entropy(network(x), y)
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    return step, [weight for weight in network.parameters() if weight.requires_grad]


def torch_lenet5():
    import torch
    from torch import nn

    network = nn.Sequential(
        *(nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(7 * 7 * 64, 512), nn.ReLU(), nn.Dropout(0.5), nn.Linear(512, 10)),
    )
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    return torch_classifier(network, images(100, 28), classes(100), optimizer)


def torch_residual20():
    import torch
    from torch import nn
    from torch.nn import functional as f

    def convolution(inputs, filters, stride=1):
        layers = nn.Conv2d(inputs, filters, 3, stride, 1, bias=False), nn.BatchNorm2d(filters)
        return nn.Sequential(*layers)

    class Block(nn.Module):
        def __init__(self, inputs, filters, stride):
            super().__init__()
            self.one, self.two = convolution(inputs, filters, stride), convolution(filters, filters)
            self.stride, self.more = stride, filters - inputs

        def forward(self, x):
            short = f.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.more))
            return f.relu(short + self.two(f.relu(self.one(x))))

    widths = (
        [(16, 16, 1)] * 3 + [(16, 32, 2)] + [(32, 32, 1)] * 2 + [(32, 64, 2)] + [(64, 64, 1)] * 2
    )
    network = nn.Sequential(
        *(convolution(1, 16), nn.ReLU(), *(Block(*sizes) for sizes in widths)),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)),
    )
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)
    return torch_classifier(network, images(128, 14), classes(128), optimizer)


def torch_unet():
    import torch
    from torch import nn
    from torch.nn import functional as f

    def block(inputs, filters, stride=1):
        convolution = nn.Conv2d(inputs, filters, 3, stride, 1, bias=False)
        return nn.Sequential(convolution, nn.BatchNorm2d(filters), nn.ReLU())

    widths = (16, 24, 32, 48, 64)

    class UNet(nn.Module):
        def __init__(self):
            super().__init__()
            before = (3, *widths[:-1])
            pairs = list(zip(before, widths, strict=True))
            self.down = nn.ModuleList(nn.Sequential(block(i, o, 2), block(o, o)) for i, o in pairs)
            pairs = list(zip(widths[:0:-1], widths[-2::-1], strict=True))
            self.twice = nn.ModuleList(nn.Conv2d(i, o, 2) for i, o in pairs)
            self.mix = nn.ModuleList(block(2 * o, o) for _, o in pairs)
            self.scores = nn.Conv2d(widths[0], 3, 1)
            self.last = nn.ConvTranspose2d(3, 3, 4, 2, 1, bias=True)
            self.last.weight.requires_grad_(False)
            self.last.bias.requires_grad_(False)

        def forward(self, x):
            x, kept = x / 127.5 - 1, []
            for step in self.down:
                x = step(x)
                kept.append(x)
            for twice, mix, skip in zip(self.twice, self.mix, kept[-2::-1], strict=True):
                x = f.interpolate(x, scale_factor=2, mode="bilinear")
                x = mix(torch.cat([twice(f.pad(x, (0, 1, 0, 1))), skip], dim=1))
            return self.last(self.scores(x))

    network = UNet()
    optimizer = torch.optim.Adam(network.parameters(), lr=3e-3)
    return torch_classifier(network, 255 * images(16, 96, 3), classes((16, 96, 96), 3), optimizer)


def torch_vae():
    import torch
    from torch import nn
    from torch.nn import functional as f

    def up(inputs, filters):
        return nn.ConvTranspose2d(inputs, filters, 3, 2, 1, 1)

    encoder = nn.Sequential(
        *(nn.Conv2d(1, 16, 3, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU()),
        *(nn.Conv2d(32, 64, 3, 2, 1), nn.ReLU(), nn.Flatten(), nn.Linear(1024, 32)),
    )
    first = nn.Sequential(
        nn.Linear(16, 1024), nn.ReLU(), nn.Unflatten(1, (64, 4, 4)), up(64, 32), nn.ReLU()
    )
    second = nn.Sequential(up(32, 16), nn.ReLU(), up(16, 1))
    weights = [*encoder.parameters(), *first.parameters(), *second.parameters()]
    optimizer = torch.optim.Adam(weights, lr=0.004)
    x = torch.tensor(np.round(images(128, 28)).transpose(0, 3, 1, 2))
    noise = torch.tensor(np.random.default_rng(0).standard_normal((128, 16), "float32"))

    def step():
        optimizer.zero_grad()
        mean, log_var = encoder(x).chunk(2, dim=1)
        log_var = log_var.clamp(-10, 10)
        logits = second(first(mean + torch.exp(log_var / 2) * noise)[:, :, :7, :7])
        distortion = f.binary_cross_entropy_with_logits(logits, x, reduction="sum") / 128
        rate = (torch.exp(log_var) + mean**2 - 1 - log_var).sum(1).mean() / 2
        loss = distortion + rate
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    return step, weights


def torch_critic():
    import torch
    from torch import nn

    critic = nn.Sequential(
        *(nn.Conv2d(1, 16, 5, 2, 2), nn.LeakyReLU(0.2), nn.Conv2d(16, 32, 5, 2, 2)),
        *(nn.LeakyReLU(0.2), nn.Conv2d(32, 64, 5, 2, 2), nn.LeakyReLU(0.2)),
        *(nn.Flatten(), nn.Linear(1024, 1)),
    )
    optimizer = torch.optim.Adam(critic.parameters(), lr=1e-3, betas=(0.0, 0.9))
    turned = [images(64, 32, seed=seed).transpose(0, 3, 1, 2) * 2 - 1 for seed in (0, 1)]
    real, fake = map(torch.tensor, turned)
    share = torch.tensor(np.random.default_rng(0).random((64, 1, 1, 1), "float32"))

    def step():
        optimizer.zero_grad()
        score = critic(real)
        distance = score.mean() - critic(fake).mean()
        mix = (share * real + (1 - share) * fake).requires_grad_()
        gradient = torch.autograd.grad(critic(mix).sum(), mix, create_graph=True)[0]
        norms = torch.sqrt((gradient**2).sum((1, 2, 3)) + 1e-12)
        loss = -distance + 10 * ((norms - 1) ** 2).mean() + 0.001 * (score**2).mean()
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    return step, list(critic.parameters())


def torch_graph():
    import torch
    from torch import nn

    graph = torch.tensor(laplacian())

    class Polynomial(nn.Module):
        def __init__(self, level, channels, filters):
            super().__init__()
            nodes = NODES // 4**level
            self.graph, self.mix = graph[:nodes, :nodes], nn.Linear(DEGREE * channels, filters)

        def forward(self, x):
            terms = [x, self.graph @ x]
            for _ in range(DEGREE - 2):
                terms.append(2 * self.graph @ terms[-1] - terms[-2])
            return torch.relu(self.mix(torch.cat(terms, dim=2)))

    class Pool(nn.Module):
        def forward(self, x):
            return nn.functional.max_pool1d(x.transpose(1, 2), 4).transpose(1, 2)

    network = nn.Sequential(
        *(Polynomial(0, 1, 32), Pool(), Polynomial(1, 32, 64), Pool(), nn.Flatten()),
        *(nn.Linear(64 * (NODES // 16), 512), nn.ReLU(), nn.Linear(512, 10)),
    )
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    x = images(100, 32).reshape(100, -1, 1)[:, :NODES]
    return torch_classifier(network, x, classes(100), optimizer, turn=(0, 1, 2))


STEPS = {
    "LeNet5": (keras_lenet5, torch_lenet5),
    "residual-20": (keras_residual20, torch_residual20),
    "U-Net": (keras_unet, torch_unet),
    "VAE": (keras_vae, torch_vae),
    "critic": (keras_critic, torch_critic),
    "graph": (keras_graph, torch_graph),
}


def work(name, side):
    """For each line on standard input, time a round and print the seconds a step."""
    if side == 0:
        from utils.session import start

        start("99_benchmark")
    step, weights = STEPS[name][side]()
    for _ in range(3):
        step()
    started = time.perf_counter()
    step()
    count = max(3, round(SECONDS / (time.perf_counter() - started)))
    print("ready", sum(int(np.prod(weight.shape)) for weight in weights), flush=True)
    for _ in sys.stdin:
        started = time.perf_counter()
        for _ in range(count):
            loss = step()
        print((time.perf_counter() - started) / count, loss, flush=True)


def ready(worker):
    """Return the number of weights that a worker reports, or None if it ended."""
    for line in worker.stdout:
        if line.startswith("ready "):
            return int(line.split()[1])
    return None


def compare(name, rounds):
    """Print the two times of a network; return their ratio, or None if it was left out."""
    command = [sys.executable, __file__, "work", name]
    pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    pair = [subprocess.Popen([*command, str(side)], **pipes) for side in (0, 1)]
    counts = [ready(worker) for worker in pair]
    if None in counts:
        words = pair[counts.index(None)].communicate()[1].strip().splitlines() or ["it ended"]
        for worker in pair:
            worker.kill()
        print(f"{name:12} left out: {words[-1]}", flush=True)
        return None
    if counts[0] != counts[1]:
        for worker in pair:
            worker.kill()
        sys.exit(f"{name}: {counts[0]} weights in Keras, {counts[1]} in PyTorch")
    seconds = [[], []]
    for _ in range(rounds):
        for side, worker in enumerate(pair):
            worker.stdin.write("go\n")
            worker.stdin.flush()
            second, loss = map(float, worker.stdout.readline().split())
            if not np.isfinite(loss):
                sys.exit(f"{name}: the loss is {loss}")
            seconds[side].append(second)
    for worker in pair:
        worker.communicate()
    medians = [statistics.median(found) for found in seconds]
    spans = [f"{1000 * min(found):.1f} to {1000 * max(found):.1f}" for found in seconds]
    print(
        f"{name:12} {counts[0]:9} weights, Keras {1000 * medians[0]:7.1f} ms ({spans[0]}), "
        f"PyTorch {1000 * medians[1]:7.1f} ms ({spans[1]})",
        flush=True,
    )
    return medians[0] / medians[1]


def main(arguments):
    rounds = int(arguments[0]) if arguments else 7
    names = arguments[1:] or list(STEPS)
    if unknown := [name for name in names if name not in STEPS]:
        sys.exit(f"there is no network {unknown[0]}; there are {', '.join(STEPS)}")
    ratios = {name: compare(name, rounds) for name in names}
    found = [f"{name} {ratio:.2f}" for name, ratio in ratios.items() if ratio is not None]
    print("ratios_to_pytorch:", ", ".join(found))


if __name__ == "__main__":
    if sys.argv[1:2] == ["work"]:
        work(sys.argv[2], int(sys.argv[3]))
    else:
        main(sys.argv[1:])
