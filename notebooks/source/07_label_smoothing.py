# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown] slideshow={"slide_type": "slide"}
# # Label smoothing and Claim 1
#
# Does label smoothing work with Dice, and is it harmless?
#
# Label smoothing is a standard remedy for networks that are too sure of themselves, made for cross-entropy. The talk
# claims that a Tversky loss ignores it: the best prediction is still the unsmoothed mask. This lesson takes the claim
# seriously enough to try to break it. It breaks, for small lesions and for empty images, in a way that rewards calling
# everything foreground. Then we find out exactly when it holds, and the same theorem explains at last why the best
# threshold for Dice is not one half.
#
# ## What you will learn
#
# - what label smoothing does to a mask, with one channel and with two
# - what it does to the optimum of cross-entropy and to the optimum of Dice
# - the threshold theorem: every optimum of a Tversky index is a threshold
# - Claim 1 with its exact condition, and the foreground fraction under which it fails
# - why the best threshold for Dice is half of the best Dice
#
# ## What you need
#
# - [lesson 04](04_tversky_loss.ipynb): the loss, its gradient, delta
# - [lesson 02](02_thresholded_predictions.ipynb) for the last section

# %% slideshow={"slide_type": "skip"} tags=["setup"]
from itertools import product

import numpy as np

from tverskylib import dice_index, explorers, say, smooth_labels, theory, threshold_counts, tiles
from tverskylib import tversky_from_counts, tversky_index

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What smoothing does to a mask
#
# Take a share $\varepsilon$ of every label and spread it evenly over $C$ classes:
#
# $$\tilde y = (1 - \varepsilon)\, y + \frac{\varepsilon}{C}.$$
#
# A smoothed mask has two values, and we shall call them $a$ on foreground and $b$ on background.

# %%
mask = np.array([1.0, 0.0]).reshape(1, 1, 1, 2)
for classes in (1, 2):
    a, b = smooth_labels(mask, 0.2, num_classes=classes).ravel()
    print(f"C = {classes}: foreground a = {a:.2f}, background b = {b:.2f}")

# %% [markdown]
# Look at the first line. With **one** channel, $C = 1$, the talk's formula is *one-sided*: background becomes
# $\varepsilon$, foreground stays 1. What people call label smoothing of a binary mask, a little doubt on both sides, is
# the formula with $C = 2$. In both cases $a - b = 1 - \varepsilon$.

# %% [markdown] slideshow={"slide_type": "subslide"}
# Why do this at all? The cross-entropy of a hard label is never satisfied: it pushes the logit of the right class
# towards infinity, however sure the network already is. A smooth label gives it a place to stop.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## One pixel, two losses
#
# *Move this:* epsilon. *Look for:* on the left, the two minima of cross-entropy leave the ends and move to $a$ and $b$:
# the network is asked for doubt, and gets it. On the right, the minima of the Dice loss stay at the ends, 1 and 0; the
# background curve flattens much faster than the foreground curve. Now go back to 0.2 and set $C$ to 1: cross-entropy
# leaves the foreground pixel at 1. At last, with $C = 1$, push epsilon to 0.45. The triangle on the right jumps to the
# *other* end. Hold that thought.

# %% slideshow={"slide_type": "subslide"}
explorers.one_pixel()

# %% slideshow={"slide_type": "skip"}
explorer = explorers.one_pixel()
for epsilon in (0.1, 0.2, 0.4):
    explorer.set(epsilon=epsilon)
    foreground, background, dice_foreground, dice_background = explorer.drawing.at
    assert np.allclose([foreground, background], explorer.drawing.labels, atol=0.005)
    assert (dice_foreground, dice_background) == (1, 0)

# %% slideshow={"slide_type": "skip"}
explorer.set(epsilon=0.45, num_classes=1)
assert explorer.drawing.at[3] == 1

# %% [markdown] slideshow={"slide_type": "subslide"}
# At moderate epsilon, the talk is right:
#
# > **Claim 1** (the talk). *The maximum of* $T_{\alpha,\beta}(\tilde y, \cdot)$ *is assumed at* $\hat y = y$.
# > *Therefore label smoothing does not work with the Tversky loss.*

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Try to break it
#
# *Move this:* the foreground fraction, downward. *Look for:* the three bars on the left, the index of the three
# predictions "nothing", "the mask" and "everything" against the *smoothed* mask. At some fraction another bar becomes
# the longest. Which one? Then go back to $p = 0.05$ and raise beta to 1.5; then raise delta (the slider is $\delta /
# M$, delta per pixel). On the right you see what is going on behind: a threshold tau, and whether it lies between the
# two labels.

# %% slideshow={"slide_type": "subslide"}
explorers.candidates()

# %% [markdown] slideshow={"slide_type": "subslide"}
# It breaks. Let us see it with nothing but an array: 1,000 pixels, 10 of them foreground, $\varepsilon = 0.2$, Dice.

# %% slideshow={"slide_type": "fragment"}
small = np.zeros((1, 1, 1, 1000))
small[..., :10] = 1
labels = smooth_labels(small, 0.2, num_classes=2)
right, everything = tversky_index(small, labels), tversky_index(np.ones_like(small), labels)
say(f"Against the smoothed mask, the mask itself has index {right:.3f}; calling **everything** foreground has {everything:.3f}.")

# %% slideshow={"slide_type": "skip"}
assert everything > right

# %% [markdown]
# A network trained with these labels is rewarded for calling every pixel foreground. Nothing mysterious: 990 background
# pixels have the label 0.1, which adds up to 99, eleven times the 9 that the ten foreground pixels carry. The index
# takes this haze for the object.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The threshold theorem
#
# When exactly does that happen? We need to know what the best prediction looks like for *any* soft target $t$ with
# values in $[0, 1]$: smoothed labels, opinions of several doctors, probabilities.
#
# > **Theorem.** Let the denominator be positive everywhere ($\delta > 0$ or $t \ne 0$). Then $\hat y$ maximises
# > $T(t, \cdot)$ over all predictions $[0, 1]^M$ if and only if it *thresholds* $t$: it is 1 where $t_i > \tau$, 0 where
# > $t_i < \tau$, and anything where $t_i = \tau$, with
# >
# > $$\tau = \frac{\alpha T}{1 + (\alpha + \beta - 1)\, T}, \qquad T = T(t, \hat y).$$

# %% [markdown] slideshow={"slide_type": "subslide"}
# The idea of the proof: the index is a ratio of two *linear* functions of the prediction. So changing the prediction
# makes it larger exactly if a certain linear expression is positive, with one coefficient $c_i$ a pixel, and these
# coefficients change sign at $t_i = \tau$. Each step below is verified by SymPy when the derivation is built.

# %% slideshow={"slide_type": "skip"}
theorem = theory.threshold_theorem()
theorem.check()
theorem

# %% [markdown]
# Two cases to keep: for Dice $\tau = T/2$, for Jaccard $\tau = J/(1+J)$.

# %% [markdown] slideshow={"slide_type": "subslide"}
# A proof on paper can still be of the wrong statement. So take a random soft target with eight pixels, and try *all*
# 256 masks.

# %% slideshow={"slide_type": "skip"}
t = np.random.default_rng(1).random(8)
masks = np.array(list(product([0.0, 1.0], repeat=8)))
values = tversky_from_counts((masks * t).sum(1), (masks * (1 - t)).sum(1), ((1 - masks) * t).sum(1), 0.3, 0.7)
winner, T_best = masks[values.argmax()], values.max()
tau = theory.optimal_threshold(T_best, 0.3, 0.7)
assert np.array_equal(winner, (t > tau).astype(float))

# %% [markdown]
# The winner is the target cut at $\tau$.

# %% [markdown] slideshow={"slide_type": "subslide"}
# The theorem also gives a way to *find* the winner without trying all masks: guess a threshold, cut, compute the index,
# get a better threshold, and so on. That is Dinkelbach's algorithm, and it stops at the optimum. Watch it:

# %%
T_guess = 0.0
for step in range(5):
    cut = (t > theory.optimal_threshold(T_guess, 0.3, 0.7)).astype(float)
    T_guess = tversky_from_counts((cut * t).sum(), (cut * (1 - t)).sum(), ((1 - cut) * t).sum(), 0.3, 0.7)
    print(f"step {step + 1}: {int(cut.sum())} pixels, index {T_guess:.4f}")

# %% [markdown]
# The library has it ready.

# %%
best, T_found = theory.best_prediction(t, 0.3, 0.7)
assert np.array_equal(best, winner) and np.isclose(T_found, T_best)
say(f"tau = {tau:.3f}, best index {T_best:.3f}, reached by {int(winner.sum())} of 8 pixels.")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Claim 1, exactly
#
# A smoothed mask has only two values, $b < a$. Cut it at $\tau$, and you get the mask $y$ if $\tau$ lies between them.
# The theorem lets us test *one* candidate with its own index: $y$ is optimal if and only if it is $\tilde y$ cut at
# $\tau(T(\tilde y, y))$. So **Claim 1 says: $b \le \tau \le a$**, where $\tau$ is computed from the index of $y$
# itself. Multiplied out, with $P$ foreground and $Q$ background pixels, that is both of
#
# $$\text{(A)} \quad \alpha P (1 - \varepsilon) + \delta\,(\alpha(1 - b) - \beta b) \;\ge\; \beta b\,(P a + Q b),$$
# $$\text{(B)} \quad \beta a\,(P a + Q b) + \delta\,(\beta a - \alpha (1 - a)) \;\ge\; 0.$$
#
# If (A) fails, predicting everything is best. If (B) fails, predicting nothing is.

# %% slideshow={"slide_type": "skip"}
claim = theory.claim1()
claim.check()
claim

# %% [markdown] slideshow={"slide_type": "subslide"}
# With $\delta = 0$ condition (B) always holds, and (A) becomes a condition on the foreground fraction alone: $p$ must
# be at least the **critical fraction**
#
# $$p^* = \frac{\beta b^2}{(1 - \varepsilon)(\alpha - \beta b)}.$$
#
# If this is not below 1, or if $\alpha \le \beta b$, no image with any background is safe: then the critical fraction
# is infinite. Here it is for some weights $(\alpha, \beta)$, in percent of the image, computed and not typed.

# %% slideshow={"slide_type": "fragment"}
weights = {"Dice": (0.5, 0.5), "(0.3, 0.7)": (0.3, 0.7), "(0.7, 0.3)": (0.7, 0.3), "Jaccard": (1, 1)}
rows = ["| C | epsilon | " + " | ".join(weights) + " |", "|---|---|" + "---|" * len(weights)]
for classes, epsilon in product((1, 2), (0.05, 0.1, 0.2)):
    critical = [theory.critical_fraction(*pair, epsilon, num_classes=classes) for pair in weights.values()]
    rows.append(f"| {classes} | {epsilon} | " + " | ".join(f"{p:.3%}" for p in critical) + " |")
say("\n".join(rows))

# %% [markdown] slideshow={"slide_type": "subslide"}
# *Look for:* the column (0.3, 0.7), the weights that did best on small lesions in Salehi's paper. They pay for recall,
# and the critical fraction is two and a half to three and a half times that of Dice: of these weights, those made for
# small lesions fail first. Jaccard equals Dice, because $p^*$ depends on the ratio of the weights alone.
#
# Our example above had $p = 1\,\%$ and $\varepsilon = 0.2$ with $C = 2$, below Dice's critical 1.389 %.

# %% slideshow={"slide_type": "skip"}
critical = theory.critical_fraction(0.5, 0.5, 0.2, num_classes=2)
assert 0.01 < critical and round(critical, 5) == 0.01389
assert not theory.claim1_holds(0.01, 0.5, 0.5, 0.2, num_classes=2)
assert theory.claim1_holds(0.02, 0.5, 0.5, 0.2, num_classes=2)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The map of Claim 1
#
# *Move this:* alpha, beta and delta, and the point in the map, by mouse or by the arrow keys; beside it stands the best
# prediction there. *Look for:* the region marked T, where the claim holds. With Dice and Jaccard and $\delta = 0$ there
# are two regions; O, "predict everything", takes the corner of small lesions and strong smoothing. Raise delta: O
# shrinks and is gone. Now set alpha to 1.8, beta to 0.2 and delta to 1: O has gone there too, and another region has
# come, Z, "predict nothing".

# %% slideshow={"slide_type": "subslide"}
explorers.Claim1Explorer()

# %% slideshow={"slide_type": "skip"}
explorer = explorers.phase_diagram()
share = explorer.drawing.shares["one"]
explorer.set(delta=1.0)
assert explorer.drawing.shares["one"] == 0 < share
explorer.set(alpha=1.8, beta=0.2)
assert explorer.drawing.shares["one"] == 0 < explorer.drawing.shares["zero"]

# %% [markdown] slideshow={"slide_type": "subslide"}
# So does a large delta *restore* the claim? As $\delta$ grows, $\tau$ goes to $\frac{\alpha}{\alpha + \beta}$. If that
# lies between the labels, $b < \frac{\alpha}{\alpha+\beta} < a$, yes: always so for Dice and Jaccard with $C = 2$ and
# $\varepsilon < \frac12$. If both labels lie above it, "everything" stays best; if both lie below, a large delta makes
# "nothing" best.

# %% slideshow={"slide_type": "skip"}
large = {"num_classes": 2, "delta_per_pixel": 1000.0}
assert theory.claim1_optimum(0.001, 0.5, 0.5, 0.4, **large) == "target"
assert theory.claim1_optimum(0.001, 1.8, 0.2, 0.4, **large) == "zero"
assert theory.claim1_optimum(0.001, 0.3, 0.7, 0.4, num_classes=1, delta_per_pixel=1000.0) == "one"

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Empty images
#
# 2,440 of the talk's 2,800 images hold no cancer. Image-wise, each of them is a problem of its own with $p = 0$. With
# $\delta = 0$ the claim then fails for *every* $\varepsilon > 0$: the best prediction for an empty image is all
# foreground.

# %% slideshow={"slide_type": "skip"}
for epsilon in (0.001, 0.01, 0.1, 0.4):
    assert theory.claim1_optimum(0.0, 0.5, 0.5, epsilon, num_classes=2) == "one"

# %% [markdown] slideshow={"slide_type": "subslide"}
# A large delta helps. How large, for Dice on 64 × 64 pixels? We look for the smallest one that makes "nothing" the best
# answer.

# %%
def smallest_delta(epsilon, pixels=64 * 64):
    deltas = np.arange(0.1, 400, 0.1)
    holds = [theory.claim1_holds(0.0, 0.5, 0.5, epsilon, num_classes=2, delta_per_pixel=d / pixels) for d in deltas]
    return deltas[np.argmax(holds)]


say(", ".join(f"epsilon {e}: delta ≥ {smallest_delta(e):.1f}" for e in (0.1, 0.2, 0.4)) + ".")

# %% [markdown]
# Compare that with the 0.00001 that is a common default. And the delta that is needed grows with the number of pixels.

# %%
per_pixel = smallest_delta(0.1) / (64 * 64)
assert theory.claim1_holds(0.0, 0.5, 0.5, 0.1, num_classes=2, delta_per_pixel=per_pixel)
say(f"On 512 × 512 pixels, epsilon 0.1 needs delta ≥ {per_pixel * 512 * 512:.0f}.")

# %% [markdown] slideshow={"slide_type": "subslide"}
# Batch-wise, an empty image is governed by the fraction of the whole batch. Seven empty images and one with 5 %
# foreground are still below the critical fraction for $\varepsilon = 0.2$; with 12 % foreground they are above.

# %% slideshow={"slide_type": "skip"}
batch = [theory.claim1_optimum(p / 8, 0.5, 0.5, 0.2, num_classes=2) for p in (0.05, 0.12)]
assert batch == ["one", "target"]

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Where the talk is right without conditions
#
# There is one common setting in which Claim 1 holds always. Let the network end in a softmax over $C \ge 2$ channels,
# background among them, and put *all* channels into one ratio. Then what one channel gains another loses, $FP = FN$,
# and the index depends on the overlap alone.

# %% slideshow={"slide_type": "skip"}
simplex = theory.claim1_simplex()
simplex.check()
simplex

# %% [markdown] slideshow={"slide_type": "subslide"}
# Mind the words "in one ratio". Practitioners often average one ratio per class, and then the softmax does not save the
# claim. Can you find a counterexample? Take 1,000 pixels, one of them foreground, two classes, $\varepsilon = 0.1$.
# Would it pay to call some background pixels foreground as well?

# %% [markdown] slideshow={"slide_type": "skip"}
# Change `flipped` and run the cell again, before you go on.

# %% slideshow={"slide_type": "skip"}
rare = np.zeros((1, 2, 1, 1000))
rare[:, 0, :, 1:], rare[:, 1, :, 0] = 1, 1  # channel 0 background, channel 1 one pixel of foreground
smooth = smooth_labels(rare, 0.1)


def average_over_classes(flipped):
    prediction = rare.copy()
    prediction[:, 0, :, 1 : 1 + flipped], prediction[:, 1, :, 1 : 1 + flipped] = 0, 1
    return dice_index(prediction, smooth, per_class=True).mean()


# %% slideshow={"slide_type": "skip"}
flipped = 0
say(f"With {flipped} background pixels flipped, the average over the two classes is {average_over_classes(flipped):.4f}.")

# %% [markdown] slideshow={"slide_type": "fragment"}
# All of them, from 0 to 99:

# %%
scores = [average_over_classes(flipped) for flipped in range(100)]
say(f"The mask scores {scores[0]:.4f}; the best of these flips {int(np.argmax(scores))} pixels and scores {max(scores):.4f}.")

# %% slideshow={"slide_type": "skip"}
assert scores[30] > scores[0]

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What is left of the conclusion
#
# "Label smoothing does not work with the Tversky loss" survives, in a sharper form. The smoothed mask $\tilde y$ itself
# is never the only optimum, so the loss never asks for the doubt that smoothing is meant to teach. Where Claim 1 holds,
# smoothing does nothing useful. Where it fails, it does harm.
#
# All this is for denominators that are linear in the prediction. Lesson 09 shows forms of the loss that do follow
# smooth labels.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Back to the threshold of lesson 02
#
# In lesson 02 the best threshold for Dice was not one half, and near half of the best Dice. Now that is a corollary.
# Let $t_i$ be the *true chance* that pixel $i$ is foreground. Averaged over the chance, counts are soft counts against
# $t$, and the best mask cuts $t$ at $\tau$, which for Dice is $T/2$. (Exactly so for a fixed soft target, and in good
# approximation for the pooled Dice of many pixels.)
#
# The real prediction is not calibrated, as lesson 02 found, so its probabilities are not those chances. It only happens
# to be right around the best cut. Side by side:

# %% slideshow={"slide_type": "skip"} tags=["setup"]
tile = tiles.real_image()
thresholds = np.linspace(0.01, 0.99, 99)


def best_cut(probability):
    scores = tversky_from_counts(*threshold_counts(probability, tile.target, thresholds))
    return thresholds[scores.argmax()], scores.max()


# %%
cut, dice = best_cut(tile.probability)
tau = theory.optimal_threshold(dice, 0.5, 0.5)
chance = tile.target[abs(tile.probability - cut) < 0.03].mean()
say(f"Best threshold {cut:.2f}, tau {tau:.2f}, and the chance of foreground at the best threshold {chance:.2f}.")

# %% slideshow={"slide_type": "skip"}
assert np.isclose(tau, dice / 2) and abs(chance - tau) < 0.03

# %% [markdown] slideshow={"slide_type": "subslide"}
# Now square all probabilities. No pixel changes places, so the same masks can be cut, and the best Dice is the same.
# But the *threshold* at which the best mask is cut moves far away from $\tau$.

# %%
squared = tile.probability**2
new_cut, new_dice = best_cut(squared)
new_chance = tile.target[abs(squared - new_cut) < 0.03].mean()
say(f"Squared: best threshold {new_cut:.2f}, tau {theory.optimal_threshold(new_dice, 0.5, 0.5):.2f}, chance {new_chance:.2f}.")

# %% slideshow={"slide_type": "skip"}
assert abs(new_dice - dice) < 0.005 and abs(new_chance - tau) < 0.05
assert tau - new_cut > 0.2

# %% [markdown]
# The theorem speaks of chances. Replace each probability by the chance among the pixels of that score: if that chance
# rises with the score, the same masks can be cut, and the theorem applies to it. The chance at the best cut is $\tau$
# both times; the threshold agrees with it only if the map is calibrated there.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Exercises

# %% [markdown] tags=["exercise"]
# **1.** For Jaccard, $\varepsilon = 0.1$ and $C = 1$: how many foreground pixels, `fewest`, must an image of 256 × 256
# pixels have at least, so that Claim 1 holds with $\delta = 0$?
#
# *If your number is about 190:* you took $C = 2$.

# %% tags=["solution"]
fewest = int(np.ceil(theory.critical_fraction(1, 1, 0.1, num_classes=1) * 256 * 256))
assert theory.claim1_holds(fewest / 256**2, 1, 1, 0.1, num_classes=1)
assert not theory.claim1_holds((fewest - 1) / 256**2, 1, 1, 0.1, num_classes=1)

# %% [markdown] slideshow={"slide_type": "subslide"} tags=["exercise"]
# **2.** Three doctors mark four pixels, and $t = (1, \frac23, \frac13, 0)$ is their vote. Which mask, `consensus`, has
# the best Dice against $t$? Which has the best recall-heavy index (0.1, 0.9), `careful`?
#
# *If both are the same:* the second threshold is lower. Compute it.

# %% tags=["solution"]
vote = np.array([1, 2 / 3, 1 / 3, 0])
consensus, _ = theory.best_prediction(vote, 0.5, 0.5)
careful, _ = theory.best_prediction(vote, 0.1, 0.9)
assert consensus.tolist() == [1, 1, 0, 0] and careful.tolist() == [1, 1, 1, 0]

# %% [markdown] slideshow={"slide_type": "subslide"} tags=["exercise"]
# **3.** Find weights `mine` (alpha, beta) for which *no* fraction helps, with $C = 1$ and $\varepsilon = 0.4$: the
# critical fraction is infinite.
#
# *Hint:* pay a lot for recall.

# %% tags=["solution"]
mine = (0.3, 0.7)
assert theory.critical_fraction(*mine, 0.4, num_classes=1) == np.inf

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we saw
#
# - Smoothing moves the optimum of cross-entropy to $\tilde y$. The optimum of a Tversky loss is always a hard threshold
#   of the target.
# - Claim 1 means $b \le \tau \le a$. With $\delta = 0$ it fails below a critical foreground fraction, and then the best
#   prediction is *everything*.
# - A large delta restores the claim if $\frac{\alpha}{\alpha+\beta}$ lies between the two labels, and a softmax with
#   all classes in one ratio always does. An average over classes does not.
# - The best threshold for the Dice of pooled counts is half of the best Dice, in terms of true chances. (For the mean
#   of image-wise Dice under uncertainty it is a rule of thumb only.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What is next
#
# [Lesson 08](08_cross_entropy.ipynb) asks what label smoothing really does to cross-entropy. The answer is a penalty
# that can be taken out and put beside any loss.
#
# ## References
#
# - C. Szegedy et al.: Rethinking the Inception architecture for computer vision. *CVPR*, 2016, pp. 2818–2826.
# - W. Dinkelbach: On nonlinear fractional programming. *Management Science* 13, 1967, pp. 492–498.
# - Z. C. Lipton, C. Elkan, B. Naryanaswamy: Optimal thresholding of classifiers to maximize F1 measure. *ECML
#   PKDD*, 2014.
# - O. Koyejo et al.: Consistent binary classification with generalized performance metrics. *NeurIPS*, 2014.
# - G. Hidy: *The Tversky loss function and its modifications for medical image segmentation*, talk, 2022, Claim 1.
