# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown] slideshow={"slide_type": "slide"}
# # The Tversky index
#
# What do alpha and beta do, and what are Dice, Jaccard and F2?
#
# Is a missed pixel as bad as a false alarm? In a screening programme it is worse; before an operation it may be the
# other way round. The **Tversky index** has one weight for each. This lesson builds it from a psychologist's idea about
# similarity, finds Dice, Jaccard, precision and recall inside it, and lets you turn both weights over a real
# prediction.
#
# ## What you will learn
#
# - how the index grows out of a comparison of two sets, step by step
# - why true negatives stay out
# - where Dice, Jaccard and the F-measures lie in the plane of the two weights
# - what the weights do to a given mask, and to the best threshold
#
# ## What you need
#
# - [lesson 02](02_thresholded_predictions.ipynb): TP, FP, FN, precision and recall
# - for the proofs, school algebra; SymPy does the work

# %% slideshow={"slide_type": "skip"} tags=["setup"]
import numpy as np
import sympy as sp

from tverskylib import dice_index, explorers, figures, jaccard_index, say, threshold_counts, tiles
from tverskylib import tversky_from_counts, tversky_index

# %% [markdown] slideshow={"slide_type": "slide"}
# ## From two sets to one number
#
# In 1977 Amos Tversky asked how alike two things are, each given by the set of its features. His answer: what they
# share speaks for them, what only one of them has speaks against, and *the two remainders need not weigh the same*. Is
# a tiger like a cat as much as a cat is like a tiger?
#
# For us the two things are masks, and their features are pixels.

# %%
figures.two_sets()

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Step 1.** Count what is shared, and what each has alone. With Python's sets of pixel numbers:

# %%
Y, Y_hat = {1, 2, 3, 4, 5, 6}, {4, 5, 6, 7}
TP, FP, FN = len(Y & Y_hat), len(Y_hat - Y), len(Y - Y_hat)
say(f"TP = {TP}, FP = {FP}, FN = {FN}.")

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Step 2.** Compare what is shared with everything there is: shared, and not shared. This is Jaccard's index, the
# intersection over the union (IoU).

# %%
jaccard = TP / (TP + FP + FN)
assert jaccard == len(Y & Y_hat) / len(Y | Y_hat)
say(f"Jaccard: {TP} / {TP + FP + FN} = {jaccard:.3f}.")

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Step 3.** Give each remainder a weight of its own: $\alpha$ for the false positives, $\beta$ for the false
# negatives. That is the Tversky index:
#
# $$T_{\alpha,\beta} = \frac{TP}{TP + \alpha\, FP + \beta\, FN}, \qquad \alpha, \beta > 0.$$

# %%
T = tversky_from_counts(TP, FP, FN, alpha=0.2, beta=0.8)
assert T == 3 / (3 + 0.2 * 1 + 0.8 * 3)
say(f"With alpha = 0.2 and beta = 0.8 the index is {T:.3f}.")

# %% [markdown] slideshow={"slide_type": "subslide"}
# Swap the two sets, and FP and FN change places. So the index is symmetric only when the weights are equal. With other
# weights a prediction is, in general, not as similar to its target as the target is to the prediction.

# %%
swapped = tversky_from_counts(TP, FN, FP, alpha=0.2, beta=0.8)
assert swapped != T
assert tversky_from_counts(TP, FN, FP) == tversky_from_counts(TP, FP, FN)
say(f"Swapped, the index is {swapped:.3f} instead of {T:.3f}.")

# %% [markdown] slideshow={"slide_type": "subslide"}
# Keep in mind which weight is which, because not all papers and libraries agree: here, as in the talk and in Salehi's
# paper, **alpha weighs false positives and beta weighs false negatives**. In doubt, test yours with a mask that has
# only one kind of mistake.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## True negatives stay out
#
# The formula has no TN in it. Let us see what that means: put a wide empty border around a mask and its prediction,
# where both say background. The index does not move, while accuracy climbs as high as you like.

# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(0)
target, prediction = rng.random((2, 1, 1, 20, 20)) < 0.3
border = ((0, 0), (0, 0), (90, 90), (90, 90))
wide_target, wide_prediction = np.pad(target, border), np.pad(prediction, border)
assert dice_index(wide_prediction, wide_target) == dice_index(prediction, target)

# %%
narrow, wide = (prediction == target).mean(), (wide_prediction == wide_target).mean()
say(f"Accuracy goes from {narrow:.2f} to {wide:.3f}, Dice stays at {dice_index(prediction, target):.3f}.")

# %% [markdown]
# That is why the talk calls the index good for imbalanced data: background that is easy does not count. (That is so for
# masks. Probabilities that are small but not 0 add up on a large background, and with *no* foreground at all the index
# has troubles of its own: see lesson 04.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Names in the plane of the two weights
#
# Every pair $(\alpha, \beta)$ is an index. Some pairs have names:
#
# - $(\frac12, \frac12)$ is **Dice**, $(1, 1)$ is **Jaccard**
# - $(1, 0)$ leaves the false negatives out: **precision**
# - $(0, 1)$ leaves the false positives out: **recall**
#
# The last two lie on the border, where a weight is 0. Let us check them with symbols instead of numbers. A computer
# algebra system, SymPy, puts letters into *the very same function* that we called with numbers.

# %%
tp, fp, fn = sp.symbols("TP FP FN", positive=True)
dice = tversky_from_counts(tp, fp, fn, sp.Rational(1, 2), sp.Rational(1, 2))
jaccard = tversky_from_counts(tp, fp, fn, 1, 1)
precision, recall = tversky_from_counts(tp, fp, fn, 1, 0), tversky_from_counts(tp, fp, fn, 0, 1)
sp.Eq(sp.Symbol("Dice"), sp.simplify(dice))

# %% slideshow={"slide_type": "skip"}
assert sp.simplify(dice - 2 * tp / (2 * tp + fp + fn)) == 0
assert sp.simplify(precision - tp / (tp + fp)) == 0
assert sp.simplify(recall - tp / (tp + fn)) == 0
assert sp.simplify(jaccard - tp / (tp + fp + fn)) == 0

# %% [markdown] slideshow={"slide_type": "subslide"}
# Dice and Jaccard look different and order masks in the same way, because each is a growing function of the other (here
# $D$ is the Dice index):
#
# $$J = \frac{D}{2 - D}.$$
#
# *Proof.* Put both formulas in; what is left over must be 0.

# %% slideshow={"slide_type": "skip"}
assert sp.simplify(jaccard - dice / (2 - dice)) == 0
x = sp.Symbol("x", positive=True)
assert sp.simplify(sp.diff(x / (2 - x), x) - 2 / (2 - x) ** 2) == 0  # positive: it grows

# %% [markdown] slideshow={"slide_type": "subslide"}
# On the real masks of lesson 02 it holds too, as it must. But mind: it holds for *one* pair of masks. An average of
# Jaccard indices over many images is not $D/(2-D)$ of the average Dice.

# %%
tile = tiles.real_crop()
mask, truth = (tile.probability >= 0.5)[None, None], tile.target[None, None]
D, J = dice_index(mask, truth), jaccard_index(mask, truth)
assert np.isclose(J, D / (2 - D))
say(f"On the real crop: Dice {D:.3f}, Jaccard {J:.3f}.")

# %% [markdown] slideshow={"slide_type": "slide"}
# ### The F-measures
#
# Those who search documents know the F-measure, a weighted harmonic mean of precision and recall, in which recall has
# $k^2$ times the weight of precision:
#
# $$F_k = \frac{(1 + k^2)\,\text{precision}\cdot\text{recall}}{k^2\,\text{precision} + \text{recall}}.$$
#
# It is a Tversky index with weights that add up to 1, namely $\alpha = \frac{1}{1+k^2}$ and $\beta =
# \frac{k^2}{1+k^2}$.

# %% [markdown] slideshow={"slide_type": "skip"}
# *Proof:*

# %% slideshow={"slide_type": "skip"}
k = sp.Symbol("k", positive=True)
F = (1 + k**2) * precision * recall / (k**2 * precision + recall)
assert sp.simplify(F - tversky_from_counts(tp, fp, fn, 1 / (1 + k**2), k**2 / (1 + k**2))) == 0

# %% [markdown] slideshow={"slide_type": "subslide"}
# So F2 is the pair (0.2, 0.8), and $F_1$ is Dice. The picture shows the plane of the weights for the mask of the real
# crop cut at 0.5: the level lines of the index, the line of the F-measures, and the named points.

# %%
counts = threshold_counts(tile.probability, tile.target, 0.5)
figures.weight_plane(counts)

# %% [markdown] slideshow={"slide_type": "subslide"}
# *Look for:* the index falls when either weight grows, as every mistake then costs more. So the height of a Tversky
# index alone says nothing: the legend gives the very same mask six different values. Compare only values with the same
# weights.

# %% slideshow={"slide_type": "skip"}
a, b = sp.symbols("alpha beta", positive=True)
index = tversky_from_counts(tp, fp, fn, a, b)
assert sp.diff(index, a).is_negative and sp.diff(index, b).is_negative

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Turn the weights
#
# *Move this:* alpha and beta; the buttons set named pairs. *Look for:* the mask on the left does not change, because
# the weights only *judge*. On the right, the same mask is a point in the plane of its two mistakes. Each line joins the
# masks *for this target* that have the same index. When beta is large against alpha the lines lie flat: a few false
# negatives cost as much as many false positives. Then move the threshold, and see the point travel along the dotted
# path, and cross the lines.

# %% slideshow={"slide_type": "subslide"}
explorers.weights(tile)

# %% [markdown] slideshow={"slide_type": "subslide"}
# The lines are straight. *Proof:* for one target with $P$ foreground pixels, $TP = P - FN$. Put that in, solve $T = t$
# for FN, and what comes out is linear in FP.

# %%
P, t = sp.symbols("P t", positive=True)
of_target = index.subs(tp, P - fn)
(line,) = sp.solve(sp.Eq(of_target, t), fn)
assert sp.simplify(sp.diff(line, fp) + t * a / (1 - t + t * b)) == 0
sp.Eq(sp.Symbol("FN"), line)

# %% [markdown] slideshow={"slide_type": "subslide"}
# So the weights set an exchange rate: at index $T$, one missed pixel is worth $\frac{1 - T + T\beta}{T\alpha}$ false
# positives. Why not simply $\beta / \alpha$? Because a missed pixel costs twice: it enters FN, *and* it leaves TP.
#
# *Question:* what is one missed pixel worth on our mask, under Dice, Jaccard and F2?

# %% slideshow={"slide_type": "fragment"}
for name, (alpha, beta) in {"Dice": (0.5, 0.5), "Jaccard": (1, 1), "F2": (0.2, 0.8)}.items():
    T = tversky_index(mask, truth, alpha, beta)
    print(f"{name:8} index {T:.3f}: one missed pixel is worth {(1 - T + T * beta) / (T * alpha):.2f} false positives")

# %% [markdown] slideshow={"slide_type": "fragment"}
# Dice and Jaccard have the same exchange rate, because one is a growing function of the other. And even under Dice,
# with equal weights, a missed pixel is worth more than one false positive. That is the reason in lesson 02 for cutting
# below one half.

# %% slideshow={"slide_type": "skip"}
rates = [(1 - T + T * b) / (T * b) for T, b in ((D, 0.5), (J, 1))]
assert np.isclose(*rates) and rates[0] > 1

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How the best threshold moves
#
# If the weights judge differently, another cut is best. *Move this:* alpha and beta. *Look for:* the black diamond, the
# best point of the curve, and the mask at that threshold on the left. Large beta pulls the threshold down, until little
# is missed. Large alpha pushes it up, until little is marked by mistake. Now press Dice and then Jaccard: the curve
# drops, and the best point stays at the same threshold.

# %% slideshow={"slide_type": "subslide"}
explorers.threshold_curves(tile)

# %% [markdown] slideshow={"slide_type": "subslide"}
# For four pairs, computed:

# %% slideshow={"slide_type": "fragment"}
thresholds = np.linspace(0, 1, 201)
counts = threshold_counts(tile.probability, tile.target, thresholds)
pairs = {"F2": (0.2, 0.8), "Dice": (0.5, 0.5), "Jaccard": (1, 1), "F½": (0.8, 0.2)}
best = {name: thresholds[np.argmax(tversky_from_counts(*counts, *pair))] for name, pair in pairs.items()}
say("Best thresholds: " + ", ".join(f"{name} {threshold:.3f}" for name, threshold in best.items()) + ".")

# %% slideshow={"slide_type": "skip"}
assert best["F2"] < best["Dice"] < best["F½"]
assert best["Dice"] == best["Jaccard"]

# %% [markdown]
# Dice and Jaccard agree because $J = D/(2-D)$ grows with $D$: whatever is best for one is best for the other.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Exercises
#
# The solutions are in the solutions notebook of this lesson.

# %% [markdown] tags=["exercise"]
# **1.** Your colleague's library swaps alpha and beta. Build a mask pair, `only_fp` (a prediction) and `square` (its
# target), that has false positives and no false negatives, and show that the two conventions differ on it with weights
# (0.2, 0.8).
#
# *If both are equal:* your prediction has as many false negatives as false positives.

# %% tags=["solution"]
square, only_fp = np.zeros((2, 1, 1, 8, 8), dtype=bool)
square[..., 2:6, 2:6], only_fp[..., 1:7, 1:7] = True, True
ours, theirs = (tversky_index(only_fp, square, *pair) for pair in ((0.2, 0.8), (0.8, 0.2)))
assert ours > theirs

# %% [markdown] slideshow={"slide_type": "subslide"} tags=["exercise"]
# **2.** On the line of the F-measures, which $k$ gives recall nine times the weight of precision? Call it `k_9`, and
# the pair of weights `pair_9`.

# %% tags=["solution"]
k_9 = 3
pair_9 = (1 / (1 + k_9**2), k_9**2 / (1 + k_9**2))
assert np.isclose(pair_9[1] / pair_9[0], 9) and np.isclose(sum(pair_9), 1)

# %% [markdown] slideshow={"slide_type": "subslide"} tags=["exercise"]
# **3.** Two images have Dice 0.2 and 0.8. Compute the mean of their Jaccard indices, `mean_j`, and $D/(2-D)$ of their
# mean Dice, `j_of_mean`. Which is larger? What does it tell you about a paper whose printed Jaccard is larger than
# $D/(2-D)$ of its printed Dice?
#
# *Hint:* draw $D/(2-D)$. It bends upward.

# %% tags=["solution"]
dices = np.array([0.2, 0.8])
mean_j = (dices / (2 - dices)).mean()
j_of_mean = dices.mean() / (2 - dices.mean())
assert mean_j > j_of_mean + 0.05  # so such a paper printed averages over something

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we saw
#
# - The Tversky index compares what two masks share with what each has alone, and weighs the two remainders by alpha
#   (false positives) and beta (false negatives). True negatives never enter.
# - Dice, Jaccard, precision, recall and all F-measures are points of one plane.
# - For one target its level lines in the plane of FP and FN are straight: the weights set an exchange rate of mistakes.
# - The larger alpha is against beta, the higher the best threshold. Dice and Jaccard share theirs.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What is next
#
# [Lesson 04](04_tversky_loss.ipynb) makes the index soft, so that a network can learn from it.
#
# ## References
#
# - A. Tversky: Features of similarity. *Psychological Review* 84, 1977, pp. 327–352.
# - S. S. M. Salehi, D. Erdogmus, A. Gholipour: Tversky loss function for image segmentation using 3D fully
#   convolutional deep networks. *Machine Learning in Medical Imaging*, 2017, pp. 379–387.
# - T. Eelbode et al.: Optimization for medical image segmentation: theory and practice when evaluating with Dice score
#   or Jaccard index. *IEEE Transactions on Medical Imaging* 39, 2020, pp. 3679–3690.
