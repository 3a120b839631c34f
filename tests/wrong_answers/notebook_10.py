"""Wrong answers to the exercises of notebook 10."""

from scipy.special import comb


def cifar(n, biases=False, norms=2, shortcuts=False):
    total, channels = 432 + 16 * (norms + biases), 16
    for filters in (16, 32, 64):
        total += shortcuts * channels * filters * (channels < filters)
        for _ in range(2 * n):
            total += 9 * channels * filters + filters * (norms + biases)
            channels = filters
    return total + 650


WRONG = {
    "10.1": [
        lambda n: cifar(n, biases=True),
        lambda n: cifar(n, norms=1),
        lambda n: cifar(n, shortcuts=True),
    ],
    "10.2": [
        lambda a: 2,  # He's, whatever the slope
        lambda a: 2 / (1 + a),
        lambda a: (1 + a**2) / 2,
    ],
    "10.3": [
        lambda n, r: [comb(n, k) / 2**n for k in range(n + 1)],
        lambda n, r: [r**k / sum(r**j for j in range(n + 1)) for k in range(n + 1)],
        lambda n, r: [comb(n, k) * r ** (2 * k) / (1 + r**2) ** n for k in range(n + 1)],
    ],
}
