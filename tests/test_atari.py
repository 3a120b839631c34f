"""utils/atari.py: the games, their pictures, and what is said of a game that is not there."""

import numpy as np
import pytest

from utils import atari


def test_the_games_are_there():
    names = atari.games()
    assert len(names) == 104 and names == sorted(names)
    assert {"gopher", "phoenix", "tutankham", "breakout", "pong"} <= set(names)
    assert "combat" not in names  # for two players


@pytest.mark.parametrize(("game", "hint"), [("gofer", "gopher"), ("Pong", "pong"), (7, "games()")])
@pytest.mark.parametrize("how", [atari.console, lambda game: atari.side_by_side(game, 2)])
def test_a_game_that_is_not_there(game, hint, how):
    with pytest.raises(ValueError, match="holds no game") as error:
        how(game)
    assert hint in str(error.value) and "\n" not in str(error.value)


def test_at_least_one_game():
    with pytest.raises(ValueError, match="At least one game"):
        atari.side_by_side("gopher", 0)


def test_eight_buttons():
    buttons = [button.name for button in atari.console("gopher").getMinimalActionSet()]
    assert buttons == "NOOP FIRE UP RIGHT LEFT UPFIRE RIGHTFIRE LEFTFIRE".split()


def test_console_and_side_by_side_show_the_same():
    """Decision by decision the same points, the same pictures to one gray level."""
    world = atari.side_by_side("gopher", 1, noops=0)
    pictures, _ = world.reset(seed=3)
    machine = atari.console("gopher", 3)
    buttons = machine.getMinimalActionSet()
    stack = np.zeros((4, 84, 84), np.uint8)
    stack[3] = atari.shrink(machine.getScreenGrayscale())
    assert np.abs(pictures[0].astype(int) - stack).max() <= 1
    rng, points = np.random.default_rng(0), 0
    for _ in range(450):
        action, shots, came = int(rng.integers(8)), [], 0
        for _ in range(4):
            came += machine.act(buttons[action])
            shots.append(machine.getScreenGrayscale())
        stack = np.concatenate([stack[1:], atari.shrink(np.maximum(*shots[-2:]))[None]])
        pictures, rewards, *_ = world.step(np.array([action]))
        assert rewards[0] == came
        assert np.abs(pictures[0].astype(int) - stack).max() <= 1
        points += came
    assert points > 0


def test_same_seed_same_games():
    def rollout(seed):
        world = atari.side_by_side("gopher", 3)
        pictures, _ = world.reset(seed=seed)
        kept = [pictures]
        for action in np.random.default_rng(0).integers(0, 8, (60, 3)):
            kept.append(world.step(action)[0])
        return np.array(kept)

    assert np.array_equal(rollout(0), rollout(0))
    assert not np.array_equal(rollout(0), rollout(1))  # another number of idle frames


def test_pictures_are_kept_as_they_were():
    """A picture that was kept does not change when the games go on."""
    world = atari.side_by_side("gopher", 2)
    kept, _ = world.reset(seed=0)
    before = kept.copy()
    for action in np.random.default_rng(0).integers(0, 8, (50, 2)):
        pictures = world.step(action)[0]
        assert not np.shares_memory(kept, pictures)
    assert np.array_equal(kept, before)


def test_games_end_after_the_frames_allowed():
    world = atari.side_by_side("gopher", 2, noops=0, frames=400)
    world.reset(seed=0)
    ends = [world.step(np.zeros(2, int))[3].all() for _ in range(100)]
    assert ends == [False] * 99 + [True]


def test_lives_are_games_ends_with_a_carrot():
    """Where one setting takes a carrot and plays on, the other begins a game with three."""
    whole = atari.side_by_side("gopher", 1, noops=0)
    short = atari.side_by_side("gopher", 1, noops=0, lives_are_games=True)
    whole.reset(seed=0), short.reset(seed=0)
    rng = np.random.default_rng(0)
    for _ in range(1000):
        action = rng.integers(0, 8, 1)
        _, _, ended, _, info = whole.step(action)
        _, _, also_ended, _, short_info = short.step(action)
        if info["lives"][0] < 3:
            break
        assert not also_ended[0]
    assert not ended[0] and also_ended[0]
    assert info["lives"][0] == 2 and short_info["lives"][0] == 3


def test_shrink_takes_means_of_areas():
    picture = np.arange(24, dtype=np.uint8).reshape(4, 6)
    halves = picture.reshape(2, 2, 3, 2).mean((1, 3))
    assert np.array_equal(atari.shrink(picture, (2, 3)), np.rint(halves).astype(np.uint8))
    assert np.array_equal(atari.shrink(picture, (4, 6)), picture)
    thirds = atari.shrink(np.array([[0, 90]], np.uint8), (1, 1))
    assert thirds == 45
    uneven = atari.shrink(np.array([[0, 30, 90]], np.uint8), (1, 2))  # 1½ old pixels each
    assert uneven.tolist() == [[10, 70]]


def test_play_without_a_screen(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    with pytest.raises(RuntimeError, match="no screen"):
        atari.play(lambda pictures: 0, seconds=1)


def test_play_shows_the_stack_and_counts_the_points(monkeypatch):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")  # a window that nobody sees
    seen, rng = [], np.random.default_rng(0)

    def choose(pictures):
        seen.append(pictures.copy())
        return rng.integers(8)

    points = atari.play(choose, seconds=30, speed=100)
    world, rng = atari.side_by_side("gopher", 1, noops=0), np.random.default_rng(0)
    world.reset(seed=0)
    assert points == sum(world.step(rng.integers(0, 8, 1))[1][0] for _ in range(450))
    assert len(seen) == 450 and seen[0].shape == (1, 4, 84, 84)
    assert np.array_equal(seen[9][0, :3], seen[8][0, 1:])
