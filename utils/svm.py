"""Support vector machines for ten digits: one for each pair of digits, and their votes.

scikit-learn's SVC fits each pair; what is added here are kernels from one matrix product, which
makes the fit several times faster, and a file that holds places of digits in place of digits.
"""

from itertools import combinations

import numpy as np
from keras import ops
from sklearn.svm import SVC
from threadpoolctl import threadpool_limits

from utils import files

PAIRS = tuple(combinations(range(10), 2))  # (0, 1), (0, 2), ..., (8, 9)
KERNELS = ("linear", "polynomial", "rbf")


def kernel_matrix(a, b, kernel, value):
    """Return the kernels of all rows of a (n, d) with all rows of b (m, d), (n, m) float32.

    kernel: "linear", "polynomial" of degree `value`, or "rbf" with gamma `value`, as notebook 07
    writes them. Raises ValueError for another kernel. A matrix of NumPy or of the backend.
    """
    if kernel not in KERNELS:
        raise ValueError(f"There is no kernel {kernel!r}; there are {', '.join(KERNELS)}.")
    products = ops.matmul(a, np.transpose(b))
    if kernel == "linear":
        return products
    if kernel == "polynomial":
        return (products / 50 + 1) ** value
    squares = np.sum(a**2, axis=1)[:, np.newaxis] + np.sum(b**2, axis=1)
    return ops.exp(-value * ops.maximum(squares - 2 * products, 0))


class Machine:
    """45 machines, one a pair of digits: call it with features (n, d), it returns digits (n,).

    vectors: (m, d) float32, the support vectors, or for a linear kernel the 45 sums w. a: (m, 45)
    float32, what each pair gives to each vector. b: (45,) float32. kernel, value: those of
    `kernel_matrix`. index: (m,) int, which of the examples the vectors are, or None.
    """

    def __init__(self, vectors, a, b, kernel, value, index=None):
        self.vectors, self.a, self.b = vectors, a, b
        self.kernel, self.value, self.index = kernel, value, index

    def decisions(self, x):
        """Return f of each pair for x (n, d), (n, 45): above 0 stands for the pair's first."""
        parts = [
            ops.matmul(kernel_matrix(part, self.vectors, self.kernel, self.value), self.a)
            for part in np.array_split(x, -(-len(x) // 1000))
        ]
        return np.concatenate(parts) + self.b

    def __call__(self, x):
        """Return the digits (n,) with the most votes, the smallest if several have as many."""
        decisions = self.decisions(x)
        votes = np.zeros((len(x), 10), int)
        for p, (i, j) in enumerate(PAIRS):
            votes[:, i] += decisions[:, p] > 0
            votes[:, j] += decisions[:, p] <= 0
        return votes.argmax(axis=1)

    @property
    def numbers(self):
        """How many numbers it keeps in memory."""
        return self.vectors.size + (self.a.size if self.kernel != "linear" else 0) + len(self.b)

    @property
    def products(self):
        """How many multiplications the kernels of one digit take."""
        return self.vectors.size


def fit(x, y, kernel, value, C):
    """Return a `Machine`, fitted to features x (n, d) float32 of digits y (n,) from 0 to 9.

    value: the degree, gamma, or 0 for a linear kernel. C: the price of a violation. Raises
    ValueError for unequal lengths, for labels of which one of 0 to 9 is missing, and for what
    scikit-learn refuses.
    """
    if len(x) != len(y):
        raise ValueError(f"fit got {len(x)} examples and {len(y)} labels.")
    members = [np.flatnonzero(y == k) for k in range(10)]
    if not all(len(member) for member in members):
        raise ValueError("fit needs at least one example of each digit from 0 to 9.")
    own = [np.asarray(kernel_matrix(x[m], x[m], kernel, value)) for m in members]
    a, b = np.zeros((len(x), 45), "float32"), np.zeros(45, "float32")
    with threadpool_limits(1):
        for p, (i, j) in enumerate(PAIRS):
            cross = np.asarray(kernel_matrix(x[members[i]], x[members[j]], kernel, value))
            matrix = np.block([[own[i], cross], [cross.T, own[j]]]).astype(float)
            both = np.concatenate([members[i], members[j]])
            machine = SVC(kernel="precomputed", C=C, cache_size=500).fit(matrix, y[both] == i)
            a[both[machine.support_], p], b[p] = machine.dual_coef_[0], machine.intercept_[0]
    index = np.flatnonzero(a.any(axis=1))
    if kernel == "linear":
        return Machine(a.T @ x, np.eye(45, dtype="float32"), b, kernel, value, index)
    return Machine(x[index], a[index], b, kernel, value, index)


def save(machine, path, index, moved, seconds):
    """Write what `machine` learned to the file `path`, without the digits themselves.

    index: (m,) which training digit each of its vectors is. moved: (m,) by which of the notebook's
    five moves. seconds: that the fit took. A linear machine keeps its sums w instead of both.
    """
    kept = {"b": machine.b, "seconds": seconds}
    if machine.kernel == "linear":
        kept |= {"w": machine.vectors}
    else:
        kept |= {"index": np.asarray(index, "uint16"), "moved": np.asarray(moved, "uint8")}
        kept |= {"a": machine.a}
    files.write_atomically(path, lambda file: np.savez_compressed(file, **kept))


def load(path, kernel, value, features):
    """Return (machine, seconds) from the file that `save` wrote.

    features: a function (index, moved) -> (m, d) float32, the features of these training digits.
    """
    with np.load(path) as kept:
        b, seconds = kept["b"], float(kept["seconds"])
        if kernel == "linear":
            return Machine(kept["w"], np.eye(45, dtype="float32"), b, kernel, value), seconds
        vectors = features(kept["index"], kept["moved"])
        return Machine(vectors, kept["a"], b, kernel, value, kept["index"]), seconds
