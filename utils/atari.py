"""Atari 2600 games of the Arcade Learning Environment: one console, or many games side by side.

The machine and the games' programs (ROMs) come with the package ale-py (Bellemare et al., 2013).
"""

import difflib
import functools
import os
import sys
import time

import numpy as np
from scipy import sparse

FRAMES_A_SECOND = 60  # the frames that the console draws in one second


def games():
    """Return the names of the games that ale-py holds and one player can play, sorted."""
    from ale_py import ALEInterface, roms

    held = sorted(roms.get_all_rom_ids())
    return [name for name in held if ALEInterface.isSupportedROM(roms.get_rom_path(name))]


def console(game, seed=0, window=False):
    """Return a console, an `ale_py.ALEInterface`, in which `game` begins.

    game: a name of `games()`. seed: of the console's own random numbers. window: open a window
    that shows the game. Actions are always obeyed (no sticky actions); the buttons that the game
    uses are `console.getMinimalActionSet()`.

    Raises ValueError for a game that is not there, RuntimeError for a window without a screen.
    """
    path = _rom(game)
    from ale_py import ALEInterface

    machine = ALEInterface()
    machine.setInt("random_seed", int(seed))
    machine.setFloat("repeat_action_probability", 0.0)
    if window:
        _need_screen()
        machine.setBool("display_screen", True)
        machine.setBool("sound", False)
    machine.loadROM(path)
    machine.reset_game()
    return machine


def side_by_side(game, number, *, noops=30, frames=108_000, lives_are_games=False):
    """Return `number` games played in step: an `ale_py.vector_env.AtariVectorEnv`.

    An action holds for four frames; pictures are uint8 (number, 4, 84, 84), the last four
    decisions' screens, oldest first, each the brighter of two frames, gray, shrunk, and zero before
    the game began. Rewards are the points, int32, not clipped. A game begins with up to `noops`
    idle frames, drawn from the seed of `reset`, ends after `frames` frames at the latest
    (`truncated`), and the next begins in the same step. `lives_are_games` is ale-py's
    `episodic_life`: the game restarts with each lost life. Settings otherwise as in Machado et al.
    (2018) without sticky actions.

    Raises ValueError for a game that is not there or a number below 1.
    """
    if number < 1:
        raise ValueError(f"At least one game is played; got number={number}.")
    _rom(game)
    from ale_py.vector_env import AtariVectorEnv

    return AtariVectorEnv(
        game,
        number,
        num_threads=min(number, os.cpu_count() or 1),
        max_num_frames_per_episode=frames,
        autoreset_mode="SameStep",
        noop_max=noops,
        episodic_life=lives_are_games,
        reward_clipping=False,
        use_fire_reset=False,
    )


def play(choose, game="gopher", seconds=60, seed=0, speed=1):
    """Show `game`, played by `choose`, in a window of this machine; return the points it made.

    choose: a function from pictures, uint8 (1, 4, 84, 84) as of `side_by_side`, to the number of
    an action among the game's own. Plays until the game ends or for `seconds` of play; `speed` 2
    is twice as fast.

    Raises ValueError for a game that is not there, RuntimeError on a machine without a screen.
    """
    machine = console(game, seed, window=True)
    actions, points, stack = machine.getMinimalActionSet(), 0, np.zeros((1, 4, 84, 84), np.uint8)
    for _ in range(int(seconds * FRAMES_A_SECOND / 4)):
        began, shots = time.perf_counter(), []
        action = actions[int(choose(stack))]
        for _ in range(4):
            points += machine.act(action)
            shots.append(machine.getScreenGrayscale())
        if machine.game_over():
            break
        stack = np.concatenate([stack[:, 1:], shrink(np.maximum(*shots[-2:]))[None, None]], 1)
        time.sleep(max(0, 4 / FRAMES_A_SECOND / speed - (time.perf_counter() - began)))
    return points


def shrink(picture, size=(84, 84)):
    """Return a gray `picture`, uint8 (height, width), shrunk to `size`: each new pixel is the mean
    of the area it covers, rounded, uint8. Equal to ale-py's own to one gray level."""
    rows, columns = (_covers(old, new) for old, new in zip(picture.shape, size, strict=True))
    return np.rint(rows @ (columns @ picture.T.astype(float)).T).astype(np.uint8)


@functools.cache
def _covers(old, new):
    """Return (new, old), sparse: the share of each new cell that each old one covers."""
    edges = np.arange(new + 1) * old / new
    cells = np.arange(old)
    overlap = np.minimum(edges[1:, None], cells + 1) - np.maximum(edges[:-1, None], cells)
    return sparse.csr_array(np.clip(overlap, 0, None) * new / old)


def _rom(game):
    """Return the path of the game's program, or say in one sentence that it is not there."""
    import ale_py

    ale_py.ALEInterface.setLoggerMode(ale_py.LoggerMode.Error)
    held = game in ale_py.roms.get_all_rom_ids()
    path = ale_py.roms.get_rom_path(game) if held else None
    if path is None or not ale_py.ALEInterface.isSupportedROM(path):
        near = difflib.get_close_matches(str(game).lower(), games(), 3, 0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else "atari.games() names them all."
        raise ValueError(f"ale-py holds no game {game!r} for one player: {hint}")
    return path


def _need_screen():
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")
    if sys.platform.startswith("linux") and not any(map(os.environ.get, screens)):
        raise RuntimeError(
            "This machine has no screen for a window: play on your own computer, "
            "or look at the film strip instead."
        )
