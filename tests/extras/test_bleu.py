"""Notebook 15's BLEU is that of sacrebleu and of NLTK."""

import numpy as np
import pytest
import structure

from utils import scenes

ONE = (
    "It is a guide to action which ensures that the military always obeys the commands of the party"
)
FIRST = [
    "It is a guide to action that ensures that the military will forever heed Party commands",
    "It is the guiding principle which guarantees the military forces always being under the "
    "command of the Party",
    "It is the practical guide for the army always to heed the directions of the party",
]
TWO = "he read the book because he was interested in world history"
SECOND = ["he was interested in world history because he read the book"]


@pytest.fixture(scope="module")
def bleu():
    path = next(path for path in structure.NOTEBOOKS if structure.number(path) == "15")
    return structure.taught(path, "bleu")["bleu"]


def said_and_true(seed):
    """Return sentences, some with a word exchanged, cut or doubled, and their references."""
    rng = np.random.default_rng(seed)
    said, true = [], []
    for own in scenes.make(50, seed, "validation").sentences:
        words = [*own[rng.integers(len(own))].words]
        if rng.random() < 0.4:
            words[rng.integers(len(words))] = str(rng.choice(scenes.VOCABULARY))
        if rng.random() < 0.3:
            words = words[: rng.integers(1, len(words) + 1)]
        if rng.random() < 0.3:
            words = words + words[-2:]
        said.append(tuple(words))
        true.append([s.words for s in own if s.kind != "relation"])
    return said, true


def test_documented_values(bleu):
    from nltk.translate.bleu_score import corpus_bleu, sentence_bleu

    said = [tuple(text.split()) for text in (ONE, TWO)]
    true = [[tuple(text.split()) for text in texts] for texts in (FIRST, SECOND)]
    each = [bleu([words], [own]) for words, own in zip(said, true, strict=True)]
    assert each[0] == pytest.approx(0.5045666840, abs=1e-9)
    assert each[0] == pytest.approx(sentence_bleu(true[0], said[0]))
    assert bleu(said, true) == pytest.approx(0.5920778869, abs=1e-9)
    assert bleu(said, true) == pytest.approx(corpus_bleu(true, said))
    assert np.mean(each) == pytest.approx(0.6223247442, abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_corpus(bleu, seed):
    from nltk.translate.bleu_score import corpus_bleu
    from sacrebleu.metrics import BLEU

    said, true = said_and_true(seed)
    ours = bleu(said, true)
    assert 0.1 < ours < 0.95
    # NLTK counts one missed n-gram in a sentence that is too short to have any
    long = [i for i, words in enumerate(said) if len(words) >= 4]
    said_long, true_long = ([part[i] for i in long] for part in (said, true))
    assert bleu(said_long, true_long) == pytest.approx(corpus_bleu(true_long, said_long))
    most = max(map(len, true))  # sacrebleu wants as many references for each: None for the lack
    columns = [[" ".join(own[j]) if j < len(own) else None for own in true] for j in range(most)]
    theirs = BLEU(tokenize="none", smooth_method="none").corpus_score(
        [" ".join(words) for words in said], columns
    )
    assert 100 * ours == pytest.approx(theirs.score)


def test_ties_of_length_take_the_shorter(bleu):
    from nltk.translate.bleu_score import corpus_bleu
    from sacrebleu.metrics import BLEU

    said, true = tuple("abcdef"), [tuple("abcde"), tuple("abcdefg")]
    assert bleu([said], [true]) == 1
    assert corpus_bleu([true], [said]) == 1
    columns = [[" ".join(own)] for own in true]
    assert BLEU(tokenize="none").corpus_score([" ".join(said)], columns).score == pytest.approx(100)
