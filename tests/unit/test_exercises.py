"""Every exercise: its solution is right, its slips are known by name, and nothing wrong is praised or given away."""

from __future__ import annotations

import inspect
import math
import random
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sympy
import torch

from tverskylib import exercises, explorers, metrics, tversky_loss
from tverskylib.exercises.checking import PATIENCE, TRIES
from tverskylib.exercises.compare import kind
from tverskylib.exercises.exercise import of_lesson
from tverskylib.exercises.lessons import lesson_11
from tverskylib.training import read_records, results_frame

ROOT = Path(__file__).parents[2]
EVERY = [one for lesson in range(13) for one in of_lesson(lesson)]
SLIPS = [(one, words) for one in EVERY for words in one.mistakes]


def name(one):
    return f"{one.lesson}.{one.number}"


each = pytest.mark.parametrize("one", EVERY, ids=name)


def said(one, *answers):
    return exercises.check(one.lesson, one.number, *answers).data


@pytest.fixture(autouse=True)
def fresh():
    TRIES.clear()


@pytest.mark.parametrize("lesson", range(13))
def test_each_lesson_has_three_to_five(lesson):
    numbers = [one.number for one in of_lesson(lesson)]
    assert numbers == list(range(1, len(numbers) + 1)) and 3 <= len(numbers) <= 5


def test_numbers_of_the_records_are_those_of_the_records():
    frame = results_frame(read_records(ROOT / "results" / "cpu")).query(
        "task == 'positive' and arm == 'grid' and batch_size == 8 and seed < 5"
    )
    wide = frame.pivot(index="seed", columns="domain", values="pooled_average_precision").astype(float)
    assert wide["batch"].round(3).tolist() == lesson_11.BATCH.tolist()
    assert wide["image"].round(3).tolist() == lesson_11.IMAGE.tolist()
    talk = pd.read_csv(ROOT / "results" / "talk.csv").query("domain == 'batch' and batch_size in (8, 64)")
    assert talk[["dice", "jaccard"]].T.to_numpy().tolist() == [lesson_11.DICE.tolist(), lesson_11.JACCARD.tolist()]


@each
def test_the_solution_is_right_and_the_stub_is_not_answered_yet(one):
    assert said(one, *one.answers(one.solution)) == "**Right.**"
    assert said(one, *[...] * len(one.names)).startswith("Nothing is answered yet")
    assert one.call in one.starting_code and "..." in one.starting_code


@pytest.mark.parametrize(
    ("one", "words"), SLIPS, ids=[f"{one.lesson}.{one.number}-{k}" for k, (one, _) in enumerate(SLIPS)]
)
def test_a_slip_is_known_as_itself(one, words):
    """The first that fits is named, so each must be another value than those before it, and than the answer."""
    told = said(one, *one.answers(one.mistakes[words].made))
    assert told.startswith(f"Not yet. This is what comes out {words}. Read again: “{one.section}”"), told


@each
def test_a_slip_ends_as_a_part_of_a_sentence(one):
    assert not [words for words in one.mistakes if words[-1] in ".?!:"]


@each
def test_an_exercise_knows_a_slip_or_has_many_answers(one):
    assert one.mistakes or one.accepts


@each
def test_nothing_wrong_is_praised(one):
    draw = random.Random(0)
    wrong = [
        None,
        "text",
        math.nan,
        math.inf,
        [],
        {},
        object(),
        np.zeros((0,)),
        lambda *_: None,
        lambda *_: 1 / 0,
        -7.7,
    ]
    right = one.answers(one.solution)
    for k in range(len(right)):
        for answer in [*wrong, *(draw.uniform(-3, 3) for _ in range(10)), np.full(4, 0.123)]:
            given = [answer if j == k else value for j, value in enumerate(right)]
            assert said(one, *given) != "**Right.**", answer


def nearby(value, draw):
    """The answer with one of its numbers changed by a hundredth to a third of itself, or of 1; else None."""
    found = np.array(value, dtype=object) if isinstance(value, (tuple, list)) else value
    found = np.array(found.detach().numpy() if hasattr(found, "detach") else found, dtype=object)
    if not found.size or callable(found.flat[0]) or not isinstance(found.flat[0], (int, float, np.number)):
        return None
    place, change = draw.randrange(found.size), draw.choice((-1, 1)) * draw.uniform(0.02, 0.3)
    number = float(found.flat[place])
    found.flat[place] = number + change * (abs(number) or 1.0)
    return found.astype(float)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("one", [one for one in EVERY if one.accepts is None and one.probe is None], ids=name)
def test_nothing_near_the_answer_is_praised(one, seed):
    draw, right = random.Random(seed), one.answers(one.solution)
    for k, value in enumerate(right):
        near = nearby(value, draw)
        if near is not None:
            given = [near if j == k else other for j, other in enumerate(right)]
            assert said(one, *given) != "**Right.**", near


@pytest.mark.parametrize("one", [one for one in EVERY if callable(one.answers(one.solution)[0])], ids=name)
def test_a_function_near_the_solution_is_not_praised(one):
    (right,) = one.answers(one.solution)
    for change in (lambda found: found * 1.01, lambda found: found + 0.01, lambda found: -found, lambda found: None):
        assert said(one, lambda *given, change=change: change(right(*given))) != "**Right.**"


@each
def test_what_is_seen_is_not_the_answer(one):
    """The explorer that is named is set beside the exercise: neither it nor a number that it shows is the answer."""
    shown = eval(f"explorers.{one.see}", {"explorers": explorers}).numbers if one.see else {}
    set_to = [float(value) for value in re.findall(r"\w=([\d.]+)", one.see)]
    for value in (float(value) for value in one.answers(one.solution) if kind(value) == "a number"):
        assert not any(abs(number - value) < 0.05 * abs(value) for number in set_to), (one.see, value)
        assert not any(abs(number - value) < 0.002 * abs(value) for number in shown.values()), (one.see, value)


@each
def test_the_answer_is_not_told_before_it_is_asked_for(one):
    tries = [said(one, *["nonsense"] * len(one.names)) for _ in range(PATIENCE)]
    assert ["exercises.show" in told for told in tries] == [False] * (PATIENCE - 1) + [True]
    right = [value for value in one.answers(one.solution) if isinstance(value, float)]
    assert not any(f"{value:.3g}" in told for value in right for told in tries)


@each
def test_the_solution_that_is_shown_is_the_answer(one):
    names = {**vars(inspect.getmodule(one.solution)), "exercises": exercises}
    exec(exercises.show(one.lesson, one.number).data.removeprefix("```python\n").removesuffix("\n```"), names)
    assert eval(one.call, names).data == "**Right.**"


@each
def test_section_and_explorer_exist(one):
    (source,) = (ROOT / "notebooks" / "source").glob(f"{one.lesson:02}_*.py")
    assert re.search(rf"^# ##+ {re.escape(one.section)}$", source.read_text(encoding="utf-8"), re.MULTILINE)
    if one.see:
        eval(f"explorers.{one.see}", {"explorers": explorers})


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ((3, 9, 1), r"^lesson and number must name an exercise, got 3 and 9: lesson 3 has the exercises 1, 2, 3"),
        ((77, 1, 1), "^lesson and number must name an exercise, got 77 and 1: that lesson has none"),
        (("three", 1, 1), "^lesson and number must name an exercise, got 'three' and 1"),
        ((3, 2, 1), r"^answers of this exercise are mean_j, j_of_mean, got 1"),
    ],
)
def test_what_is_no_exercise_is_an_error(given, match):
    with pytest.raises(ValueError, match=match):
        exercises.check(*given)


def test_another_kind_of_answer_is_told_in_words():
    assert "`p_equal` should be a number, and is a list or array of shape (2,)" in exercises.check(1, 2, [1, 2]).data
    assert "`my_dice_loss` should be a function, and is a number" in exercises.check(4, 1, 0.5).data
    assert "there is an error: ZeroDivisionError" in exercises.check(4, 1, lambda p, t: 1 / 0).data
    assert "It is not yet right in `j_of_mean`" in exercises.check(3, 2, (0.2 / 1.8 + 0.8 / 1.2) / 2, 0.5).data


@each
def test_the_starting_code_runs_and_is_no_answer(one):
    names = {
        **vars(inspect.getmodule(one.solution)),
        "np": np,
        "sp": sympy,
        "exercises": exercises,
        "explorers": explorers,
    }
    code, _, call = one.starting_code.rpartition("\n\n")
    exec(code, names)
    assert eval(call, names).data.startswith("Nothing is answered yet")


def formula_of(p, t, alpha, beta, delta):
    tp, fp, fn = (p * t).sum(), (p * (1 - t)).sum(), ((1 - p) * t).sum()
    return (tp + delta) / (tp + alpha * fp + beta * fn + delta)


SQUARE, LARGER = np.zeros((2, 1, 1, 8, 8))
SQUARE[..., 2:6, 2:6], LARGER[..., 1:7, 1:7] = 1, 1
LOGITS = torch.randn(8, 4, 128, 128, generator=torch.Generator().manual_seed(0)).double()
THEIRS, LINE = of_lesson(12)[1].solution()


@pytest.mark.parametrize(
    ("lesson", "number", "answers"),
    [
        (1, 1, (8, 4, LOGITS.softmax(1))),
        (3, 1, (LARGER, SQUARE)),
        (3, 1, (LARGER.astype(int), SQUARE.astype(int))),
        (3, 1, (torch.tensor(LARGER), torch.tensor(SQUARE).bool())),
        (3, 3, ([1 / 3, 2 / 3], 2**0.5)),
        (3, 3, (np.array([1 / 3, 2 / 3]), sympy.sqrt(2))),
        (4, 3, (lambda p, t, *w: of_lesson(4)[2].solution()(p, t, *w).tolist(),)),
        (6, 1, ((1, 1, 0, 0), np.array([True, True, True, False]))),
        (7, 2, (np.array([0.1, 0.9]),)),
        (12, 2, (torch.tensor([THEIRS]), list(LINE))),
        (12, 2, (THEIRS, 0)),
        (12, 3, ([metrics.printed_scores(*pair, digits=2) for pair in ((0.9, 0.82), (0.85, 0.7), (0.8, 0.82))],)),
    ],
)
def test_answers_of_a_natural_kind_are_right(lesson, number, answers):
    assert exercises.check(lesson, number, *answers).data == "**Right.**"


@pytest.mark.parametrize(
    ("lesson", "number", "answers", "words"),
    [
        (0, 3, (24.02,), "`shift` should be a whole number"),
        (1, 1, (8, 4, (LOGITS / LOGITS.sum(1, keepdim=True)).numpy()), "some are below 0"),
        (1, 1, (8, 4, LOGITS[0].softmax(0)), "shares must have the shape of the logits"),
        (2, 1, (0.0936447,), "each has its own best threshold"),
        (3, 1, (SQUARE, LARGER), "false negatives, and no false positives"),
        (3, 1, (LARGER, 0.5 * SQUARE), "a mask holds 0 and 1 only"),
        (4, 1, (lambda p, t: tversky_loss(p, t, delta=1.0, per_class=True),), "a ratio for each channel"),
        (4, 1, (lambda p, t: tversky_loss(p, t, delta=1.0).item(),), "torch cannot follow it"),
        (4, 1, (lambda p, t: None,), "the function should return a number, and returns None"),
        (
            4,
            3,
            (lambda *given: torch.autograd.functional.jacobian(lambda p: 1 - formula_of(p, *given[1:]), given[0]),),
            "with automatic differentiation",
        ),
        (5, 2, ([[10, 0, 0], [0, 0, 0]],), "its Dice is 0/0"),
        (5, 2, ([[1, 9, 9], [100, 0, 0]],), "batch-wise is higher"),
        (5, 2, ([[1, 9, 9], [1, 9, 9]],), "both agree"),
        (6, 2, ([0, 0.5965, 0.6667, 0.6667],), "above 1 there is no pixel"),
        (7, 1, (810.2,), "a whole number"),
        (7, 1, (811,), "one step late"),
        (4, 3, (lambda p, t, *weights: (p * t).sum(),), "a number for each of 4 pixels"),
        (12, 2, (0.74, 0), "Nearly: less than a hundredth is missing. Give at least four digits of `theirs`"),
        (12, 2, (THEIRS, -2), "not yet right in `line`"),
        (7, 2, ((0.3, 0.7, 1.0),), "two weights, alpha and beta, got 3"),
        (7, 2, ((0.4, 0.55),), "too little"),
        (7, 2, ((2, 1),), "pay for precision"),
        (7, 2, ((1, 1),), "equal weights"),
        (9, 1, (0.3,), "or with the sum over the pixels"),
        (12, 2, (THEIRS, "mean of images"), "line must be one of table.index"),
    ],
)
def test_what_is_wrong_is_named(lesson, number, answers, words):
    told = exercises.check(lesson, number, *answers).data
    assert told.startswith("Not yet.") and str(words) in told, told
