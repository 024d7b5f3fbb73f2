# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Label smoothing and Claim 1
#
# Does label smoothing work with Dice, and is it harmless?
#
# Label smoothing is a standard remedy for networks that are too sure of themselves, made for cross-entropy. The talk
# claims that a Tversky loss ignores it: the best prediction is still the unsmoothed mask. This lesson takes the claim
# seriously enough to try to break it. It breaks, for small lesions and for empty images, in a way that ruins a training
# run. Then we find out exactly when it holds, and the same theorem explains at last why the best threshold for Dice is
# not one half.
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
#
# **Time:** 45 minutes

# %% tags=["setup"]
from itertools import product

import numpy as np

from tverskylib import dice_index, explorers, say, smooth_labels, theory, threshold_counts, tiles
from tverskylib import tversky_from_counts, tversky_index

# %% [markdown]
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
#
# Why do this at all? The cross-entropy of a hard label is never satisfied: it pushes the logit of the right class
# towards infinity, however sure the network already is. A smooth label gives it a place to stop.
#
# ## One pixel, two losses
#
# *Move this:* epsilon. *Look for:* on the left, the two minima of cross-entropy leave the ends and move to $a$ and $b$:
# the network is asked for doubt, and gets it. On the right, the minima of the Dice loss stay at the ends, 1 and 0. The
# curve gets flatter, and that is all. Then set $C$ to 1 and see that cross-entropy now leaves the foreground pixel at
# 1.

# %%
explorers.one_pixel()

# %%
explorer = explorers.one_pixel()
for epsilon in (0.1, 0.2, 0.4):
    explorer.set(epsilon=epsilon)
    foreground, background, dice_foreground, dice_background = explorer.drawing.at
    assert np.allclose([foreground, background], explorer.drawing.labels, atol=0.005)
    assert (dice_foreground, dice_background) == (1, 0)

# %% [markdown]
# So here the talk is right:
#
# > **Claim 1** (the talk). *The maximum of* $T_{\alpha,\beta}(\tilde y, \cdot)$ *is assumed at* $\hat y = y$.
# > *Therefore label smoothing does not work with the Tversky loss.*
#
# ## Try to break it
#
# *Move this:* the foreground fraction, downward. *Look for:* the three bars on the left, the index of the three
# predictions "nothing", "the mask" and "everything" against the *smoothed* mask. At some fraction another bar becomes
# the longest. Which one? Then bring delta into play, or raise beta. On the right you see what is going on behind: a
# threshold tau, and whether it lies between the two labels.

# %%
explorers.candidates()

# %% [markdown]
# It breaks. Let us see it with nothing but an array: 1,000 pixels, 10 of them foreground, $\varepsilon = 0.2$, Dice.

# %%
small = np.zeros((1, 1, 1, 1000))
small[..., :10] = 1
labels = smooth_labels(small, 0.2, num_classes=2)
right, everything = tversky_index(small, labels), tversky_index(np.ones_like(small), labels)
say(f"Against the smoothed mask, the mask itself has index {right:.3f}; calling **everything** foreground has {everything:.3f}.")

# %%
assert everything > right

# %% [markdown]
# A network trained with these labels is rewarded for calling every pixel foreground. Nothing mysterious: 990 background
# pixels have the label 0.1, which adds up to 99, ten times as much as the ten foreground pixels. The index takes this
# haze for the bulk of the object.
#
# ## The threshold theorem
#
# When exactly does that happen? We need to know what the best prediction looks like for *any* soft target $t$ with
# values in $[0, 1]$: smoothed labels, opinions of several doctors, probabilities.
#
# > **Theorem.** Let the denominator be positive everywhere ($\delta > 0$ or $t \ne 0$). Then $\hat y$ maximises
# > $T(t, \cdot)$ over all predictions if and only if it *thresholds* $t$: it is 1 where $t_i > \tau$, 0 where
# > $t_i < \tau$, and anything where $t_i = \tau$, with
# >
# > $$\tau = \frac{\alpha T}{1 + (\alpha + \beta - 1)\, T}, \qquad T = T(t, \hat y).$$
#
# The idea of the proof: the index is a ratio of two *linear* functions of the prediction. So changing the prediction
# makes it larger exactly if a certain linear expression is positive, with one coefficient $c_i$ a pixel, and these
# coefficients change sign at $t_i = \tau$. Each step below is verified by SymPy when the derivation is built.

# %%
theorem = theory.threshold_theorem()
theorem.check()
theorem

# %% [markdown]
# The last steps name two cases: for Dice $\tau = T/2$, for Jaccard $\tau = J/(1+J)$.
#
# A proof on paper can still be of the wrong statement. So take a random soft target with eight pixels, and try *all*
# 256 masks.

# %%
t = np.random.default_rng(1).random(8)
masks = np.array(list(product([0.0, 1.0], repeat=8)))
values = tversky_from_counts((masks * t).sum(1), (masks * (1 - t)).sum(1), ((1 - masks) * t).sum(1), 0.3, 0.7)
winner, T_best = masks[values.argmax()], values.max()
tau = theory.optimal_threshold(T_best, 0.3, 0.7)
assert np.array_equal(winner, (t > tau).astype(float))

# %% [markdown]
# The winner is the target cut at $\tau$. The theorem also gives a way to *find* it without trying all masks: guess a
# threshold, cut, compute the index, get a better threshold, and so on. That is Dinkelbach's algorithm, and it stops at
# the optimum.

# %%
best, T_found = theory.best_prediction(t, 0.3, 0.7)
assert np.array_equal(best, winner) and np.isclose(T_found, T_best)
say(f"tau = {tau:.3f}, best index {T_best:.3f}, reached by {int(winner.sum())} of 8 pixels.")

# %% [markdown]
# ## Claim 1, exactly
#
# A smoothed mask has only two values, $b < a$. Cut it at $\tau$, and you get the mask $y$ if $\tau$ lies between them.
# So **Claim 1 says: $b \le \tau \le a$**, where $\tau$ is computed from the index of $y$ itself. Multiplied out, with
# $P$ foreground and $Q$ background pixels, that is both of
#
# $$\text{(A)} \quad \alpha P (1 - \varepsilon) + \delta\,(\alpha(1 - b) - \beta b) \;\ge\; \beta b\,(P a + Q b),$$
# $$\text{(B)} \quad \beta a\,(P a + Q b) + \delta\,(\beta a - \alpha (1 - a)) \;\ge\; 0.$$
#
# If (A) fails, predicting everything is best. If (B) fails, predicting nothing is.

# %%
claim = theory.claim1()
claim.check()
claim

# %% [markdown]
# With $\delta = 0$ condition (B) always holds, and (A) becomes a condition on the foreground fraction alone: $p$ must
# be at least the **critical fraction**
#
# $$p^* = \frac{\beta b^2}{(1 - \varepsilon)(\alpha - \beta b)}.$$
#
# Here it is for some weights, in percent of the image, computed and not typed.

# %%
weights = {"Dice": (0.5, 0.5), "(0.3, 0.7)": (0.3, 0.7), "(0.7, 0.3)": (0.7, 0.3), "Jaccard": (1, 1)}
rows = ["| C | epsilon | " + " | ".join(weights) + " |", "|---|---|" + "---|" * len(weights)]
for classes, epsilon in product((1, 2), (0.05, 0.1, 0.2)):
    critical = [theory.critical_fraction(*pair, epsilon, num_classes=classes) for pair in weights.values()]
    rows.append(f"| {classes} | {epsilon} | " + " | ".join(f"{p:.3%}" for p in critical) + " |")
say("\n".join(rows))

# %% [markdown]
# *Look for:* the column (0.3, 0.7), the weights that Salehi's paper recommends for small lesions. They pay for recall,
# and so the critical fraction is two to three times that of Dice: of all settings, the one made for small lesions fails
# on the largest of them.
#
# Our example above had $p = 1\,\%$ and $\varepsilon = 0.2$ with $C = 2$, below Dice's critical 1.389 %.

# %%
critical = theory.critical_fraction(0.5, 0.5, 0.2, num_classes=2)
assert 0.01 < critical and round(critical, 5) == 0.01389
assert not theory.claim1_holds(0.01, 0.5, 0.5, 0.2, num_classes=2)
assert theory.claim1_holds(0.02, 0.5, 0.5, 0.2, num_classes=2)

# %% [markdown]
# ## The map of Claim 1
#
# *Move this:* alpha, beta and delta. *Look for:* the region marked T, where the claim holds. With Dice and Jaccard and
# $\delta = 0$ there are two regions; O, "predict everything", takes the corner of small lesions and strong smoothing.
# Raise delta: O shrinks, so a large delta *restores* the claim. Now set alpha to 1.8, beta to 0.2 and delta to 0.2: a
# third region appears, Z, "predict nothing".

# %%
explorers.phase_diagram()

# %%
explorer = explorers.phase_diagram()
share = explorer.drawing.shares["one"]
explorer.set(delta=1.0)
assert explorer.drawing.shares["one"] < share
explorer.set(alpha=1.8, beta=0.2, delta=0.2)
assert explorer.drawing.shares["zero"] > 0

# %% [markdown]
# ## Empty images
#
# 2,440 of the talk's 2,800 images hold no cancer. Image-wise, each of them is a problem of its own with $p = 0$. With
# $\delta = 0$ the claim then fails for *every* $\varepsilon > 0$: the best prediction for an empty image is all
# foreground.

# %%
for epsilon in (0.001, 0.01, 0.1, 0.4):
    assert theory.claim1_optimum(0.0, 0.5, 0.5, epsilon, num_classes=2) == "one"

# %% [markdown]
# A large delta helps. How large, for Dice on 64 × 64 pixels? We look for the smallest one that makes "nothing" the best
# answer.

# %%
def smallest_delta(epsilon, pixels=64 * 64):
    deltas = np.arange(0.1, 400, 0.1)
    holds = [theory.claim1_holds(0.0, 0.5, 0.5, epsilon, num_classes=2, delta_per_pixel=d / pixels) for d in deltas]
    return deltas[np.argmax(holds)]


say(", ".join(f"epsilon {e}: delta ≥ {smallest_delta(e):.1f}" for e in (0.1, 0.2, 0.4)) + ".")

# %% [markdown]
# Compare that with the 0.00001 that libraries take by default. Batch-wise an empty image is governed by the fraction of
# the whole batch, which is one more reason why the two domains behave so differently.
#
# ## Where the talk is right without conditions
#
# There is one common setting in which Claim 1 holds always. Let the network end in a softmax over $C \ge 2$ channels,
# background among them, and put *all* channels into one ratio. Then what one channel gains another loses, $FP = FN$,
# and the index depends on the overlap alone.

# %%
simplex = theory.claim1_simplex()
simplex.check()
simplex

# %% [markdown]
# Mind the words "in one ratio". Practitioners often average one ratio per class, and then the softmax does not save the
# claim. Can you find a counterexample? The cell searches: 1,000 pixels, one of them foreground, two classes,
# $\varepsilon = 0.1$. How many background pixels should one flip to foreground, to please the smoothed labels?

# %%
one_pixel = np.zeros((1, 2, 1, 1000))
one_pixel[:, 0], one_pixel[:, 1, :, 0] = 1, 1
one_pixel[:, 0, :, 0] = 0
smooth = smooth_labels(one_pixel, 0.1)

# %%
def average_over_classes(flipped):
    prediction = one_pixel.copy()
    prediction[:, :, :, 1 : 1 + flipped] = prediction[:, ::-1, :, 1 : 1 + flipped]
    return dice_index(prediction, smooth, per_class=True).mean()


scores = [average_over_classes(flipped) for flipped in range(100)]
say(f"The mask scores {scores[0]:.4f}; the best of these flips {int(np.argmax(scores))} pixels and scores {max(scores):.4f}.")

# %%
assert scores[30] > scores[0]

# %% [markdown]
# ## What is left of the conclusion
#
# "Label smoothing does not work with the Tversky loss" survives, in a sharper form. The smoothed mask $\tilde y$ itself
# is never the only optimum, so the loss never asks for the doubt that smoothing is meant to teach. Where Claim 1 holds,
# smoothing does nothing useful. Where it fails, it does harm.
#
# All this is for denominators that are linear in the prediction. Lesson 07 shows forms of the loss that do follow
# smooth labels.
#
# ## Back to the threshold of lesson 02
#
# In lesson 02 the best threshold for Dice was not one half, and near half of the best Dice. Now that is a corollary.
# Let $t_i$ be the *true chance* that pixel $i$ is foreground. Averaged over the chance, counts are soft counts against
# $t$, and the best mask cuts $t$ at $\tau$, which for Dice is $T/2$. (Exactly so for a fixed soft target, and in good
# approximation for the pooled Dice of many pixels.)
#
# The real prediction is not calibrated, so its probabilities are not those chances. Side by side:

# %% tags=["setup"]
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

# %%
assert np.isclose(tau, dice / 2) and abs(chance - tau) < 0.03

# %% [markdown]
# Now square all probabilities. No pixel changes places, so the same masks can be cut, and the best Dice is the same.
# But the *threshold* at which the best mask is cut moves far away from $\tau$.

# %%
squared = tile.probability**2
new_cut, new_dice = best_cut(squared)
new_chance = tile.target[abs(squared - new_cut) < 0.03].mean()
say(f"Squared: best threshold {new_cut:.2f}, tau {theory.optimal_threshold(new_dice, 0.5, 0.5):.2f}, chance {new_chance:.2f}.")

# %%
assert abs(new_dice - dice) < 0.005 and abs(new_chance - tau) < 0.05
assert tau - new_cut > 0.2

# %% [markdown]
# The theorem speaks of chances. The chance at the best cut is $\tau$ both times; the threshold agrees with it only if
# the map is calibrated there.
#
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

# %% [markdown] tags=["exercise"]
# **2.** Three doctors mark four pixels, and $t = (1, \frac23, \frac13, 0)$ is their vote. Which mask, `consensus`, has
# the best Dice against $t$? Which has the best recall-heavy index (0.1, 0.9), `careful`?
#
# *If both are the same:* the second threshold is lower. Compute it.

# %% tags=["solution"]
vote = np.array([1, 2 / 3, 1 / 3, 0])
consensus, _ = theory.best_prediction(vote, 0.5, 0.5)
careful, _ = theory.best_prediction(vote, 0.1, 0.9)
assert consensus.tolist() == [1, 1, 0, 0] and careful.tolist() == [1, 1, 1, 0]

# %% [markdown] tags=["exercise"]
# **3.** Find weights `mine` (alpha, beta) for which *no* fraction helps, with $C = 1$ and $\varepsilon = 0.4$: the
# critical fraction is infinite.
#
# *Hint:* pay a lot for recall.

# %% tags=["solution"]
mine = (0.3, 0.7)
assert theory.critical_fraction(*mine, 0.4, num_classes=1) == np.inf

# %% [markdown]
# ## What we saw
#
# - Smoothing moves the optimum of cross-entropy to $\tilde y$. The optimum of a Tversky loss is always a hard threshold
#   of the target.
# - Claim 1 means $b \le \tau \le a$. With $\delta = 0$ it fails below a critical foreground fraction, and then the best
#   prediction is *everything*.
# - A large delta restores the claim, and so does a softmax with all classes in one ratio. An average over classes does
#   not.
# - The best threshold for Dice is half of the best Dice, in terms of true chances.
#
# ## What is next
#
# [Lesson 06](06_cross_entropy.ipynb) asks what label smoothing really does to cross-entropy. The answer is a penalty
# that can be taken out and put beside any loss.
#
# ## References
#
# - C. Szegedy et al.: Rethinking the Inception architecture for computer vision. *CVPR*, 2016, pp. 2818–2826.
# - W. Dinkelbach: On nonlinear fractional programming. *Management Science* 13, 1967, pp. 492–498.
# - Z. C. Lipton, C. Elkan, B. Naryanaswamy: Optimal thresholding of classifiers to maximize F1 measure. *ECML PKDD*,
#   2014.
# - O. Koyejo et al.: Consistent binary classification with generalized performance metrics. *NeurIPS*, 2014.
# - G. Hidy: *The Tversky loss function and its modifications for medical image segmentation*, talk, 2022, Claim 1.
