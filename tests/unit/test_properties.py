"""What holds for every input, tried on many drawn ones: as many in all as TVERSKYLIB_EXAMPLES says, 2,000 by default.

The examples are the same in every run (derandomised); a weekly run draws 50,000.
"""

from __future__ import annotations

import os
from fractions import Fraction

import numpy as np
import pytest
import torch
from helpers import DOMAINS, SOFT_LABELS, pairs, probabilities, smoothing, weights, written_out
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from stated import stated

from tverskylib import (
    confidence_penalty,
    label_noise_penalty,
    one_hot,
    smooth_labels,
    soft_counts,
    threshold_counts,
    tversky_index,
    tversky_loss,
)
from tverskylib.metrics import conventions, evaluate
from tverskylib.theory import best_prediction

PROPERTIES = 9
EXAMPLES = int(os.environ.get("TVERSKYLIB_EXAMPLES", "2000"))
many = settings(max_examples=-(-EXAMPLES // PROPERTIES), derandomize=True, deadline=None, database=None)

domains, forms, flags = st.sampled_from(DOMAINS), st.sampled_from(SOFT_LABELS), st.booleans()
masks = hnp.arrays(bool, 24, elements=st.booleans())
CUTS = [0.0, 0.1, 0.25, 0.5, 0.9, 1.0]


@many
@given(pairs(), weights, weights, smoothing, domains, flags)
def test_an_index_is_its_definition_in_fractions(pair, alpha, beta, delta, domain, per_class):
    p, y = (np.vectorize(Fraction, otypes=[object])(x) for x in pair)
    a, b, d = map(Fraction, (alpha, beta, delta))
    axes = tuple(k for k in range(4) if not ((k == 0 and domain == "image") or (k == 1 and per_class)))
    tp, predicted, present = (np.asarray(x.sum(axis=axes)) for x in (p * y, p, y))
    bottom = np.asarray(tp + a * (predicted - tp) + b * (present - tp) + d)
    exact = [float((t + d) / n) if n else np.nan for t, n in zip(tp.ravel(), bottom.ravel(), strict=True)]
    found = tversky_index(*pair, alpha, beta, delta=delta, domain=domain, per_class=per_class)
    np.testing.assert_allclose(np.ravel(found), exact, rtol=1e-12)


@many
@given(pairs(), weights, weights, st.sampled_from([0.1, 1.0, 30.0]), domains, flags)
def test_a_loss_is_one_minus_the_index_and_falls_towards_the_target(pair, alpha, beta, delta, domain, per_class):
    p, y = map(torch.from_numpy, pair)
    options = {"delta": delta, "domain": domain, "per_class": per_class}
    loss = tversky_loss(p, y, alpha, beta, reduction="none", **options)
    torch.testing.assert_close(loss, 1 - tversky_index(p, y, alpha, beta, **options))
    assert ((loss >= 0) & (loss <= 1)).all()
    nearer = tversky_loss((p + y) / 2, y, alpha, beta, reduction="none", **options)
    assert (nearer <= loss + 1e-12).all()


@many
@given(
    pairs(), weights, weights, domains, flags, st.sampled_from([False, "sigmoid", "softmax"]), forms, flags, st.data()
)
def test_a_gradient_is_that_of_the_definition(pair, alpha, beta, domain, per_class, from_logits, form, soft, data):
    p, y = map(torch.from_numpy, pair)
    if from_logits == "softmax" and p.shape[1] == 1:
        from_logits = "sigmoid"
    y = torch.from_numpy(data.draw(probabilities(tuple(y.shape)))) if soft else y
    keep = torch.from_numpy(data.draw(hnp.arrays(bool, (p.shape[0], 1, *p.shape[2:])))) if data.draw(flags) else None
    leaf, plain = p.clone().requires_grad_(), p.clone().requires_grad_()
    options = {"delta": 0.5, "domain": domain, "per_class": per_class, "from_logits": from_logits}
    tversky_loss(leaf, y, alpha, beta, soft_labels=form, mask=keep, **options).backward()
    q = {False: plain, "sigmoid": plain.sigmoid(), "softmax": plain.softmax(1)}[from_logits]
    if form == "minimum":
        q = torch.where(q == y, y, q)  # where they are equal the gradient is 0
    kept = 1.0 if keep is None else keep.double()
    tp, fp, fn = written_out(q * kept, y * kept, domain, per_class, form)
    (1 - (tp + 0.5) / (tp + alpha * fp + beta * fn + 0.5)).mean().backward()
    torch.testing.assert_close(leaf.grad, torch.zeros_like(p) if plain.grad is None else plain.grad)


@many
@given(hnp.arrays(np.int8, (2, 3, 2, 2), elements=st.integers(-40, 40)), flags)
def test_penalties_are_least_at_the_uniform_distribution_and_one_number_in_all_forms(logits, single):
    logits = torch.from_numpy(logits / 8.0)[:, : 1 if single else 3]
    p = logits.sigmoid() if single else logits.softmax(1)
    both = torch.cat([p, 1 - p], 1) if single else p
    for penalty, terms in ((label_noise_penalty, -both.log()), (confidence_penalty, both * both.log())):
        torch.testing.assert_close(penalty(p), terms.sum(1).mean())
        torch.testing.assert_close(penalty(logits, from_logits=True), penalty(p))
        uniform = torch.full_like(p, 0.5 if single else 1 / 3)
        assert penalty(p) >= penalty(uniform) - 1e-12


@many
@given(hnp.arrays(np.int8, (2, 3, 2), elements=st.integers(0, 3)), st.integers(4, 6), st.floats(0, 0.99))
def test_labels_are_distributions_and_smoothing_keeps_their_order(class_map, classes, epsilon):
    target = one_hot(class_map, classes)
    assert (target.argmax(1) == class_map).all()
    assert (target.sum(1) == 1).all()
    smooth = smooth_labels(target.astype(float), epsilon)
    np.testing.assert_allclose(smooth.sum(1), 1)
    assert (smooth.argmax(1) == class_map).all()
    np.testing.assert_allclose(smooth, smooth_labels(torch.from_numpy(target).double(), epsilon).numpy())


@many
@given(hnp.arrays(np.int8, 24, elements=st.integers(0, 16)), masks, st.lists(st.sampled_from(CUTS), min_size=1))
def test_counts_at_thresholds_are_those_of_the_masks(sixteenths, target, cuts):
    counts = threshold_counts(sixteenths / 16, target, cuts)
    for k, cut in enumerate(cuts):
        mask = sixteenths / 16 >= cut
        tp, fp, fn = soft_counts(*(x.reshape(1, 1, 4, 6) for x in (mask, target)))
        assert (counts.tp[k], counts.fp[k], counts.fn[k]) == (tp, fp, fn)


@many
@given(hnp.arrays(np.int8, 6, elements=st.integers(0, 16)), weights, weights, st.sampled_from([0.1, 1.0]))
def test_no_mask_is_better_than_the_best_prediction(sixteenths, alpha, beta, delta):
    soft = sixteenths / 16
    every = (np.arange(64)[:, None] >> np.arange(6)) & 1
    tp = every @ soft
    fp, fn = every.sum(1) - tp, soft.sum() - tp
    best, index = best_prediction(soft, alpha, beta, delta)
    scores = (tp + delta) / (tp + alpha * fp + beta * fn + delta)
    assert index == pytest.approx(scores.max(), rel=1e-12)
    assert scores[int(best @ 2 ** np.arange(6))] == pytest.approx(index, rel=1e-12)


@many
@given(
    hnp.arrays(np.int8, (3, 1, 2, 3), elements=st.integers(0, 16)),
    hnp.arrays(bool, (3, 1, 2, 3)),
    st.sampled_from(CUTS),
)
def test_metrics_of_images_are_those_of_their_counts(sixteenths, target, cut):
    found = evaluate(sixteenths / 16, target, threshold=cut).per_image
    for k in range(3):
        counts = threshold_counts(sixteenths[k] / 16, target[k], cut)
        assert (found.true_positives[k], found.false_positives[k], found.false_negatives[k]) == counts
        tp, fp, fn = map(float, counts)
        assert found.dice[k] == pytest.approx(2 * tp / (2 * tp + fp + fn) if tp + fp + fn else 1)
        assert found.jaccard[k] == pytest.approx(found.dice[k] / (2 - found.dice[k]))
        assert 0 <= found.hd95[k] <= 1


@many
@given(hnp.arrays(np.int8, (4, 1, 2, 2), elements=st.integers(0, 16)), hnp.arrays(bool, (4, 1, 2, 2)))
def test_conventions_differ_by_empty_images_alone(sixteenths, target):
    table = conventions(sixteenths / 16, target, batch_size=4)["dice"]
    scores = evaluate(sixteenths / 16, target)
    assert table["mean of images", "1 if nothing is predicted"] == pytest.approx(scores.over_all.mean_of_images.dice)
    assert table["pooled", "counted"] == pytest.approx(scores.over_all.pooled.dice)
    ways = table["mean of images"]
    assert ways["always 0"] <= ways["1 if nothing is predicted"] + 1e-12
    if target.any(axis=(1, 2, 3)).all():
        assert ways.nunique() == 1


def test_as_many_examples_are_drawn_as_is_said():
    drawn = [x for name, x in globals().items() if name.startswith("test_") and hasattr(x, "hypothesis")]
    assert len(drawn) == PROPERTIES
    assert sum(x._hypothesis_internal_use_settings.max_examples for x in drawn) >= EXAMPLES
    assert stated("examples") <= EXAMPLES or "TVERSKYLIB_EXAMPLES" in os.environ
