# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # The threshold theorem
#
# Which prediction is best for a doubtful target, and why is the best cut half of the best Dice?
#
# Lesson 02 found a rule on four pixels: mark those whose chance is larger than half of the best Dice. This lesson proves
# it, for every Tversky index and every soft target. The proof needs one idea, the answer always has the same shape, and
# an old algorithm finds it in a few steps. Then we look at what the theorem promises and what it does not: for chances, for the votes of several doctors, and for the area that is marked.
#
# ## What you will learn
#
# - what the best prediction for a soft target looks like, for every index
# - how to find it without trying all masks
# - whether lesson 02's rule, half of the best Dice, speaks of the chance or of the map
# - what fails when every image, or every doctor, is scored alone
# - how much area a mask with the best Dice has
#
# ## What you need
#
# - [lesson 02](02_thresholded_predictions.ipynb): the rule on four pixels
# - [lesson 04](04_tversky_loss.ipynb): soft counts

# %% tags=["setup"]
from itertools import product

import numpy as np
from scipy.optimize import isotonic_regression

from tverskylib import checked, explorers, say, theory, tiles, tversky_from_counts


def index(prediction, target, alpha=0.5, beta=0.5):
    tp = (prediction * target).sum()
    return tversky_from_counts(tp, prediction.sum() - tp, target.sum() - tp, alpha, beta)


# %% [markdown]
# ## A target with doubt in it
#
# A target need not be a mask. Three doctors vote, and a pixel that two of them marked has the target $\frac23$. Or the
# chance of foreground is known, as for the four pixels of lesson 02. The soft counts (4.1) take such a **soft target**
# $t$ as it is:
#
# $$TP = \sum_i t_i \hat y_i, \qquad FP = \sum_i (1 - t_i)\, \hat y_i, \qquad FN = \sum_i t_i (1 - \hat y_i).$$
#
# The prediction may take any values from 0 to 1, and we look for the one with the largest index.
#
# *Question:* is it the target itself?

# %% tags=["setup"]
t = np.array([0.9, 0.4, 0.3, 0.1])
two_marked = np.array([1, 1, 0, 0])
say(f"Dice with the target: the target itself {index(t, t):.3f}, the mask of two pixels {index(two_marked, t):.3f}.")

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# No. It repeats every doubt of the target, and does worse than the mask of two pixels, which has none.
#
# </details>
#
# ## The theorem
#
# > **Theorem.** Let $\alpha, \beta > 0$, and let the denominator be positive everywhere ($\delta > 0$ or $t \ne 0$). Then
# > $\hat y$ has the largest index $T$ of all predictions in $[0, 1]^M$ if and only if it *thresholds* $t$: it is 1 where
# > $t_i > \tau$, 0 where $t_i < \tau$, and anything where $t_i = \tau$, with
# >
# > $$\tau = \frac{\alpha T}{1 + (\alpha + \beta - 1)\, T}, \qquad T \text{ the index of } \hat y \text{ itself}. \tag{6.1}$$
#
# | index | threshold $\tau$ | at most |
# |---|---|---|
# | Dice | $T/2$ | $1/2$ |
# | Jaccard | $T/(1+T)$ | $1/2$ |
# | $\alpha + \beta = 1$ | $\alpha T$ | $\alpha$ |
# | any | as above | $\alpha/(\alpha+\beta)$ |
#
# **The idea.** Raise the prediction of one pixel by a little, $h$. That adds $h\,t_i$ to the numerator of the index, and
# $h\,(t_i + \alpha(1 - t_i) - \beta t_i)$ to its denominator. Under Dice the second is $h/2$ for every pixel, and a
# fraction grows by such an addition exactly if $t_i / \frac12 > T$. For other weights the bar is $\tau$ instead of
# $T/2$, but it is still *one* bar for all pixels. And as both additions grow evenly with $h$, what pays a little pays
# more the further one goes: all the way to 1, or down to 0. There is no room for doubt in the optimum, except at ties.
#
# *Question:* here are the labels of the four pixels, sorted. What are the coloured areas, and is there a cut that is the
# $\tau$ of its own mask?
#
# *Move this:* the cut, up and down. The second diagram shows, for every cut, the threshold $\tau$ that belongs to the index of
# its mask.

# %%
explorers.sorted_labels(t)

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# The areas *are* the counts. Above the cut, the label is TP and what it lacks to 1 is FP; below it, the label is FN. And
# the cut at 0.351, between 0.4 and 0.3, asks for itself: $\tau(T) = 0.351$. No other cut has a larger index.
#
# </details>

# %% tags=["proof"]
theory.threshold_theorem()

# %% [markdown]
# ### Other weights
#
# *Question:* the weights (0.2, 0.8) pay for recall. Does the best mask get larger, and what is its $\tau$?

# %%
weights = {"F½ (0.8, 0.2)": (0.8, 0.2), "Dice": (0.5, 0.5), "Jaccard": (1, 1), "F2 (0.2, 0.8)": (0.2, 0.8)}
for name, pair in weights.items():
    best, T = theory.best_prediction(t, *pair)
    print(f"{name}: {best.sum():.0f} pixels, index {T:.3f}, tau {theory.optimal_threshold(T, *pair):.3f}")

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# Yes: three pixels, as its $\tau$ is 0.163, and the labels 0.9, 0.4 and 0.3 lie above it. Dice and Jaccard agree, mask and
# $\tau$, though their indices differ: only $\beta / \alpha$ counts, as lesson 03 proved.
#
# </details>
#
# A proof on paper can be of the wrong statement. So take eight labels at random, and try all 256 masks.

# %% tags=["check"]
labels, masks = np.random.default_rng(1).random(8), np.array(list(product([0.0, 1.0], repeat=8)))
winner = max(masks, key=lambda mask: index(mask, labels, 0.3, 0.7))
tau = theory.optimal_threshold(index(winner, labels, 0.3, 0.7), 0.3, 0.7)
checked(f"of 256 masks the best marks the {winner.sum():.0f} labels above tau = {tau:.3f}", winner == (labels > tau))

# %% [markdown] tags=["question"]
# **Question.** The best Jaccard index against a soft target is 0.5. Which pixels does the best prediction mark?
#
# <details class="tversky-choice"><summary>Those with a label above 1/3</summary>
#
# ✓ Yes. 0.5 / 1.5. It is the same mask as the best for Dice, whose index is 2/3.
#
# </details>
# <details class="tversky-choice"><summary>Those with a label above 0.25</summary>
#
# ✗ No. Half of the best index is the rule of Dice. For Jaccard tau is T / (1 + T).
#
# </details>
# <details class="tversky-choice"><summary>Those with a label above 0.5</summary>
#
# ✗ No. One half is the bar of accuracy. No Tversky index with equal weights has a higher one, and it is reached only by
# a perfect mask.
#
# </details>

# %% [markdown] tags=["exercise"]
# exercise 1

# %% [markdown]
# ## Finding the best cut
#
# The theorem seems to run in a circle: the threshold needs the index, and the index needs the mask. But a circle can be
# walked. Guess an index, cut at its $\tau$, compute the index of that mask, and cut again. This is **Dinkelbach's
# algorithm** of 1967, made for ratios of all kinds; in ours both parts are linear, and so each step is a cut.
#
# *Question:* we start with the guess 0, so that all pixels with a label above 0 are marked. Can the index ever fall from one step to the next?
# (By hand: [cut at 0](#tversky:sorted_labels?cut=0), then "One step".)

# %%
T = 0.0
for step in range(4):
    mask = (t > theory.optimal_threshold(T, 0.5, 0.5)).astype(float)
    T = index(mask, t)
    print(f"step {step + 1}: {mask.sum():.0f} pixels, index {T:.4f}")

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# No. A cut at $\tau(T)$ makes $N - T D$ as large as it can be. Where that is positive, the new $N/D$ lies above $T$; where
# it is 0, nothing lies above $T$, and we are there. As the index climbs, the threshold climbs with it and pixels only
# leave, so the walk ends after at most one step for each different value in $t$ and one more; or two more with a smoothing term,
# where the empty mask can be best. (From a guess *above* the best index the first step falls, and from there the index climbs
# unless it is the best already.)
#
# </details>
#
# The library has it as `theory.best_prediction`.

# %% tags=["check"]
best, best_T = theory.best_prediction(t, 0.5, 0.5)
checked(f"best_prediction finds the same: index {best_T:.4f}", np.array_equal(best, mask), best_T == T)

# %% [markdown] tags=["exercise"]
# exercise 2

# %% [markdown]
# ## Half of the best Dice
#
# Now let $q_i$ be the *chance* that pixel $i$ is foreground. What a mask scores is then a matter of luck, but its counts
# on average are soft counts against $q$. Pool the counts of many images, and the luck averages out. So for pooled counts
# the best mask cuts the chance at the $\tau$ of (6.1), and under Dice that is half of the best Dice: the rule of
# lesson 02.
#
# The rule speaks of the chance and of nothing else. On the crop of lesson 02 the classifier's probability $\hat y$ is
# not the chance. We estimate the chance behind it: *isotonic regression* finds the function of $\hat y$ that never falls and fits
# the target best. (It is fitted on the same target, so this is a demonstration and no method.) Then we square the map.
# No pixel overtakes another, so the same masks can be cut and the best Dice is the same.
#
# *Question:* which of the two numbers moves: the value of the *map* at the best cut, or the *chance* there?

# %% tags=["setup"]
tile = tiles.real_crop()


def at_the_best_cut(probability):
    """The best Dice, and the map and the chance behind it on the last pixel that is marked."""
    values, target = probability.ravel().astype(float), tile.target.ravel()
    _, place, many = np.unique(values, return_inverse=True, return_counts=True)
    chance = isotonic_regression(np.bincount(place, target) / many, weights=many).x[place]
    marked, _ = theory.best_prediction(chance, 0.5, 0.5)
    last = np.argmin(np.where(marked == 1, values, np.inf))
    return index(marked, target), values[last], chance[last]


# %%
rows = ["| map | best Dice | half of it | map at the best cut | chance at the best cut |", "|---|---|---|---|---|"]
for name, probability in {"as it is": tile.probability, "squared": tile.probability**2}.items():
    dice, value, chance = at_the_best_cut(probability)
    rows.append(f"| {name} | {dice:.3f} | {dice / 2:.3f} | {value:.3f} | {chance:.3f} |")
say("\n".join(rows))

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# The map. The chance stays where it was, just not below half of the best Dice, because the pixels at the cut are the same ones. The
# theorem speaks of the chance behind a map. A cut of the map does the same as long as the chance rises with the map; the
# number on the map may be anything.
#
# </details>
#
# Lipton, Elkan and Naryanaswamy proved the rule for F1 in 2014, and Koyejo and others for all ratios of linear counts.
# Nordström and others gave it for segmentation with noisy masks: against the *mean* of the noisy masks, the best Dice cuts
# at half of itself (2022), and a minimiser of the soft Dice loss, made a mask, does the same (2023). The practical side of
# it: train with cross-entropy, whose optimum is the chance, and cut at $\tau$ instead of one half.
#
# ## Where the theorem stops: scores of single images
#
# The theorem scores one mask against one target, and the counts may be pooled. Often each image is scored alone and the
# scores are averaged, or there are several doctors and the mean of the scores against each of them counts. A mean of
# ratios is not a ratio of means. Take ten pixels and three doctors: the first two mark pixel 1 only, the third marks all
# ten. The vote is $(1, \frac13, \dots, \frac13)$.
#
# *Question:* which mask has the best mean Dice with the three doctors: all ten pixels, or the first one alone?

# %%
doctors = np.zeros((3, 10))
doctors[:, 0], doctors[2] = 1, 1
rows = ["| mask | Dice against the vote | mean Dice with the three doctors |", "|---|---|---|"]
for size in (1, 10):
    mask = np.arange(10) < size
    rows.append(
        f"| {size} pixel{'s' * (size > 1)} | {index(mask, doctors.mean(0)):.3f} | {np.mean([index(mask, y) for y in doctors]):.3f} |"
    )
say("\n".join(rows))

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# The first one alone. Against the vote, all ten pixels are best, as $\frac13$ lies above half of 0.571. But two of the
# three doctors are then scored with a mask ten times too large.
#
# </details>

# %% [markdown] tags=["question"]
# **Question.** You report the mean of the Dice of single images, under doubt. Is half of the best *pooled* Dice the
# best cut of the chance for it?
#
# <details class="tversky-choice"><summary>Yes, the theorem says so.</summary>
#
# ✗ No. The theorem is about one ratio. A mean of ratios is none.
#
# </details>
# <details class="tversky-choice"><summary>Not in general: it is a rule of thumb there.</summary>
#
# ✓ Yes. Each image has a bar of its own, and under doubt even that is not exact.
#
# </details>
# <details class="tversky-choice"><summary>Yes, if the map is calibrated.</summary>
#
# ✗ No. Calibration makes the numbers chances. It does not turn a mean of ratios into a ratio of means.
#
# </details>

# %% [markdown]
# So for the mean of image-wise scores under doubt the threshold is a rule of thumb. Dai and Li (2023) prove that cutting
# at a fixed threshold does not lead to the best expected Dice of single images. Their RankSEG does, if the pixels of an
# image are independent given the image: it still takes the pixels of largest chance, but computes for each image how
# many. What a doctor marks is not independent from pixel to pixel, as our three show: each
# marks all ten or only the first.
#
# Several networks, or one network on an image and its mirror images, are no doctors: nothing is scored against each of
# them. There the mean of the *probabilities* is cut, once, where it is best on validation images. Masks that are cut
# first and then put to the vote forget how sure each was: 0.45, 0.45 and 0.9 have the mean 0.6, and lose the vote two to
# one.
#
# Another consequence: batch-wise there is *one* bar $\tau$ for all images; image-wise each image has its own, about $T_k/2$
# under Dice, high for easy images and low for hard ones. Training image by image aims at many different cuts. That is one
# reason why a curve over one common threshold favours batch-wise training on our tiles (lesson 11).
#
# ## How much is marked
#
# (A chance, mind: what a network trained with Dice says is none, lesson 09.) On average $\sum_i q_i$ pixels are foreground: for the four pixels, 1.7. The mask with the best Dice marks 2.
#
# *Question:* can it also mark *less* than the average foreground?

# %%
sure_and_unsure = np.array([1, 1, 1, 1, 1, 0.3, 0.3, 0.3, 0.3, 0.3])
all_alike = np.full(10, 0.3)
for name, chances in {"five sure, five at 0.3": sure_and_unsure, "ten at 0.3": all_alike}.items():
    best, T = theory.best_prediction(chances, 0.5, 0.5)
    print(f"{name}: expected {chances.sum():.1f} pixels, marked {best.sum():.0f}, tau {T / 2:.3f}")

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# Yes. Five sure pixels lift the index so high that 0.3 falls below the bar, and 5 pixels are marked where 6.5 are
# expected. Without them the same 0.3 is above the bar, and 10 are marked where 3 are expected.
#
# </details>
#
# Bertels and others called this the **volume bias** of soft Dice (2019, 2021); Nordström and others (2022) bound it, and
# show that the best mask by accuracy is never larger than the best by Dice: it cuts at one half, and $\tau$ is never
# above. Whoever measures volumes should not sum up a mask that was made for Dice, but the chances.

# %% [markdown] tags=["exercise"]
# exercise 3

# %% [markdown]
# ## What we saw
#
# - For every soft target the best prediction is a threshold of it, at $\tau$ of its own index. But for ties, doubt in the
#   target never becomes doubt in the prediction.
# - Dinkelbach's algorithm finds it: cut, evaluate, cut again.
# - The best cut for pooled Dice is half of the best Dice, said of the *chance*. The numbers of a map may be elsewhere.
# - For a mean of image-wise scores under doubt the threshold is a rule of thumb, and it can fail.
# - A mask with the best Dice can be too large or too small on average: volume bias.
#
# ## What is next
#
# [Lesson 07](07_label_smoothing.ipynb) applies the theorem to a target in which the doubt was put by hand: label
# smoothing.
#
# ## References
#
# - Z. C. Lipton, C. Elkan, B. Naryanaswamy: Optimal thresholding of classifiers to maximize F1 measure. *ECML PKDD*,
#   LNCS 8725, 2014, pp. 225–239. The threshold is half of the best F1.
# - O. Koyejo, N. Natarajan, P. Ravikumar, I. Dhillon: Consistent binary classification with generalized performance
#   metrics. *NIPS* 27, 2014, pp. 2744–2752. Thresholds for all ratios of linear counts.
# - W. Dinkelbach: On nonlinear fractional programming. *Management Science* 13, 1967, pp. 492–498. The algorithm.
# - M. Nordström, H. Hult, J. Söderberg, F. Löfman: On image segmentation with noisy labels: characterization and volume
#   properties of the optimal solutions to accuracy and Dice. *NeurIPS* 35, 2022, pp. 34321–34333.
# - M. Nordström, H. Hult, A. Maki, F. Löfman: Noisy image segmentation with soft-Dice. 2023, arXiv.
# - M. Nordström, H. Hult, A. Maki: Marginal thresholding in noisy image segmentation. 2023, arXiv:2304.04116.
#   Cross-entropy, cut at the right threshold, recovers the optimum of soft Dice.
# - B. Dai, C. Li: RankSEG: a consistent ranking-based framework for segmentation. *JMLR* 24 (224), 2023, pp. 1–50. No
#   fixed threshold is optimal for the expected Dice of an image.
# - J. Bertels, D. Robben, D. Vandermeulen, P. Suetens: Optimization with soft Dice can lead to a volumetric bias.
#   *BrainLes*, LNCS 11992, 2019; and: Theoretical analysis and experimental validation of volume bias of soft Dice
#   optimized segmentation maps in the context of inherent uncertainty. *Medical Image Analysis* 67, 2021.
