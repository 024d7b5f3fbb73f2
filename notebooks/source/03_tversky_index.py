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
# What do alpha and beta do, what are Dice, Jaccard and F2, and how does one choose the weights?
#
# Is a missed pixel as bad as a false alarm? In a screening programme it is worse; before an operation it may be the
# other way round. The **Tversky index** has one weight for each. This lesson builds it from a psychologist's idea about
# similarity, finds Dice, Jaccard, precision and recall inside it, lets you turn both weights over a real prediction,
# and finds that only their *ratio* chooses between masks.
#
# ## What you will learn
#
# - how the index grows out of a comparison of two sets, step by step
# - why true negatives stay out
# - where Dice, Jaccard and the F-measures lie in the plane of the two weights
# - that only beta/alpha orders masks, and what is left for alpha + beta
# - how to choose the weights
#
# ## What you need
#
# - [lesson 02](02_thresholded_predictions.ipynb): TP, FP, FN, precision and recall
# - for the proofs, school algebra; SymPy does the work

# %% slideshow={"slide_type": "skip"} tags=["setup"]
import numpy as np
import sympy as sp

from tverskylib import checked, dice_index, explorers, figures, say, theory, threshold_counts, tiles
from tverskylib import tversky_from_counts, tversky_index

tile = tiles.real_crop()
mask, truth = (tile.probability >= 0.5)[None, None], tile.target[None, None]

# %% [markdown] slideshow={"slide_type": "slide"}
# ## From two sets to one number
#
# In 1977 Amos Tversky asked how alike two things are, each given by the set of its features. His answer: what they
# share speaks for them, what only one of them has speaks against, and *the two remainders need not weigh the same*. Is
# a tiger like a cat as much as a cat is like a tiger?
#
# For us the two things are masks, and their features are pixels.

# %% slideshow={"slide_type": "subslide"}
figures.two_sets()

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Step 1.** Count what is shared, and what each has alone. With Python's sets of pixel numbers:

# %%
Y, Y_hat = {1, 2, 3, 4, 5, 6}, {4, 5, 6, 7}
TP, FP, FN = len(Y & Y_hat), len(Y_hat - Y), len(Y - Y_hat)
say(f"TP = {TP}, FP = {FP}, FN = {FN}.")

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Step 2.** Compare what is shared with everything there is, shared and not shared. This is Jaccard's index, the
# intersection over the union (IoU).

# %%
say(f"Jaccard: {len(Y & Y_hat)} / {len(Y | Y_hat)} = {TP / (TP + FP + FN):.3f}.")

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Step 3.** Give each remainder a weight of its own: $\alpha$ for the false positives, $\beta$ for the false
# negatives. That is the Tversky index:
#
# $$T_{\alpha,\beta} = \frac{TP}{TP + \alpha\, FP + \beta\, FN}, \qquad \alpha, \beta > 0. \tag{3.1}$$

# %%
T = tversky_from_counts(TP, FP, FN, alpha=0.2, beta=0.8)
say(f"With alpha = 0.2 and beta = 0.8: {TP} / ({TP} + 0.2 · {FP} + 0.8 · {FN}) = {T:.3f}.")

# %% [markdown] slideshow={"slide_type": "subslide"}
# *Question:* swap the two sets, so that the prediction is judged as if it were the target. Does the index change?
#
# <details class="tversky-answer"><summary>Answer</summary>
#
# FP and FN change places. So the index stays the same only if the weights are equal, or the two mistakes are, or nothing
# is shared: then it is 0 both ways. With other weights a prediction is, in general, not as similar to its target as the
# target is to the prediction.
#
# </details>

# %% slideshow={"slide_type": "fragment"} tags=["check"]
swapped = tversky_from_counts(TP, FN, FP, alpha=0.2, beta=0.8)
checked(f"swapped, {T:.3f} becomes {swapped:.3f}", swapped != T)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Keep in mind which weight is which, because papers and libraries do not agree: here, as in the talk and in Salehi's
# paper, **alpha weighs false positives and beta weighs false negatives**. In doubt, test yours with a mask that has only
# one kind of mistake.

# %% [markdown] slideshow={"slide_type": "subslide"} tags=["exercise"]
# exercise 1

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A wide background
#
# *Question:* put a wide empty border around a mask and its prediction, where both say
# background. What becomes of Dice, and what of accuracy?

# %% slideshow={"slide_type": "skip"}
border = ((0, 0), (0, 0), (900, 900), (900, 900))
wide_mask, wide_truth = np.pad(mask, border), np.pad(truth, border)

# %% slideshow={"slide_type": "fragment"} tags=["check"]
narrow, wide = (mask == truth).mean(), (wide_mask == wide_truth).mean()
checked(
    f"accuracy goes from {narrow:.3f} to {wide:.3f}, Dice stays at {dice_index(mask, truth):.3f}",
    wide > 0.99 > narrow and dice_index(wide_mask, wide_truth) == dice_index(mask, truth),
)

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# Dice stays as it is, for the formula has no **true negatives** in it. Accuracy counts each of them as a success.
#
# </details>
#
# That is why the talk calls the index good for imbalanced data: background that is easy does not count. (That is so for
# masks. Probabilities that are small but not 0 add up on a large background, and without *any* foreground the index has
# troubles of its own: see [lesson 05](05_batches_and_classes.ipynb).)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Names in the plane of the two weights
#
# Every pair $(\alpha, \beta)$ is an index. Some pairs have names:
#
# - $(\frac12, \frac12)$ is **Dice**, $(1, 1)$ is **Jaccard**
# - $(1, 0)$ leaves the false negatives out: **precision**
# - $(0, 1)$ leaves the false positives out: **recall**
#
# The last two lie on the border, where a weight is 0. That the names fit can be checked with letters instead of numbers.
# A computer algebra system, SymPy, puts letters into *the very same function* that we called with numbers.

# %% slideshow={"slide_type": "skip"}
tp, fp, fn = sp.symbols("TP FP FN", positive=True)
half = sp.Rational(1, 2)
dice, jaccard = tversky_from_counts(tp, fp, fn, half, half), tversky_from_counts(tp, fp, fn, 1, 1)
precision, recall = tversky_from_counts(tp, fp, fn, 1, 0), tversky_from_counts(tp, fp, fn, 0, 1)

# %% slideshow={"slide_type": "fragment"} tags=["check"]
formulas = 2 * tp / (2 * tp + fp + fn), tp / (tp + fp + fn), tp / (tp + fp), tp / (tp + fn)
same = [sp.simplify(one - own) == 0 for one, own in zip((dice, jaccard, precision, recall), formulas, strict=True)]
checked(f"with letters, all {len(same)} names fit", same)

# %% [markdown] slideshow={"slide_type": "subslide"}
# SymPy checks formulas. That the words around them say what the formulas say is for the author, and for you, to see.
#
# Dice and Jaccard look different, but each is a growing function of the other:
#
# $$\text{Jaccard} = \frac{\text{Dice}}{2 - \text{Dice}}. \tag{3.2}$$
#
# So Jaccard is never the larger of the two, and of two masks the one with the better Dice has the better Jaccard index
# too. But mind: this is so for *one* pair of
# masks. An average of Jaccard indices over many images is, in general, larger than this function of the average Dice. So
# two models that are judged by means may change places.

# %% slideshow={"slide_type": "fragment"} tags=["check"]
D_value, J_value = dice_index(mask, truth), tversky_index(mask, truth, 1, 1)
checked(
    f"with letters Jaccard is Dice / (2 - Dice); on the glands {J_value:.3f} and {D_value:.3f}",
    *(sp.simplify(jaccard - dice / (2 - dice)) == 0, np.isclose(J_value, D_value / (2 - D_value))),
)

# %% slideshow={"slide_type": "skip"} tags=["check"]
one, other = ((d.mean(), (d / (2 - d)).mean()) for d in (np.array([0.5, 0.5]), np.array([0.2, 0.78])))
checked(f"mean Dice {one[0]:.2f} and {other[0]:.2f}, mean Jaccard {one[1]:.3f} and {other[1]:.3f}", one[0] > other[0], one[1] < other[1])

# %% [markdown] slideshow={"slide_type": "subslide"} tags=["exercise"]
# exercise 2

# %% [markdown] slideshow={"slide_type": "slide"}
# ### The F-measures
#
# Those who search documents know the F-measure, a weighted harmonic mean of precision and recall, in which recall has
# $k^2$ times the weight of precision:
#
# $$F_k = \frac{(1 + k^2)\,\text{precision}\cdot\text{recall}}{k^2\,\text{precision} + \text{recall}}.$$
#
# It is a Tversky index with weights that add up to 1, namely $\alpha = \frac{1}{1+k^2}$ and $\beta =
# \frac{k^2}{1+k^2}$. So F2 is the pair (0.2, 0.8), and $F_1$ is Dice.

# %% slideshow={"slide_type": "skip"} tags=["check"]
k = sp.Symbol("k", positive=True)
F = (1 + k**2) * precision * recall / (k**2 * precision + recall)
of_weights = tversky_from_counts(tp, fp, fn, 1 / (1 + k**2), k**2 / (1 + k**2))
checked("with letters, F of k is the index with these weights", sp.simplify(F - of_weights) == 0)

# %% [markdown] slideshow={"slide_type": "skip"} tags=["question"]
# **Question.** Dice of one mask is 0.8. What is its Jaccard index?
#
# <details class="tversky-choice"><summary>0.64</summary>
#
# ✗ No. That is the square. The relation is Dice / (2 − Dice).
#
# </details>
# <details class="tversky-choice"><summary>0.667</summary>
#
# ✓ Yes. 0.8 / 1.2: Jaccard is never the larger of the two.
#
# </details>
# <details class="tversky-choice"><summary>0.889</summary>
#
# ✗ No. That is the other way round, from Jaccard to Dice.
#
# </details>
# <details class="tversky-choice"><summary>0.8</summary>
#
# ✗ No. They order masks alike, but their values are equal only at 0 and at 1.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# The picture shows the plane of the weights for the mask of the glands at 0.5: the level lines of the index, the line of
# the F-measures, the named points, and a dashed ray of which more below. The index of a mask that finds something falls when a weight grows
# and there are mistakes of its kind, as every mistake then costs more. So the height of an index alone says nothing: the legend
# gives the very same mask six different values. Compare only values with the same weights.

# %% slideshow={"slide_type": "subslide"}
figures.weight_plane(threshold_counts(tile.probability, tile.target, 0.5))

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Turn the weights
#
# *Question:* under Dice both mistakes weigh one half. Is then one missed pixel worth exactly one false positive? Guess,
# then look how steep the line is that passes through the mask's point.
#
# *Move this:* alpha and beta; the buttons set named pairs. Or drag the square, and turn the line. *Look for:* the mask
# does not change, because the weights only *judge*. In the plane of the two mistakes it is a point, and the line through
# it joins all masks *for this target* that have the same index. Only the threshold moves the point, along a dotted curve.

# %% slideshow={"slide_type": "subslide"}
explorers.weights()

# %% [markdown] slideshow={"slide_type": "subslide"}
# <details class="tversky-answer"><summary>Answer</summary>
#
# No: one missed pixel is worth 1.47 false positives here, as the triangle says. A missed pixel costs twice: it enters
# FN, *and* it leaves TP. That is the reason of lesson 02 for cutting below one half.
#
# </details>
#
# For one target with $P$ foreground pixels, $TP = P - FN$. Put that into $T$ and solve for FN: what comes out is linear
# in FP. So the level lines are straight, and the weights set an **exchange rate**: at index $T$, one missed pixel is
# worth as much as
#
# $$\frac{1 - T + T\beta}{T\alpha} = \frac{\beta}{\alpha} + \frac{1 - T}{T\alpha}$$
#
# false positives: $\beta/\alpha$ if the mask is perfect, more if it is not.

# %% slideshow={"slide_type": "fragment"}
for name, (alpha, beta) in {"Dice": (0.5, 0.5), "Jaccard": (1, 1), "F2": (0.2, 0.8)}.items():
    T = tversky_index(mask, truth, alpha, beta)
    print(f"{name:8} index {T:.3f}: one missed pixel is worth {(1 - T + T * beta) / (T * alpha):.2f} false positives")

# %% slideshow={"slide_type": "skip"} tags=["check"]
P, t, a, b = sp.symbols("P t alpha beta", positive=True)
(line,) = sp.solve(sp.Eq(tversky_from_counts(P - fn, fp, fn, a, b), t), fn)
rate = (1 - t + t * b) / (t * a)
checked("with letters, the line of index t is straight and has this exchange rate", sp.simplify(line.diff(fp) + 1 / rate) == 0)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Only the ratio orders masks
#
# Dice and Jaccard have the same exchange rate, and always prefer the same mask. What of (0.2, 0.8) and (1, 4)? Write the
# index as
#
# $$\frac{1 - T}{T} = \frac{\alpha\, FP + \beta\, FN}{TP} = \alpha\, \frac{FP + \frac\beta\alpha FN}{TP}. \tag{3.3}$$
#
# The better the mask, the smaller this is. *Question:* multiply both weights by the same number $c$. Which of two masks
# is then the better one?
#
# <details class="tversky-answer"><summary>Answer</summary>
#
# The same as before. The right side is multiplied by $c$ for all masks alike, so their order stays: **only
# $\beta/\alpha$ orders masks.**
#
# </details>

# %% slideshow={"slide_type": "skip"}
counts_of_two = threshold_counts(tile.probability, tile.target, [0.3, 0.5])  # two masks, cut at 0.3 and at 0.5
differences = {}
for alpha, beta in ((0.5, 0.5), (1, 1), (2, 2), (0.2, 0.8), (1, 4)):
    lower, higher = tversky_from_counts(*counts_of_two, alpha, beta)
    differences[alpha, beta] = lower - higher

# %% slideshow={"slide_type": "fragment"} tags=["check"]
signs = [difference > 0 for difference in differences.values()]
checked(
    "Dice, Jaccard and (2, 2) prefer the mask cut at 0.5; F2 and (1, 4) prefer the one cut at 0.3",
    signs == [False, False, False, True, True],
)

# %% [markdown] slideshow={"slide_type": "skip"} tags=["question"]
# **Question.** Which pair of weights orders masks as (0.25, 0.75) does?
#
# <details class="tversky-choice"><summary>(0.75, 0.25)</summary>
#
# ✗ No. Alpha and beta are swapped: this pair pays for precision, where the other pays for recall.
#
# </details>
# <details class="tversky-choice"><summary>(0.5, 1)</summary>
#
# ✗ No. The difference is the same, but the ratio is 2 instead of 3.
#
# </details>
# <details class="tversky-choice"><summary>(1, 3)</summary>
#
# ✓ Yes. beta/alpha is 3 in both, and nothing else orders masks.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# In formulas, $T_{c\alpha,\, c\beta} = T / (T + c\,(1 - T))$, which grows with $T$. Every ray from the origin of the
# plane carries one order, and meets the line of the F-measures once; the dashed one is that of Dice and Jaccard.
# So as long as one index judges finished masks, all the choice that alpha and beta offer is *one* number,
# $k^2 = \beta/\alpha$.
#
# What is left for $\alpha + \beta$? It bends the scale. That changes *means* over images or classes, in which bad
# values may count more or less; and it changes the length of the gradient when the index becomes a loss (lesson 04).
# And it can make a *distance*: one minus Jaccard is one (Levandowsky and Winter 1971), one minus Dice is none, as a
# detour can be shorter.

# %% slideshow={"slide_type": "skip"} tags=["check"]
detours = [2 * (1 - tversky_from_counts(1, 0, 1, c, c)) for c in (0.5, 1.0)]  # from a pixel to both, and on to the other
checked(f"one pixel and its neighbour are 1 apart; by way of both, Dice says {detours[0]:.2f}, Jaccard {detours[1]:.2f}", detours[0] < 1 == detours[1])

# %% slideshow={"slide_type": "skip"} tags=["proof"]
theory.ratio_of_weights()

# %% [markdown] slideshow={"slide_type": "subslide"} tags=["exercise"]
# exercise 3

# %% [markdown] slideshow={"slide_type": "subslide"} tags=["exercise"]
# exercise 4

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How the best threshold moves
#
# If the weights judge differently, another cut is best.
#
# *Question:* beta grows against alpha. Does the best threshold rise or fall? And what happens to it from Dice to
# Jaccard?
#
# *Move this:* alpha and beta in the same picture: first F2, then F½. *Look for:* the black diamond, the best mask
# of all thresholds: there the line would only touch the curve.

# %% slideshow={"slide_type": "subslide"}
explorers.weights(alpha=0.2, beta=0.8)

# %% [markdown] slideshow={"slide_type": "subslide"}
# <details class="tversky-answer"><summary>Answer</summary>
#
# It falls, until little is missed ([F2](#tversky:weights?alpha=0.2&beta=0.8&threshold=0.362) is best at 0.362); a large
# alpha pushes it up, until little is marked by mistake. From Dice to Jaccard the curve drops and the best threshold
# stays, because only $\beta/\alpha$ matters. (That it can only fall as $\beta/\alpha$ grows, on any map, is in the
# proof above.)
#
# </details>

# %% slideshow={"slide_type": "skip"}
thresholds = np.linspace(0, 1, 201)
counts = threshold_counts(tile.probability, tile.target, thresholds)
pairs = {"F2": (0.2, 0.8), "Dice": (0.5, 0.5), "Jaccard": (1, 1), "F½": (0.8, 0.2)}
best = {name: thresholds[np.argmax(tversky_from_counts(*counts, *pair))] for name, pair in pairs.items()}

# %% slideshow={"slide_type": "fragment"} tags=["check"]
listed = ", ".join(f"{name} {threshold:.3f}" for name, threshold in best.items())
checked(f"best thresholds, in steps of 0.005: {listed}", best["F2"] < best["Dice"] == best["Jaccard"] < best["F½"])

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How to choose the weights
#
# There is one ratio to choose. Three ways lead to it.
#
# **From a recall that you need.** On images whose truth is known, take the best threshold for each ratio, and see which
# recall it gives. Recall can only grow with $\beta/\alpha$, so take the smallest ratio that is enough:

# %% slideshow={"slide_type": "fragment"}
for ratio in (0.25, 0.5, 1, 2, 4, 9):
    found = tversky_from_counts(*counts, 1 / (1 + ratio), ratio / (1 + ratio)).argmax()
    tp_at, fp_at, fn_at = (count[found] for count in counts)
    print(f"beta/alpha = {ratio:4}: precision {tp_at / (tp_at + fp_at):.2f}, recall {tp_at / (tp_at + fn_at):.2f}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# A recall of 0.95 asks for a ratio of about 2 here, such as (⅓, ⅔).
#
# **From a cost.** How many false positives would you give for one missed pixel? Choose the ratio so that the exchange
# rate, *at the index that you expect*, comes out near that: with $\alpha + \beta = 1$ it is $1/(\alpha T) - 1$, so a
# price of $r$ asks for $\alpha = 1/((1 + r)\,T)$, as long as $(1 + r)\,T > 1$. ($T$ is the index with these very weights:
# compute $\alpha$, then $T$, then $\alpha$ again.) (If your costs are fixed numbers and every pixel counts by itself,
# you need no index at all: mark a pixel when its chance is above 1/(1 + cost), with cost the price of a miss in false
# positives.)
#
# **From others.** Salehi et al. trained networks for lesions of multiple sclerosis with several pairs on the line
# $\alpha + \beta = 1$, and report their best Dice with (0.3, 0.7).
#
# And a caution: these weights judge masks of a map that is *there*. A network that is *trained* with them gives another
# map, and need not follow the ratio as closely. [Lesson 11](11_what_the_experiment_says.ipynb) trains some: recall and
# precision go where the ratio says.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we saw
#
# - The Tversky index compares what two masks share with what each has alone, and weighs the two remainders by alpha
#   (false positives) and beta (false negatives). True negatives never enter.
# - Dice, Jaccard, precision, recall and all F-measures are points of one plane.
# - For one target its level lines in the plane of FP and FN are straight: the weights set an exchange rate of mistakes.
# - Only beta/alpha orders masks. As it grows, the best threshold cannot rise and its recall cannot fall.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What is next
#
# [Lesson 04](04_tversky_loss.ipynb) makes the index soft, so that a network can learn from it.
#
# ## References
#
# - A. Tversky: Features of similarity. *Psychological Review* 84(4), 1977, pp. 327–352. (The idea of the index.)
# - M. Levandowsky, D. Winter: Distance between sets. *Nature* 234, 1971, pp. 34–35. (One minus Jaccard is a distance.)
# - S. S. M. Salehi, D. Erdogmus, A. Gholipour: Tversky loss function for image segmentation using 3D fully
#   convolutional deep networks. *Machine Learning in Medical Imaging (MLMI 2017)*, LNCS 10541, pp. 379–387. (Which pair
#   worked best for them.)
# - T. Eelbode, J. Bertels, M. Berman, D. Vandermeulen, F. Maes, R. Bisschops, M. B. Blaschko: Optimization for medical
#   image segmentation: theory and practice when evaluating with Dice score or Jaccard index. *IEEE Transactions on
#   Medical Imaging* 39(11), 2020, pp. 3679–3690. (Dice and Jaccard as one target of training.)
# - G. Hidy: *The Tversky loss function and its modifications for medical image segmentation*, talk, 2022.
