"""Each check of the page runs on a case with the first fault, one with the second, and one without."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch

from tverskylib import TverskyLoss

PAGE = (Path(__file__).parents[2] / "notebooks" / "WHEN_IT_GOES_WRONG.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.+)\n((?:(?!^## ).*\n)+)", PAGE, re.MULTILINE))
SETUP = re.findall(r"```python\n(.*?)```", PAGE.partition("\n## ")[0], re.DOTALL)[0]


def lesions(*sides, size=32):
    """A square of each side, one an image: (B, 1, size, size)."""
    y = torch.zeros(len(sides), 1, size, size)
    for image, side in zip(y, sides, strict=True):
        image[0, :side, :side] = 1
    return y


def case(y, p=None, **more):
    """A batch with good predictions unless others are given."""
    p = 0.02 + 0.96 * y if p is None else p
    settings = {"alpha": 0.5, "beta": 0.5, "delta": 1e-5, "domain": "image", "epsilon": 0.0} | more
    loss = TverskyLoss(
        settings["alpha"],
        settings["beta"],
        delta=settings["delta"],
        domain=settings["domain"],
        from_logits=True,
        validate=False,
    )
    logits = torch.logit(p, eps=1e-6).requires_grad_()
    return {"p": p, "y": y, "m": p >= 0.5, "logits": logits, "loss": loss, **settings}


def classes(y, p):
    """Two channels, background first."""
    found = p >= 0.5
    return {"y": torch.cat([1 - y, y], 1), "m": torch.cat([~found, found], 1)}


GOOD = case(lesions(12, 14))
MIXED = lesions(12, 0)
TWO_SIZES = lesions(24, 3)
MISSED_SMALL = torch.stack([TWO_SIZES[0], 0 * TWO_SIZES[1]])
PATIENTS = {"train_patients": ["a", "b"], "validation_patients": ["c"]}
HALVES = [slice(0, 1), slice(1, 2)]

# The faults in the order of the page: first cause, second cause, neither.
CASES = {
    "The loss is stuck at 1": (case(MIXED, 0 * MIXED + 0.5), case(255 * lesions(12, 14)), GOOD),
    "Everything is foreground": (
        case(MIXED, 0 * MIXED + 0.9),
        case(lesions(2, 14), 0 * lesions(2, 14) + 0.9, epsilon=0.4),
        case(MIXED),
    ),
    "Nothing is foreground": (
        case(lesions(12, 14), 0.1 + 0.2 * lesions(12, 14)),
        case(lesions(3, 3), 0 * lesions(3, 3) + 0.01, delta=100.0),
        GOOD,
    ),
    "The network says nothing, and stays there": (
        case(MIXED, 0 * MIXED + 1e-5),
        case(lesions(2, 2), 0.05 + 0 * lesions(2, 2)),
        GOOD,
    ),
    "The loss is good, and the metric near 0": (
        {**GOOD, "m": GOOD["p"]},
        GOOD | {"y": 255 * GOOD["y"]},
        GOOD,
    ),
    "The loss is NaN": (
        case(MIXED, MIXED, delta=0.0),
        case(lesions(12, 14)) | {"logits": torch.full((2, 1, 32, 32), torch.inf)},
        GOOD,
    ),
    "The loss is negative, or a score is above 1": (
        case(255 * lesions(12, 14), lesions(12, 14)),
        GOOD | {"p": GOOD["logits"]},
        GOOD,
    ),
    "Dice is high and the pictures are bad": (
        case(TWO_SIZES) | classes(TWO_SIZES, MISSED_SMALL),
        case(lesions(3, 3)) | classes(lesions(3, 3), 0 * lesions(3, 3)),
        case(lesions(12, 14)) | classes(lesions(12, 14), lesions(12, 14)),
    ),
    "Validation and test are far apart": (
        GOOD | PATIENTS | {"validation_patients": ["b"]},
        case(TWO_SIZES, MISSED_SMALL) | PATIENTS,
        GOOD | PATIENTS,
    ),
    "Batch-wise and image-wise losses do not compare": (
        case(TWO_SIZES, MISSED_SMALL.clamp(0.02, 0.98)),
        case(lesions(12, 12), delta=100.0) | {"p": 0.3 + 0.4 * lesions(12, 12)},
        case(lesions(12, 12)),
    ),
    "HD95 is NaN, or too good": (
        case(TWO_SIZES, MISSED_SMALL) | {"reported": 4.0},
        GOOD | {"reported": 0.17},
        GOOD | {"reported": 4.0},
    ),
    "Half precision gives NaN, or a Dice of 0": (
        {**GOOD, "p": torch.ones(2, 1, 512, 512, dtype=torch.float16)},
        {**GOOD, "p": GOOD["p"].half(), "delta": 1e-8},
        {**GOOD, "p": GOOD["p"].half(), "delta": 1e-5},
    ),
    "Two GPUs give another result than one": (
        case(TWO_SIZES, MISSED_SMALL.clamp(0.02, 0.98), domain="batch") | {"shares": HALVES},
        case(lesions(12, 14, 20), domain="image") | {"shares": [slice(0, 2), slice(2, 3)]},
        case(lesions(12, 14), domain="image") | {"shares": HALVES},
    ),
    "My Dice is not your Dice": (
        case(TWO_SIZES, MISSED_SMALL),
        case(lesions(12, 12), 0.3 + 0.4 * lesions(12, 12)),
        case(lesions(12, 14), lesions(12, 14)),
    ),
}


def causes(title, names):
    """What the check of a section says."""
    (code,) = re.findall(r"```python\n(.*?)```", SECTIONS[title], re.DOTALL)
    names = dict(names)
    with np.errstate(all="ignore"):
        exec(SETUP + code, names)
    return [names["cause_1"], names["cause_2"]]


ODD = {
    "probabilities with their gradient": lambda names: names | {"p": names["p"].clone().requires_grad_()},
    "nothing but empty images": lambda names: names | {"y": 0 * names["y"], "epsilon": 0.4},
    "a mask of integers": lambda names: names | {"y": names["y"].long()},
    "one channel": lambda names: names | {"y": names["y"][:, -1:], "m": names["m"][:, -1:]},
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("title", CASES)
def test_a_check_runs_on_other_batches_too(title, odd):
    names = ODD[odd](CASES[title][2]) | {"reported": 4.0, "shares": HALVES}
    assert all(cause in (True, False) for cause in causes(title, names))


def test_the_page_and_the_cases_are_the_same():
    assert list(SECTIONS) == list(CASES)


@pytest.mark.parametrize("title", CASES)
def test_a_check_tells_the_causes_apart(title):
    first, second, neither = CASES[title]
    assert causes(title, first) == [True, False]
    assert causes(title, second) == [False, True]
    assert causes(title, neither) == [False, False]


@pytest.mark.parametrize("title", SECTIONS)
def test_a_section_has_all_its_parts(title):
    text = SECTIONS[title]
    assert len(re.findall(r"^[12]\. ", text, re.MULTILINE)) == 2
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(code.strip().splitlines()) == 3
    assert "**Remedy:**" in text
    assert re.search(r"\*\*Lesson:\*\*\s+\[\d\d", text)
