"""What notebook 16 teaches about agents, against values worked out by hand and brute force."""

import itertools

import keras
import numpy as np
import pytest
import structure

PATH = next(path for path in structure.NOTEBOOKS if structure.number(path) == "16")
NAMES = (
    "value_iteration", "lake", "q_learning", "Catch", "play", "foresee", "Starry", "true_q",
    "known", "Replay", "make_update", "advantages", "clipped", "draw_action", "returns_of",
    "learned_value", "redrawn", "Moment", "multiplications", "atari_network", "policy_network",
)  # fmt: skip


@pytest.fixture(scope="module")
def taught():
    return structure.taught(PATH, *NAMES)


def test_value_iteration_by_counting_steps(taught):
    """On solid ice a value is the discount to the number of steps but one to the goal."""
    solid = taught["lake"](False)
    values = taught["value_iteration"](solid, 0.9, 50)[-1]
    steps = {14: 1, 13: 2, 10: 2, 9: 3, 6: 3, 8: 4, 2: 4, 4: 5, 1: 5, 3: 5, 0: 6}
    for state, count in steps.items():
        assert values[state] == pytest.approx(0.9 ** (count - 1))
    assert (values[[5, 7, 11, 12, 15]] == 0).all()


def test_q_learning_reaches_solid_values(taught):
    solid = taught["lake"](False)
    q, _ = taught["q_learning"](solid, 20_000, epsilon=1.0)
    exact = taught["value_iteration"](solid, 0.95, 50)[-1]
    assert np.abs(q.max(axis=2) - exact)[:, [0, 1, 4, 8, 9, 10, 13, 14]].max() < 0.05


def test_catch_is_fair(taught):
    """Every start can be caught, standing still catches a quarter, and what is random is seeded."""
    assert (taught["play"](taught["foresee"]) == 1).all()
    assert taught["play"](lambda stack: np.ones(720, int)).mean() == -0.5
    one, two = (taught["Catch"](50, seed=3) for _ in range(2))
    for _ in range(30):
        action = np.arange(50) % 3
        assert np.array_equal(one.picture(), two.picture())
        for first, second in zip(one.step(action), two.step(action), strict=True):
            assert np.array_equal(first, second)


def test_true_q_by_playing_on(taught):
    """The value of a state is what the best of all ways to play on brings."""
    for row, ring, speed, left in ((7, 3, 2, 0), (8, 20, 1, 7), (6, 11, 0, 9), (9, 5, 2, 4)):
        found = []
        for first in range(3):
            best = -1.0
            for rest in itertools.product(range(3), repeat=10 - row):
                world = taught["Catch"](1, seed=0, in_step=True)
                state = zip((world.row, world.ring, world.speed, world.left),
                            (row, ring, speed, left), strict=True)  # fmt: skip
                for array, value in state:
                    array[:] = value
                for action in (first, *rest):
                    reward, end = world.step(np.array([action]))
                assert end[0]
                best = max(best, reward[0])
            found.append(best * 0.97 ** (10 - row))
        assert taught["true_q"](row, ring, speed, left) == pytest.approx(found)


def test_a_star_is_one_more_pixel_and_changes_nothing_else(taught):
    plain, starry = (taught[name](30, seed=1) for name in ("Catch", "Starry"))
    for name in ("row", "ring", "speed", "left"):
        setattr(starry, name, getattr(plain, name).copy())
    more = (starry.picture() > 0).sum((1, 2)) - (plain.picture() > 0).sum((1, 2))
    assert set(more) <= {0, 1} and more.sum() > 20
    assert (starry.picture() >= plain.picture()).all()


def test_known_returns(taught):
    lost, playing = np.zeros((2, 9, 1), bool)
    playing[:7] = True
    lost[3] = lost[8] = True  # the second after the game
    assert taught["known"](lost, playing, 100).ravel().tolist() == [True] * 4 + [False] * 5
    assert taught["known"](lost, playing, 2).ravel().tolist() == [True] * 5 + [False] * 4


@pytest.mark.parametrize(("n", "depth"), list(itertools.product((1, 3), (1, 4))))
def test_replay_against_whole_histories(taught, n, depth):
    """What is drawn equals what the games' whole histories say, after the ring has gone round."""
    rng, games, steps, rows, discount = np.random.default_rng(0), 3, 90, 40, 0.9
    memory = taught["Replay"](rows, games, (2, 2), depth, n, discount)
    frames = rng.integers(1, 255, (steps, games, 2, 2)).astype(np.uint8)
    actions, rewards = rng.integers(0, 4, (steps, games)), rng.random((steps, games))
    over = rng.random((steps, games)) < 0.1
    ends = over | (rng.random((steps, games)) < 0.1)  # a lost life ends the return alone
    firsts = np.vstack([np.ones((1, games), bool), over[:-1]])
    for parts in zip(frames, firsts, actions, rewards, ends, strict=True):
        memory.add(*parts)

    def stack(k, e):
        begin = max(t for t in range(k + 1) if firsts[t, e])
        shown = [
            frames[t, e] if t >= begin else np.zeros((2, 2)) for t in range(k - depth + 1, k + 1)
        ]
        return np.stack(shown, axis=-1)

    pictures, taken, returns, factors, later = memory.draw(rng, 400)
    seen = set()
    for i in range(400):
        fits = [(k, e) for k in range(steps - rows + depth - 1, steps - n) for e in range(games)
                if np.array_equal(frames[k, e], pictures[i, ..., -1])]  # fmt: skip
        assert len(fits) == 1
        k, e = fits[0]
        seen.add(k)
        assert np.array_equal(pictures[i], stack(k, e)) and taken[i] == actions[k, e]
        alive, total = 1.0, 0.0
        for t in range(k, k + n):
            total += discount ** (t - k) * alive * rewards[t, e]
            alive *= not ends[t, e]
        assert returns[i] == pytest.approx(total) and factors[i] == pytest.approx(
            alive * discount**n
        )
        if alive:
            assert np.array_equal(later[i], stack(k + n, e))
    assert len(seen) > 20


def constant(values):
    """A network that gives the same values to each picture, whatever it shows."""
    inputs = keras.Input((2, 2, 1), dtype="uint8")
    flat = keras.layers.Flatten()(keras.ops.cast(inputs, "float32") * 0)
    network = keras.Model(inputs, keras.layers.Dense(len(values))(flat))
    network.layers[-1].bias.assign(values)
    return network


def test_update_takes_the_right_target(taught):
    """Double: the network chooses, the target network values; single: the target does both."""
    picture = np.zeros((1, 2, 2, 1), np.uint8)
    moment = (
        picture,
        np.array([0]),
        np.array([0.5], "float32"),
        np.array([0.9], "float32"),
        picture,
    )
    for double, value in ((True, 0.2), (False, 0.6)):
        network, target = constant([0.0, 0.3]), constant([0.6, 0.2])
        update = taught["make_update"](network, target, keras.optimizers.SGD(1.0), double)
        error = 0.5 + 0.9 * value
        loss = error**2 / 2 if error <= 1 else error - 0.5
        assert float(update(*moment)) == pytest.approx(loss, rel=1e-5)
        moved = network.layers[-1].bias.numpy()
        assert moved == pytest.approx([min(error, 1), 0.3], rel=1e-5)  # towards it, one action
        assert target.layers[-1].bias.numpy() == pytest.approx([0.6, 0.2])


def test_advantages_are_sums_of_surprises(taught):
    rng = np.random.default_rng(0)
    rewards, values = rng.random((12, 2)), rng.random((13, 2))
    lost = rng.random((12, 2)) < 0.2
    found = taught["advantages"](rewards, values, lost, 0.9, 0.8)
    for t, e in np.ndindex(12, 2):
        total, factor = 0.0, 1.0
        for k in range(t, 12):
            total += factor * (
                rewards[k, e] + 0.9 * (not lost[k, e]) * values[k + 1, e] - values[k, e]
            )
            factor *= 0.9 * 0.8 * (not lost[k, e])
        assert found[t, e] == pytest.approx(total)


def test_clipped_gain(taught):
    gain = taught["clipped"](np.array([1.5, 0.5, 0.5, 1.5]), np.array([1.0, -1.0, 1.0, -1.0]))
    assert np.asarray(gain) == pytest.approx([1.1, -0.9, 0.5, -1.5])


def test_actions_are_drawn_by_their_probabilities(taught):
    wanted = np.array([0.6, 0.3, 0.1])
    logits = np.tile(np.log(wanted) + 7, (200_000, 1))  # a constant changes nothing
    shares = np.bincount(taught["draw_action"](logits, np.random.default_rng(0))) / 200_000
    assert np.abs(shares - wanted).max() < 0.005


def test_returns_stop_at_a_lost_carrot(taught):
    signs, lost = np.array([[1.0], [0], [1], [1]]), np.array([[False], [True], [False], [False]])
    assert taught["returns_of"](signs, lost, 0.5)[:, 0].tolist() == [1.0, 0.0, 1.5, 1.0]


def test_cut_is_no_end(taught):
    assert taught["learned_value"](False, 200_000) == pytest.approx(100, abs=0.5)
    assert taught["learned_value"](True, 200_000) == pytest.approx(16.8, abs=0.5)


def test_interval_covers_the_mean(taught):
    points = np.random.default_rng(0).normal(100, 20, 400)
    low, high = taught["redrawn"](points)
    assert low < 100 < high and high - low == pytest.approx(4 * 20 / 20, rel=0.15)


def test_networks_have_the_papers_sizes(taught):
    assert taught["atari_network"]().count_params() == 678_200
    assert taught["atari_network"](2015).count_params() == 1_688_232
    assert taught["policy_network"]().count_params() == 678_457
    assert [taught["multiplications"](taught["atari_network"](year)) for year in (2013, 2015)] == [
        2_967_552, 9_347_072,
    ]  # fmt: skip


class World:
    """Two games: the first loses a life at the second decision and ends at the third."""

    def __init__(self):
        self.t = 0

    def step(self, actions):
        self.t += 1
        over = np.array([self.t == 3, False])
        lives = np.array([3 if self.t in (1, 3) else 2, 3])
        return np.zeros((2, 4, 84, 84)), np.array([20, 100]), over, over & False, {"lives": lives}


def test_moment_counts_points_lives_and_ends(taught):
    now, world = taught["Moment"](np.zeros((2, 4, 84, 84)), np.array([3, 3])), World()
    kept = [now.act(world, None) for _ in range(3)]
    signs, lost, totals = zip(*kept, strict=True)
    assert np.array_equal(signs, np.ones((3, 2)))
    assert np.array(lost)[:, 0].tolist() == [False, True, True] and not np.array(lost)[:, 1].any()
    assert totals == ([], [], [60.0]) and now.points.tolist() == [0, 300]
    assert now.first.tolist() == [True, False] and now.gained.tolist() == [20, 100]
