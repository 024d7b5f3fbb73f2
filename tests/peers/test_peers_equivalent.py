"""Which call of theirs is ours: code, numbers, and the honest no."""

import pytest

from tverskylib import peers
from tverskylib.peers.answer import Equivalent
from tverskylib.peers.equivalents import WAYS, Setting


def test_the_call_of_the_documentation():
    found = peers.equivalent("monai", alpha=0.3, beta=0.7, domain="image", delta=1.0)
    assert found.verdict == "equal"
    assert "smooth_nr=1.0, smooth_dr=1.0" in found.theirs
    assert 'domain="image"' in found.ours
    assert found.values[0] == pytest.approx(found.values[1], abs=1e-6)
    assert str(found).count(f"{found.values[1]:.6f}") == 2
    assert found._repr_markdown_().startswith("```python")


@pytest.mark.parametrize(
    ("library", "verdict"),
    [
        ("segmentation_models_pytorch", "equal here, but "),
        ("nnunetv2", "no equivalent: it has Dice alone"),
        ("kornia", "no equivalent: it has no smoothing term above"),
        ("torchmetrics", "no equivalent: it has no smoothing term"),
        ("keras", "no equivalent: its smoothing term is 1e-7"),
    ],
)
def test_what_the_others_cannot_say_is_said_with_how_much(library, verdict):
    found = peers.equivalent(library, alpha=0.3, beta=0.7, domain="image", delta=1.0)
    assert found.verdict.startswith(verdict)
    if verdict.startswith("no"):
        assert f"{abs(found.values[0] - found.values[1]):.6f}" in found.verdict


def test_the_weights_of_keras_are_written_the_other_way_round():
    assert "alpha=0.7, beta=0.3" in peers.equivalent("keras", alpha=0.3, beta=0.7, delta=0.0).theirs


def test_settings_that_were_not_run_are_run_here_or_say_so():
    found = peers.equivalent("monai", alpha=0.2, beta=0.8, delta=3.0)
    assert found.source == "run here"
    assert found.verdict == "equal"
    unknown = Equivalent("keras", "", "", "why", (None, 0.5), (None, 0.5), "not run")
    assert unknown.verdict == "not run here: pip install keras; why"


@pytest.mark.parametrize("library", WAYS)
def test_every_setting_has_code(library):
    for channels, per_class in ((1, False), (3, False), (3, True)):
        for domain in ("image", "batch"):
            code = WAYS[library](Setting(0.2, 0.8, domain, 0.5, channels, per_class)).code
            compile(code, "code", "exec")
            assert "value = " in code


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"alpha": -1}, "alpha must be a finite number, at least 0, got -1"),
        ({"domain": "batchwise"}, "domain must be 'batch' or 'image'"),
        ({"channels": 2}, "channels must be 1 .* or 3 .*, got 2"),
        ({"alpha": 0, "beta": 0}, "must not both be 0"),
    ],
)
def test_a_wrong_argument_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        peers.equivalent("monai", **arguments)


def test_an_unknown_library_is_named():
    with pytest.raises(ValueError, match="library must be 'monai' or 'segmentation_models_pytorch' or"):
        peers.equivalent("torch")
    with pytest.raises(TypeError, match="per_class must be True or False"):
        peers.equivalent("monai", per_class=1)


def test_ours_of_theirs():
    dice = peers.ours("monai", "DiceLoss")
    assert dice.verdict == "equal"
    assert dice.ours.endswith('domain="image", per_class=True, delta=0.5e-5)')
    assert peers.ours("nnunetv2", "DC_and_CE_loss").verdict == "equal"
    none = peers.ours("monai", "GeneralizedDiceLoss")
    assert none.verdict.startswith("no equivalent: each class is weighted")
    with pytest.raises(ValueError, match="name must be 'Dice' or 'Tversky', got 'DiceLoss'"):
        peers.ours("keras", "DiceLoss")
