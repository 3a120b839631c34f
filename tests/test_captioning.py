"""What notebook 15 teaches about captions, against values printed elsewhere and brute force."""

import itertools

import numpy as np
import pytest
import structure

from utils import scenes

PATH = next(path for path in structure.NOTEBOOKS if structure.number(path) == "15")
NAMES = (
    "rnn_step", "lstm_step", "caption_loss", "even_parameters", "even", "for_keras", "encode",
    "sentence_loss", "ShowAndTell", "ShowAttendAndTell",
    "WideStart", "OneLookAtStart", "LongVectorEachWord", "MeanEachWord", "OneLook", "bleu", "beam_search", "best_of",
    "best_first", "table_of", "touched", "hit_rate", "sentences_of", "draw", "references", "score",
    "INDEX", "PAD", "V", "T", "judge", "photograph_text",
)  # fmt: skip


@pytest.fixture(scope="module")
def taught():
    return structure.taught(PATH, *NAMES)


def test_rnn_step(taught):
    even = taught["even"]
    h = taught["rnn_step"](
        even(-0.4, 0.7, 3, 10), even(-0.2, 0.5, 3, 4), even(-0.1, 0.9, 10, 4),
        even(-0.3, 0.7, 4, 4), even(-0.2, 0.4, 4),
    )  # fmt: skip
    np.testing.assert_allclose(h[0], [-0.58172089, -0.50182032, -0.41232771, -0.31410098])
    np.testing.assert_allclose(h[2], [0.97934501, 0.99144213, 0.99646691, 0.99854353])


def test_lstm_step(taught):
    even = taught["even"]
    h, c = taught["lstm_step"](
        even(-0.4, 1.2, 3, 4), even(-0.3, 0.7, 3, 5), even(-0.4, 0.9, 3, 5),
        even(-2.1, 1.3, 4, 20), even(-0.7, 2.2, 5, 20), even(0.3, 0.7, 20),
    )  # fmt: skip
    np.testing.assert_allclose(h[0], [0.24635157, 0.28610883, 0.32240467, 0.35525807, 0.38474904])
    np.testing.assert_allclose(c[0], [0.32986176, 0.39145139, 0.451556, 0.51014116, 0.56717407])


@pytest.mark.parametrize(
    "kind, gates, low, high, known",
    [("rnn", 1, -1.5, 0.3, 9.83235591), ("lstm", 4, -0.5, 1.7, 9.82445935)],
)
def test_caption_loss(taught, kind, gates, low, high, known):
    features = taught["even"](low, high, 10, 20)
    p = taught["even_parameters"](20, 30, 40, 3, gates)
    sentences = np.arange(130).reshape(10, 13) % 3
    assert taught["caption_loss"](features, sentences, p, kind) == pytest.approx(known, abs=1e-7)
    padded = np.pad(sentences, ((0, 0), (0, 4)))
    assert taught["caption_loss"](features, padded, p, kind) == pytest.approx(known, abs=1e-7)


def test_padding_leaves_the_loss_unchanged(taught):
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(2, 9, 6)).astype("float32")
    targets = np.array([[3, 2, 1, 0, 0], [5, 1, 0, 0, 0]])
    loss = float(taught["sentence_loss"](logits[:, :5], targets))
    assert loss == pytest.approx(
        float(taught["sentence_loss"](logits, np.pad(targets, ((0, 0), (0, 4)))))
    )
    assert float(taught["sentence_loss"](np.zeros((2, 5, 6), "float32"), targets)) == pytest.approx(
        np.log(6)
    )


def test_encode(taught):
    tokens = taught["encode"]("relation", "the seven is left of the boot".split())
    assert len(tokens) == taught["T"] + 1 and tokens[0] == taught["INDEX"]["<relation>"]
    assert tokens[8] == 1 and set(tokens[9:]) == {0}
    with pytest.raises(ValueError, match="no word 'kite'"):
        taught["encode"]("list", ["a", "kite"])
    with pytest.raises(ValueError, match="at least one word"):
        taught["encode"]("list", [])
    with pytest.raises(ValueError, match="at most 11 words"):
        taught["encode"]("list", ["a"] * 12)


def test_drawn_sentences_are_of_their_scenes(taught):
    made = scenes.make(30, 0, "train")
    text = taught["sentences_of"](made)
    chosen = np.random.default_rng(1).integers(30, size=200)
    drawn = taught["draw"](np.random.default_rng(0), text, chosen)
    for row, i in zip(drawn, np.repeat(chosen, 2), strict=True):
        own = [taught["encode"](s.kind, s.words) for s in made.sentences[i]]
        assert row.tolist() in own
    assert (drawn[::2, 0] == taught["INDEX"]["<list>"]).all()
    assert {k for k in drawn[1::2, 0]} == {taught["INDEX"][f"<{k}>"] for k in ("count", "relation")}


@pytest.mark.parametrize(
    "name",
    ["ShowAndTell", "WideStart", "OneLookAtStart", "LongVectorEachWord", "MeanEachWord", "OneLook",
     "ShowAttendAndTell"],
)  # fmt: skip
def test_step_by_step_is_the_whole(taught, name):
    rng = np.random.default_rng(0)
    captioner = taught[name](None)
    a = rng.normal(size=(3, 36, 96)).astype("float32")
    words = rng.integers(0, taught["V"], (3, 5)).astype("int32")
    logits, alpha = captioner(a, words)
    assert logits.shape == (3, 5, taught["V"])
    state, keys = captioner.start(a)
    for t in range(5):
        out, state, look = captioner.step(words[:, t], state, a, keys)
        np.testing.assert_allclose(out, logits[:, t], atol=1e-5)
    if name == "ShowAttendAndTell":
        np.testing.assert_allclose(look, alpha[:, 4], atol=1e-6)
        np.testing.assert_allclose(alpha.numpy().sum(axis=2), 1, atol=1e-5)


def test_attention(taught):
    rng = np.random.default_rng(0)
    captioner = taught["ShowAttendAndTell"](None)
    a, h = (rng.normal(size=shape).astype("float32") for shape in ((2, 36, 96), (2, 128)))
    alpha, z = captioner.attend(h, a, captioner.key(a))
    order = rng.permutation(36)
    moved, z_moved = captioner.attend(h, a[:, order], captioner.key(a[:, order]))
    np.testing.assert_allclose(moved, alpha.numpy()[:, order], atol=1e-6)
    np.testing.assert_allclose(z_moved, z, atol=1e-5)
    captioner.score.set_weights([np.zeros((64, 1))])  # all scores equal: the plain mean
    alpha, z = captioner.attend(h, a, captioner.key(a))
    np.testing.assert_allclose(alpha, 1 / 36, atol=1e-7)
    np.testing.assert_allclose(z, a.mean(axis=1), atol=1e-6)
    assert (36 * (1 - 7 * alpha.numpy()[0] * 36 / 49) ** 2).mean() * 49 / 36 == pytest.approx(36)


def test_controls_are_attention_but_for_one_thing(taught):
    rng = np.random.default_rng(0)
    a = rng.normal(size=(3, 36, 96)).astype("float32")
    words = rng.integers(0, taught["V"], (3, 5)).astype("int32")
    attention, one_look, mean = (
        taught[name](None) for name in ("ShowAttendAndTell", "OneLook", "MeanEachWord")
    )
    for network in (attention, one_look, mean):
        network(a, words)
    one_look.set_weights(attention.get_weights())
    for name in ("embed", "cell", "to_words", "first_state"):
        getattr(mean, name).set_weights(getattr(attention, name).get_weights())
    assert not np.allclose(attention(a, words)[0], one_look(a, words)[0], atol=1e-4)
    # the first look is the same: both are asked by the first state
    np.testing.assert_allclose(attention(a, words)[0][:, 0], one_look(a, words)[0][:, 0], atol=1e-5)
    for network in (attention, one_look):  # all scores equal: the plain mean
        network.score.set_weights([np.zeros((64, 1))])
        np.testing.assert_allclose(network(a, words)[0], mean(a, words)[0], atol=1e-5)


def test_bleu(taught):
    bleu, said, true = taught["bleu"], [tuple("ABBCD")], [[tuple("ABCDEF")]]
    assert bleu(said, true, 1) == pytest.approx(0.6550, abs=1e-4)
    assert bleu(said, true, 2) == pytest.approx(0.6342, abs=1e-4)
    assert bleu(said, true) == 0  # no run of four is shared
    mat = [["the cat is on the mat".split(), "there is a cat on the mat".split()]]
    assert bleu([("the",) * 7], mat, 1) == pytest.approx(2 / 7)
    # 12 words against 28: the penalty alone
    assert bleu([("a",) * 12], [[("a",) * 28]], 1) == pytest.approx(0.2636, abs=1e-4)
    # 4 words, references of 3 and 5: both as near, the shorter counts
    tie = [[tuple("abc"), tuple("abcde")]]
    assert bleu([tuple("abcd")], tie, 1) == bleu([tuple("abcd")], [tie[0][::-1]], 1) == 1


def toy(taught, rows):
    words = [w for n in range(1, 4) for w in itertools.product(range(5), repeat=n)]
    return taught["table_of"](dict.fromkeys(words, (0, 1, 0, 0, 0)) | rows)


def test_beam_toys(taught):
    beam, best = taught["beam_search"], taught["best_of"]
    first = toy(taught, {(): (0, 0.1, 0.5, 0.4, 0), (2,): (0, 0.4, 0.3, 0.3, 0),
                         (3,): (0, 0.9, 0.1, 0, 0)})  # fmt: skip
    second = toy(taught, {(): (0, 0, 0.4, 0.35, 0.25), (2,): (0.5, 0.5, 0, 0, 0),
                          (3,): (0.5, 0.5, 0, 0, 0)})  # fmt: skip
    for next_words, expected in ((first, (0.2, 0.36, 0.36)), (second, (0.2, 0.2, 0.25))):
        found = [np.exp(best(beam(next_words, k, 4))[1]) for k in (1, 2, 3)]
        np.testing.assert_allclose(found, expected)
    assert best([((1, 1), np.log(0.36)), ((2, 2, 2, 1), np.log(0.25))])[0] == (1, 1)
    assert len(best([((1, 1), np.log(0.36)), ((2, 2, 2, 1), np.log(0.25))], 0.75)[0]) == 4


@pytest.mark.parametrize("seed", range(8))
def test_search_against_brute_force(taught, seed):
    V, most = 3, 4
    rng = np.random.default_rng(seed)
    beginnings = [w for n in range(most) for w in itertools.product(range(V), repeat=n)]
    rows = {w: rng.dirichlet(np.full(V, 0.7)) for w in beginnings}
    next_words = taught["table_of"](rows)

    def probability(words):
        return np.prod([rows[words[:t]][words[t]] for t in range(len(words))])

    everything = [
        words
        for n in range(1, most + 1)
        for words in itertools.product(range(V), repeat=n)
        if 1 not in words[:-1] and (words[-1] == 1 or n == most)
    ]
    assert sum(map(probability, everything)) == pytest.approx(1)
    truth = max(everything, key=probability)
    words, log_p, asked = taught["best_first"](next_words, most)
    assert words == truth and np.exp(log_p) == pytest.approx(probability(truth))
    assert asked <= len(beginnings)
    wide = taught["beam_search"](next_words, V ** (most - 1), most)
    assert taught["best_of"](wide)[0] == truth and len(wide) == len(everything)
    greedy = []
    while len(greedy) < most and (not greedy or greedy[-1] != 1):
        greedy.append(int(np.argmax(rows[tuple(greedy)])))
    assert [words for words, _ in taught["beam_search"](next_words, 1, most)] == [tuple(greedy)]


def test_hit_rate(taught):
    made = scenes.make(40, 2, "validation")
    places = [(i, 0, k) for i in range(40) for k in range(4) if made.labels[i, k] >= 0]
    sizes = [taught["touched"](made, i, k).mean() for i, _, k in places]
    assert all(0 < size < 0.6 for size in sizes)
    for i, _, k in places[:10]:  # the place in which the object's first pixel lies
        row, column = np.argwhere(made.masks[i] == k + 1)[0]
        assert taught["touched"](made, i, k)[6 * (row // 16) + column // 16]
    perfect = np.zeros((40, 1, 36))
    single = [place for place in places if (made.labels[place[0]] >= 0).sum() == 1]
    for i, _, k in single:
        perfect[i, 0] = taught["touched"](made, i, k)
    hits, chance, _ = taught["hit_rate"](perfect, made, single)
    assert hits == 100 and 5 < chance < 60
    everywhere = taught["hit_rate"](np.ones((40, 1, 36)), made, places)
    assert abs(everywhere[0] - everywhere[2]) < 1  # a map that never changes is its own mean


def test_score(taught):
    made = scenes.make(20, 0, "test")
    for kind in ("count", "list"):
        said = [own[0] for own in taught["references"](made, kind)]
        assert taught["score"](said, made, kind)[0] == 100
    assert taught["score"]([("a",)] * 20, made, "list")[0] == 0


def test_judge(taught):
    judge = taught["judge"]
    cup = {"class": "cup", "box": [10, 10, 50, 50], "difficult": ""}
    spoon = {"class": "spoon", "box": [200, 10, 240, 50], "difficult": "small"}
    objects = [cup, spoon]
    assert judge(("objects", "cup", 1), objects) and not judge(("objects", "cup", 2), objects)
    assert judge(("objects", "spoon", 1), objects) and not judge(("objects", "dog", 1), objects)
    assert judge(("relation", "cup", "left of", "spoon"), objects)
    assert not judge(("relation", "cup", "above", "spoon"), objects)
    assert judge(("faces", 0), objects) and not judge(("faces", 1), objects)
    assert not judge(("person", 0.3), objects)
    assert judge(("name", "espresso"), objects) and judge(("name", "palace"), objects) is None


def test_text_of_photographs(taught):
    tokens, first, many = taught["photograph_text"](
        [["A dog runs .", "Dogs !"], ["A cat"]],
        ["<pad>", "<end>", "<c>", "<l>", "<r>", "a", "dog"],
        20,
    )
    assert tokens.shape == (3, 21) and tokens[0, :4].tolist() == [3, 5, 6, 1]
    assert tokens[1, :2].tolist() == [3, 1]  # an unknown word is left out
    assert first[1].tolist() == [2, 2, 2] and many.tolist() == [[2, 2, 0], [1, 1, 0]]
