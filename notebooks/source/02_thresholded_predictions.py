# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown] slideshow={"slide_type": "slide"}
# # Thresholded predictions
#
# How does a probability become a mask, and is 0.5 the right place to cut?
#
# A network gives probabilities; a doctor wants a mask. Between the two stands one number, the **threshold**. This
# lesson moves it over a real prediction and watches what is found, what is missed, and what is found by mistake. The
# best place to cut turns out not to be 0.5.
#
# ## What you will learn
#
# - how a threshold makes a mask of a probability map, and what grows and shrinks when it moves
# - the three counts TP, FP and FN, written as three lines of code
# - precision, recall and Dice, and how each follows the threshold
# - that the best threshold for Dice need not be one half
#
# ## What you need
#
# - [lesson 01](01_segmentation_basics.ipynb): image, target, prediction
#
# **Time:** 20 minutes

# %% slideshow={"slide_type": "skip"} tags=["setup"]
import numpy as np

from tverskylib import dice_index, explorers, figures, say, threshold_counts, tiles, tversky_from_counts

tile = tiles.real_image()

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A real image and an honest prediction
#
# The picture below follows the talk's: the original image, the ground truth, the raw prediction, and the prediction cut
# at 0.25, 0.5 and 0.75. The talk's slides come from a hospital and are private; ours is the immunohistochemistry image
# of scikit-image, of which we show the right half.
#
# - The **ground truth** comes from the stain itself: the colours are unmixed into hematoxylin (blue) and DAB (brown),
#   and the brown part is smoothed, cut and cleaned.
# - The **raw prediction** is that of a small pixel classifier. It was trained on the *left* half, so it has never seen
#   what you look at. We made its task hard on purpose: it looks through a poor camera, in red light only, at low
#   magnification and with noise, so that a blue nucleus looks much like brown tissue. A prediction without any doubt
#   would teach nothing here. We turned the noise up until Dice came out near 0.8, so do not take that number as a
#   measure of anything.

# %% slideshow={"slide_type": "subslide"}
figures.thresholded(tile.image, tile.target, tile.probability, thresholds=(0.25, 0.5, 0.75))

# %% [markdown]
# *Look for:* the white area of the last three masks. At 0.25 nearly everything that is brown is inside, and much that
# is not. At 0.75 whole parts of the glands are gone.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The threshold
#
# A pixel belongs to the mask when its probability is at least the threshold.

# %% tags=["setup"]
mask = tile.probability >= 0.5
say(f"At 0.5, {mask.mean():.1%} of the pixels are in the mask; {tile.target.mean():.1%} are brown in truth.")

# %% [markdown]
# When the threshold rises, pixels can only leave the mask, never enter it. So TP and FP can only fall, and FN can only
# grow.

# %% slideshow={"slide_type": "skip"}
counts = threshold_counts(tile.probability, tile.target, np.linspace(0, 1, 101))
assert (np.diff(counts.tp) <= 0).all() and (np.diff(counts.fp) <= 0).all()
assert (np.diff(counts.fn) >= 0).all()

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The three counts
#
# - A **true positive** is in the mask and in the target.
# - A **false positive** is in the mask only.
# - A **false negative** is in the target only.

# %% tags=["setup"]
TP = (mask & tile.target).sum()
FP = (mask & ~tile.target).sum()
FN = (~mask & tile.target).sum()
say(f"At 0.5: TP = {TP:,}, FP = {FP:,}, FN = {FN:,}.")

# %% [markdown] slideshow={"slide_type": "skip"}
# The library counts all thresholds at once, by sorting the probabilities. It must find the same.

# %% slideshow={"slide_type": "skip"}
assert threshold_counts(tile.probability, tile.target, 0.5) == (TP, FP, FN)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Precision, recall, Dice
#
# Three scores are made of these counts. **Precision** asks: of what was marked, how much is right? **Recall** asks: of
# what should be marked, how much was found? **Dice** weighs both kinds of mistake by one half.
#
# $$\text{precision} = \frac{TP}{TP + FP}, \qquad \text{recall} = \frac{TP}{TP + FN}, \qquad
# \text{Dice} = \frac{TP}{TP + \frac12 FP + \frac12 FN}$$

# %% tags=["setup"]
precision, recall = TP / (TP + FP), TP / (TP + FN)
dice = TP / (TP + FP / 2 + FN / 2)
assert dice == tversky_from_counts(TP, FP, FN)
say(f"Precision {precision:.3f}, recall {recall:.3f}, Dice {dice:.3f}.")

# %% [markdown]
# Dice lies between precision and recall: it is their *harmonic* mean, which stays close to the smaller of the two.

# %% slideshow={"slide_type": "skip"}
assert np.isclose(dice, 2 / (1 / precision + 1 / recall))
assert min(precision, recall) <= dice <= max(precision, recall)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Move the threshold
#
# *Move this:* the threshold, with the arrow keys, from low to high. *Look for:* in the picture, striped false positives
# melt away, first between the glands, and dotted false negatives spread. Among the numbers, recall falls all the way,
# while precision tends to climb. The curve of Dice rises, has a top, and falls. Where is the top? (The second mark,
# tau, and the weights alpha and beta are for [lesson 03](03_tversky_index.ipynb) and [lesson
# 07](07_label_smoothing.ipynb).)

# %% slideshow={"slide_type": "subslide"}
explorers.threshold()

# %% [markdown] slideshow={"slide_type": "subslide"}
# The crop in the picture is a part of the half image, so that the patterns are large enough to see. Here is the top for
# the whole half image.

# %% slideshow={"slide_type": "fragment"} tags=["setup"]
thresholds = np.linspace(0.01, 0.99, 197)
dices = tversky_from_counts(*threshold_counts(tile.probability, tile.target, thresholds))
best = thresholds[dices.argmax()]
say(f"The best threshold is {best:.3f}, with Dice {dices.max():.3f}; at 0.5 Dice is {dice:.3f}.")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## One half is not the best place to cut
#
# Why would one cut at one half at all? Because it makes the fewest wrong pixels, if the probabilities can be trusted:
# from a chance of one half upward, "foreground" is the better bet. Can ours be trusted? Let us look where the fewest
# pixels are wrong.

# %% slideshow={"slide_type": "fragment"}
wrong = [((tile.probability >= threshold) != tile.target).mean() for threshold in thresholds]
fewest = thresholds[np.argmin(wrong)]
assert best < fewest < 0.5
say(f"The fewest pixels, {min(wrong):.1%}, are wrong at threshold {fewest:.3f}. Dice goes further down, to {best:.3f}.")

# %% [markdown] slideshow={"slide_type": "subslide"}
# So there are two reasons here. The first is the map: its 0.5 does not mean a chance of one half. The second is Dice
# itself. Dice is TP divided by *half the mask plus half the target*. Let one more pixel join the mask, one that is
# foreground with chance $q$: that adds $\frac12$ below in any case, and $q$ above on average. A fraction grows by such
# an addition when $q / \frac12$ is larger than the fraction, so from $q = \text{Dice} / 2$ on:
#
# **Call a pixel foreground when its chance of being foreground is larger than half of the best Dice.**
#
# [Lesson 07](07_label_smoothing.ipynb) proves it. Where the probabilities can be trusted, chance and probability are
# the same thing, and the best threshold is half of the best Dice.

# %%
say(f"Half of the best Dice is {dices.max() / 2:.3f}; the best threshold on this image is {best:.3f}.")

# %% [markdown] slideshow={"slide_type": "subslide"}
# That is near. But our map can not be trusted, as we saw. Trustworthy has a name: a prediction is **calibrated** if,
# among all pixels with probability about 0.3, about 30 % are foreground, and so for every value. We can simply count.

# %% slideshow={"slide_type": "fragment"}
def share_of_foreground(probability):
    near = abs(tile.probability - probability) < 0.03
    return tile.target[near].mean()


say(f"Probability near 0.3: {share_of_foreground(0.3):.0%} foreground. Near {best:.3f}: {share_of_foreground(best):.0%}.")

# %% [markdown]
# So our map is *not* calibrated: it says 0.3 where it should say half of that. Only where it matters for the rule,
# around the best threshold, it happens to be right. The rule itself speaks of the chance, and there it holds: at the
# best threshold the share of foreground is about half of the best Dice.

# %% slideshow={"slide_type": "skip"}
assert abs(share_of_foreground(best) - dices.max() / 2) < 0.03
assert abs(share_of_foreground(0.3) - 0.3) > 0.1

# %% [markdown] slideshow={"slide_type": "subslide"}
# *Question:* a Dice index is at most 1, so the best threshold of a calibrated map is never above one half. When is it
# exactly one half? When the prediction can be perfect. The harder the task, the lower one has to cut.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A threshold can not rescue a bad map
#
# The threshold chooses a point on the curve; the curve itself belongs to the prediction. If we shuffle the
# probabilities over the pixels, no threshold is any better than marking everything.

# %%
shuffled = np.random.default_rng(0).permutation(tile.probability.ravel()).reshape(tile.target.shape)
no_better = tversky_from_counts(*threshold_counts(shuffled, tile.target, thresholds)).max()
everything = dice_index(np.ones_like(tile.target)[None, None], tile.target[None, None])
say(f"Best Dice of the shuffled map {no_better:.3f}; marking everything gives {everything:.3f}.")

# %% slideshow={"slide_type": "skip"}
assert abs(no_better - everything) < 0.01

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Exercises
#
# The solutions are in the solutions notebook of this lesson.

# %% [markdown] tags=["exercise"]
# **1.** A screening programme wants a recall of at least 0.95. Find the highest threshold `cut` among `thresholds` that
# reaches it on the half image, and the precision `price` that one pays.
#
# *If `cut` is larger than 0.5:* you looked at precision. High recall needs a low threshold.

# %% tags=["solution"]
found = threshold_counts(tile.probability, tile.target, thresholds)
recalls = found.tp / (found.tp + found.fn)
cut = thresholds[recalls >= 0.95].max()
price = (found.tp / (found.tp + found.fp))[thresholds == cut].item()
assert price < precision

# %% [markdown] slideshow={"slide_type": "subslide"} tags=["exercise"]
# **2.** Someone offers you `n` more pixels, half of them foreground: $n/2$ more true positives, $n/2$ fewer false
# negatives and $n/2$ more false positives. Does Dice rise? Compute `offered` for $n = 1000$, and find out for which
# Dice such an offer is bad.
#
# *Hint:* the rule above, with chance $q = \frac12$.

# %% tags=["solution"]
offered = tversky_from_counts(TP + 500, FP + 500, FN - 500)
assert offered > dice  # the chance 1/2 is larger than half of Dice, whatever Dice is below 1

# %% [markdown] slideshow={"slide_type": "subslide"} tags=["exercise"]
# **3.** Flip the roles: let background be the foreground (`~tile.target`, and one minus the probability). What is the
# best Dice, `background_dice`? Which pixels are counted now that were not counted before?
#
# *Hint:* Dice leaves true negatives out. Which pixels are they before and after the flip?

# %% tags=["solution"]
background_dice = tversky_from_counts(*threshold_counts(1 - tile.probability, ~tile.target, thresholds)).max()
# The true negatives of before are the true positives of now.
assert background_dice > dices.max()

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we saw
#
# - A threshold trades false positives against false negatives. Moving it up, TP and FP fall and FN grows.
# - Precision, recall and Dice are three ways to weigh the same three counts.
# - The best threshold for Dice was below one half for two reasons: our map is not calibrated, and Dice cuts where the
#   chance of foreground is half of the best Dice.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What is next
#
# [Lesson 03](03_tversky_index.ipynb) lets you choose the weights of the two mistakes: the Tversky index.
#
# ## References
#
# - G. Hidy: *The Tversky loss function and its modifications for medical image segmentation*, talk, 2022, the figure of
#   thresholded predictions.
# - A. C. Ruifrok, D. A. Johnston: Quantification of histochemical staining by color deconvolution. *Analytical and
#   Quantitative Cytology and Histology* 23, 2001, pp. 291–299.
# - Z. C. Lipton, C. Elkan, B. Naryanaswamy: Optimal thresholding of classifiers to maximize F1 measure. *ECML
#   PKDD*, 2014.
