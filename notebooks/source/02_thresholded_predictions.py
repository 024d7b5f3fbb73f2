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
# lesson moves it over a real prediction and watches what is found, what is missed, and what is marked by mistake. Is
# 0.5 the best place to cut? There is more than one reason to ask, and not all of them lie in the probabilities.
#
# ## What you will learn
#
# - how a threshold makes a mask of a probability map, and what grows and shrinks when it moves
# - the three counts TP, FP and FN, written as three lines of code
# - precision, recall and Dice, and how each follows the threshold
# - which cut is best for Dice when every probability can be trusted, and what changes when it cannot
#
# ## What you need
#
# - [lesson 01](01_segmentation_basics.ipynb): image, target, prediction

# %% slideshow={"slide_type": "skip"} tags=["setup"]
import numpy as np

from tverskylib import checked, dice_index, explorers, figures, say, threshold_counts, tiles, tversky_from_counts

tile = tiles.real_crop()

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A real image and an honest prediction
#
# The picture below has the parts of the talk's: the original image, the ground truth, the raw prediction, and the
# prediction cut at 0.25, 0.5 and 0.75. The talk's slides come from a hospital and are private; ours is a piece of the
# immunohistochemistry image that comes with scikit-image, 256 by 256 pixels of stained glands.
#
# - The **ground truth** comes from the stain itself: the colours are unmixed into hematoxylin (blue) and DAB (brown),
#   by the method of Ruifrok and Johnston, and the brown part is smoothed, cut and cleaned.
# - The **raw prediction** is that of a small classifier. It learned from the other half of the slide and has never seen
#   these pixels. Its task was made hard on purpose: it looks through a poor camera, in red light only, at low
#   magnification and with noise, so that a blue nucleus looks much like brown tissue. The noise was turned up until
#   Dice came out near 0.8, so do not take that number as a measure of anything.

# %% slideshow={"slide_type": "subslide"}
figures.thresholded(tile.image, tile.target, tile.probability, thresholds=(0.25, 0.5, 0.75))

# %% [markdown]
# At 0.25 nearly everything brown is inside, and much else. At 0.75 whole parts of the glands are gone.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The threshold
#
# A pixel belongs to the mask when its probability is at least the threshold.

# %% tags=["setup"]
mask = tile.probability >= 0.5
say(f"At 0.5, {mask.mean():.1%} of the pixels are in the mask; {tile.target.mean():.1%} are brown in truth.")

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

# %% [markdown] slideshow={"slide_type": "subslide"}
# *Question:* the threshold rises. Which of the three counts can grow?
#
# <details class="tversky-answer"><summary>Answer</summary>
#
# Only FN. When the threshold rises, pixels can leave the mask but none can enter it. So TP and FP can only fall, and
# what TP loses, FN gains.
#
# </details>

# %% slideshow={"slide_type": "skip"}
thresholds = np.linspace(0, 1, 201)
counts = threshold_counts(tile.probability, tile.target, thresholds)

# %% slideshow={"slide_type": "fragment"} tags=["check"]
checked(
    "over 201 rising thresholds TP and FP never grow, and FN never falls",
    *(np.diff(counts.tp) <= 0, np.diff(counts.fp) <= 0, np.diff(counts.fn) >= 0),
)

# %% [markdown] slideshow={"slide_type": "skip"} tags=["question"]
# **Question.** The threshold falls from 0.6 to 0.4. What can happen?
#
# <details class="tversky-choice"><summary>TP rises and FP falls.</summary>
#
# ✗ No. That would be a better map, not another cut: pixels only enter the mask, so neither of the two can fall.
#
# </details>
# <details class="tversky-choice"><summary>FP and FN both fall.</summary>
#
# ✗ No. FN can fall. But FP can only grow when pixels enter the mask.
#
# </details>
# <details class="tversky-choice"><summary>TP and FP rise, and FN falls.</summary>
#
# ✓ Yes. Pixels enter the mask and none leaves it. What enters was missed before, or is now marked by mistake.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Precision, recall, Dice
#
# Three scores are made of these counts. **Precision** asks: of what was marked, how much is right? **Recall** asks: of
# what should be marked, how much was found? (Lesson 01 called it sensitivity.) **Dice** weighs both kinds of mistake by one half.
#
# $$\text{precision} = \frac{TP}{TP + FP}, \qquad \text{recall} = \frac{TP}{TP + FN}, \qquad
# \text{Dice} = \frac{TP}{TP + \frac12 FP + \frac12 FN}$$

# %% tags=["setup"]
precision, recall = TP / (TP + FP), TP / (TP + FN)
dice = TP / (TP + FP / 2 + FN / 2)
say(f"Precision {precision:.3f}, recall {recall:.3f}, Dice {dice:.3f}.")

# %% [markdown]
# Dice lies between precision and recall. It is their *harmonic* mean, which stays closer to the smaller of the two.

# %% slideshow={"slide_type": "fragment"} tags=["check"]
harmonic = 2 / (1 / precision + 1 / recall)
checked(f"the harmonic mean of {precision:.3f} and {recall:.3f} is {dice:.3f}", np.isclose(harmonic, dice))

# %% [markdown] slideshow={"slide_type": "subslide"} tags=["exercise"]
# exercise 1

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Move the threshold
#
# *Question:* where is Dice highest: below 0.5, at 0.5, or above? Guess before you move.
#
# *Move this:* the cut, by mouse or with the arrow keys. *Look for:* in the image, where the striped false positives melt
# away first, and where the dotted false negatives spread. In the diagram, all pixels stand in a row, the surest first.
# The steps are their chance $q$ of being foreground, fitted to this very image. Left of the cut the area under the steps
# is TP and the area above them FP; right of it the area under them is FN. (The weights alpha and beta are for [lesson
# 03](03_tversky_index.ipynb).)

# %% slideshow={"slide_type": "subslide"}
explorers.threshold()

# %% [markdown] slideshow={"slide_type": "subslide"}
# <details class="tversky-answer"><summary>Answer</summary>
#
# Below. Recall falls all the way as the threshold rises, while precision tends to climb; Dice, between them, rises, has
# its top a little above 0.4, and falls. The false positives melt first between the glands; the false negatives spread
# from the borders and in the pale middle of the second gland. At the top, the steps cross a dashed line, half of Dice.
# The next section says why.
#
# </details>

# %% slideshow={"slide_type": "fragment"}
dices = tversky_from_counts(*counts)
best, top = thresholds[dices.argmax()], dices.max()
say(f"The best threshold is {best:.3f}, with Dice {top:.3f}; at 0.5 Dice is {dice:.3f}.")

# %% [markdown] slideshow={"slide_type": "subslide"} tags=["exercise"]
# exercise 2

# %% [markdown] slideshow={"slide_type": "slide"}
# ## One more pixel
#
# Why would one cut at 0.5 at all? Because it makes the fewest wrong pixels, if the probabilities can be trusted: from a
# chance of one half upward, "foreground" is the better bet. Dice bets differently. Take four pixels, whose chances of
# being foreground are known:
#
# $$q = (0.9,\ 0.4,\ 0.3,\ 0.1).$$
#
# Mark the surest pixel, then the next, and so on. On average a marked pixel adds its chance $q$ to TP and $1 - q$ to
# FP, and a pixel that is left out adds $q$ to FN.
#
# *Question:* with how many of the four pixels marked is the Dice of these average counts highest?

# %% slideshow={"slide_type": "subslide"}
q = np.array([0.9, 0.4, 0.3, 0.1])
for marked in range(1, 5):
    tp, fp, fn = q[:marked].sum(), (1 - q[:marked]).sum(), q[marked:].sum()
    print(f"{marked} marked, the last with chance {q[marked - 1]}: Dice {tversky_from_counts(tp, fp, fn):.3f}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# <details class="tversky-answer"><summary>Answer</summary>
#
# With two. The second pixel is more likely background than foreground, and still it pays to mark it. The third does not
# pay any more.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# To see why, write Dice as TP over *half the mask plus half the target*. One more pixel in the mask adds $\frac12$
# below, and $q$ above. A fraction grows by such an addition exactly when $q / \frac12$ is larger than the fraction
# itself, that is, when $q$ is larger than half of Dice. So one goes on until the next chance is too small, and Dice is
# then at its highest:
#
# **Mark the pixels whose chance of being foreground is larger than half of the best Dice.**
#
# The best Dice of the four pixels is 0.703, and half of it, 0.351, lies between the chances 0.4 and 0.3. Lipton, Elkan
# and Naryanaswamy found this rule for classifiers in 2014; [lesson 06](06_threshold_theorem.ipynb) proves it for every
# Tversky index, and says what it takes to carry it from average counts to real masks. A Dice index is at most 1, so the
# cut is never above one half. The harder the task, the lower one has to cut.

# %% slideshow={"slide_type": "fragment"} tags=["check"]
half = tversky_from_counts(1.3, 0.7, 0.4) / 2
checked(f"half of the best Dice, {half:.3f}, lies between the chances 0.4 and 0.3", 0.3 < half < 0.4)

# %% [markdown] slideshow={"slide_type": "skip"} tags=["question"]
# **Question.** On another map, whose numbers are chances, the best Dice is 0.5. Does a pixel of chance 0.3 belong to
# the best mask?
#
# <details class="tversky-choice"><summary>Yes, 0.3 is larger than 0.25.</summary>
#
# ✓ Yes. Half of the best Dice is the bar. The harder the task, the lower it lies.
#
# </details>
# <details class="tversky-choice"><summary>No, it is more likely background.</summary>
#
# ✗ No. That rule makes the fewest wrong pixels. Dice pays from half of its best value upward.
#
# </details>
# <details class="tversky-choice"><summary>That depends on how many pixels the mask has.</summary>
#
# ✗ No. The size of the mask is in the Dice already. One bar holds for all pixels.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"} tags=["exercise"]
# exercise 3

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The rule on an image
#
# The rule speaks of *chances*. A prediction whose probabilities are chances is called **calibrated**: among all pixels
# with probability about 0.3, about 30 % are foreground, and so for every value. We can make such a map of our image. A
# second observer also sees red light only. It sorts the pixels by their brightness into 50 groups, and says of each
# pixel which share of its group is brown. So what it says is right on average, by construction. (It looks at the truth
# for that. This is a demonstration and no method.)

# %% slideshow={"slide_type": "skip"} tags=["setup"]
red = tile.image[..., 0]
group = np.searchsorted(np.quantile(red, np.arange(1, 50) / 50), red, side="right")
chance = (np.bincount(group.ravel(), tile.target.ravel()) / np.bincount(group.ravel()))[group]

# %% slideshow={"slide_type": "subslide"}
figures.thresholded(tile.image, tile.target, chance, thresholds=(0.25, 0.5, 0.75))

# %% [markdown] slideshow={"slide_type": "subslide"}
# *Question:* the best Dice that a threshold reaches on this map is 0.741. Where must that threshold lie, and where is
# the threshold that makes the fewest wrong pixels?

# %% slideshow={"slide_type": "fragment"}
levels = np.unique(chance)  # the values that the map takes; between two of them no pixel changes sides
dices_of_chance = tversky_from_counts(*threshold_counts(chance, tile.target, levels))
k = dices_of_chance.argmax()
say(f"Dice is {dices_of_chance.max():.3f} for every cut above {levels[k - 1]:.3f} and up to {levels[k]:.3f}.")

# %% [markdown] slideshow={"slide_type": "fragment"}
# <details class="tversky-answer"><summary>Answer</summary>
#
# Half of 0.741 is 0.370: the pixels of chance 0.403 belong to the mask and those of chance 0.346 do not. The fewest
# pixels are wrong at one half. So the two cuts differ although every number of this map can be trusted: this is the
# reason that lies in Dice itself.
#
# </details>

# %% slideshow={"slide_type": "skip"}
def wrong_pixels(probability, cut):
    return ((probability >= cut) != tile.target).mean()


fewest = thresholds[np.argmin([wrong_pixels(chance, cut) for cut in thresholds])]
half_of_best = dices_of_chance.max() / 2

# %% slideshow={"slide_type": "fragment"} tags=["check"]
same = wrong_pixels(chance, fewest) == wrong_pixels(chance, 0.5)
checked(
    f"{levels[k - 1]:.3f} < half of the best Dice, {half_of_best:.3f} < {levels[k]:.3f}; fewest wrong pixels at one half",
    levels[k - 1] < half_of_best < levels[k] and same,
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A map that cannot be trusted
#
# And our first map, the classifier's? We can simply count how many pixels near a probability are foreground.
#
# *Question:* are about 30 % of those near 0.3 foreground, and 60 % of those near 0.6?

# %% slideshow={"slide_type": "fragment"}
def share_of_foreground(probability):
    near = abs(tile.probability - probability) < 0.03
    return tile.target[near].mean()


say(f"Probability near 0.3: {share_of_foreground(0.3):.0%} foreground. Near 0.6: {share_of_foreground(0.6):.0%}.")

# %% [markdown] slideshow={"slide_type": "subslide"}
# <details class="tversky-answer"><summary>Answer</summary>
#
# No. It says 0.3 where it should say 0.09, and 0.6 where it should say 0.68.
#
# </details>
#
# So even the fewest wrong pixels are not at
# 0.5, but at 0.465: this is the other reason, the one that lies in the map. On such a map half of the best Dice says
# little about where to cut, because the rule speaks of the chance and not of the number that the map calls so. (Here
# 0.409 happens to be near; lesson 06 has a map on which it is not.) What one does in practice: choose the threshold on
# images whose truth is known (a *validation set*), or calibrate the map there first.

# %% slideshow={"slide_type": "fragment"} tags=["check"]
fewest = thresholds[np.argmin([wrong_pixels(tile.probability, cut) for cut in thresholds])]
checked(f"best Dice at {best:.3f}, below the fewest wrong pixels at {fewest:.3f}, below 0.5", best < fewest < 0.5)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A threshold cannot rescue a bad map
#
# The threshold chooses a point on the curve; the curve itself belongs to the prediction. *Question:* we shuffle the
# probabilities over the pixels. Which threshold is best then?

# %%
shuffled = np.random.default_rng(0).permutation(tile.probability.ravel()).reshape(tile.target.shape)
no_better = tversky_from_counts(*threshold_counts(shuffled, tile.target, thresholds))
everything = dice_index(np.ones_like(tile.target)[None, None], tile.target[None, None])
say(f"Best Dice of the shuffled map {no_better.max():.3f}; marking everything gives {everything:.3f}.")

# %% [markdown] slideshow={"slide_type": "fragment"}
# <details class="tversky-answer"><summary>Answer</summary>
#
# Zero, or so low that everything is marked. Every pixel then has the same chance, 31 %, and that is more than half of
# any Dice that one can reach.
#
# </details>

# %% slideshow={"slide_type": "fragment"} tags=["check"]
low = thresholds[no_better.argmax()]
checked(f"the best cut of the shuffled map, {low:.3f}, is no better than marking everything", no_better[0] == everything)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we saw
#
# - A threshold trades false positives against false negatives. Moving it up, TP and FP can only fall, and FN can only
#   grow.
# - Precision, recall and Dice are three ways to weigh the same three counts.
# - On our map the best threshold for Dice lies below one half, for two reasons. One is Dice: it marks a pixel when its
#   chance is larger than half of the best Dice. The other is that the map's probabilities are not chances.

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
#   Quantitative Cytology and Histology* 23(4), 2001, pp. 291–299. (How the stains are unmixed.)
# - Z. C. Lipton, C. Elkan, B. Naryanaswamy: Optimal thresholding of classifiers to maximize F1 measure. *Machine
#   Learning and Knowledge Discovery in Databases (ECML PKDD 2014)*, LNCS 8725, pp. 225–239. (The best threshold for F1,
#   that is Dice, is half of the best F1.)
