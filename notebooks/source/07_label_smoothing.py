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
# seriously enough to try to break it, and finds masks for which it breaks. Then we find out exactly when it holds for a
# mask that is known, and what smoothing does to a network, which does not know the masks of new images.
#
# ## What you will learn
#
# - what label smoothing does to a mask, with one channel and with two
# - where it moves the optimum of cross-entropy, and where that of Dice
# - Claim 1 with its exact condition, and the foreground fraction under which it fails
# - what smoothing does to a learner, even where Claim 1 holds
# - a setting without conditions, and its price
#
# ## What you need
#
# - [lesson 06](06_threshold_theorem.ipynb): the threshold theorem
# - [lesson 04](04_tversky_loss.ipynb): the loss and its smoothing term delta

# %% slideshow={"slide_type": "skip"} tags=["setup"]
from itertools import product

import numpy as np
from scipy.stats import beta as beta_law

from tverskylib import checked, dice_index, explorers, figures, say, smooth_labels, theory, tversky_index

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What smoothing does to a mask
#
# Take a share $\varepsilon$ of every label and spread it evenly over $C$ classes:
#
# $$\tilde y = (1 - \varepsilon)\, y + \frac{\varepsilon}{C}. \tag{7.1}$$
#
# A smoothed mask has two values: call them $a$ on foreground and $b$ on background. Here $C$ is the number in this formula:
# a mask of one channel can be smoothed with $C = 1$ or with $C = 2$.
#
# *Question:* with $C = 1$, what becomes of the foreground?

# %%
mask = np.array([1.0, 0.0]).reshape(1, 1, 1, 2)
for classes in (1, 2):
    a, b = smooth_labels(mask, 0.2, num_classes=classes).ravel()
    print(f"C = {classes}: foreground a = {a:.2f}, background b = {b:.2f}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# <details class="tversky-answer"><summary>Answer</summary>
#
# Nothing: it stays 1. With **one** channel the talk's formula is *one-sided*. What people call label smoothing of a
# binary mask, a little doubt on both sides, is the formula with $C = 2$. In both cases $a - b = 1 - \varepsilon$.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"} tags=["question"]
# **Question.** A mask is smoothed with epsilon 0.4 and C = 2. Which two labels does it get?
#
# <details class="tversky-choice"><summary>0.8 on foreground, 0.2 on background</summary>
#
# ✓ Yes. 0.6 + 0.2 and 0.2: half of what is taken comes back to either side.
#
# </details>
# <details class="tversky-choice"><summary>0.6 on foreground, 0.4 on background</summary>
#
# ✗ No. What is taken is spread over both classes, so the foreground gets half of it back.
#
# </details>
# <details class="tversky-choice"><summary>1 on foreground, 0.4 on background</summary>
#
# ✗ No. That is C = 1, where the formula is one-sided.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# Why do this at all? The cross-entropy of a hard label is never satisfied: it pushes the logit of the right class
# towards infinity, however sure the network already is. A smooth label gives it a place to stop (Szegedy and others,
# 2016). The talk says that smoothing "combats vanishing gradients": a prediction that rests at $\tilde y$ stays off the
# flat ends of the sigmoid.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## One pixel, two losses
#
# Sixteen pixels, six of them foreground. One foreground pixel and one background pixel move; under Dice the others stand on
# the mask, under cross-entropy they do not matter.
#
# *Question:* when epsilon grows, the lowest points of one loss glide and those of the other jump, if at all. Which is which?
#
# *Move this:* epsilon. Then set $C$ to 1 and push epsilon up until something jumps.

# %% slideshow={"slide_type": "subslide"}
explorers.one_pixel()

# %% [markdown] slideshow={"slide_type": "subslide"}
# <details class="tversky-answer"><summary>Answer</summary>
#
# With cross-entropy the two lowest points leave the ends and go to $a$ and $b$: the network is asked for doubt, and gets
# it. With Dice they stay at 1 and 0, though the background curve flattens. With $C = 1$ cross-entropy leaves the
# foreground pixel at 1; and from $\varepsilon = 0.38$ on, the lowest point of Dice on the *background* pixel is at 1, the
# wrong end. Hold that thought.
#
# </details>
#
# As long as nothing jumps, the talk is right:
#
# > **Claim 1** (the talk). *The maximum of* $T_{\alpha,\beta}(\tilde y, \cdot)$ *is assumed at* $\hat y = y$.
# > *Therefore label smoothing does not work with the Tversky loss.*

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Try to break it
#
# The bars are the indices of three predictions against the *smoothed* mask: Z, "nothing"; Y, "the mask"; O, "everything".
# Each letter has its region in the map, over the foreground fraction and epsilon.
#
# *Question:* make the foreground rare. Which bar becomes the longest, and from which fraction on?
#
# *Move this:* the point, to the left. Then go back to [p = 5 %](#tversky:phase_diagram?p=0.05) and raise beta to 1.5; then
# raise delta (the slider is $\delta$ per pixel). Below the bars you see what is behind it: whether $\tau$ lies between the
# labels.

# %% slideshow={"slide_type": "subslide"}
explorers.phase_diagram(p=0.1)

# %% [markdown] slideshow={"slide_type": "subslide"}
# <details class="tversky-answer"><summary>Answer</summary>
#
# "Everything", from a fraction between 1 and 2 percent downward. The claim breaks where $\tau$ falls below the smaller
# label. Beta moves the border, and so does delta.
#
# </details>
#
# Let us see it with nothing but an array: 1,000 pixels, 10 of them foreground, $\varepsilon = 0.2$, Dice.

# %% slideshow={"slide_type": "fragment"}
small = np.zeros((1, 1, 1, 1000))
small[..., :10] = 1
labels = smooth_labels(small, 0.2, num_classes=2)
right, everything = tversky_index(small, labels), tversky_index(np.ones_like(small), labels)
say(f"Against the smoothed mask, the mask itself has index {right:.3f}; calling **everything** foreground has {everything:.3f}.")

# %% [markdown] slideshow={"slide_type": "fragment"}
# These labels reward calling every pixel foreground. Nothing mysterious: 990 background pixels have the label 0.1, which
# adds up to 99, eleven times the 9 that the ten foreground pixels carry. The index takes this haze for the object. (And if
# your Dice loss never reaches 0 with smooth labels, that is no fault of your code: for the mask itself it is 1 minus the number
# above.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Claim 1, exactly
#
# A smoothed mask has only two values, $b < a$. Cut it at $\tau$, and you get the mask $y$ if $\tau$ lies between them.
# By the threshold theorem one candidate can be tested with its own index. So **Claim 1 says $b \le \tau \le a$**, where
# $\tau$ belongs to the index of $y$ against $\tilde y$. Multiplied out, with $P$ foreground and $Q$ background pixels,
# that is both of
#
# $$\text{(A)} \quad \alpha P (1 - \varepsilon) + \delta\,(\alpha(1 - b) - \beta b) \;\ge\; \beta b\,(P a + Q b),$$
# $$\text{(B)} \quad \beta a\,(P a + Q b) + \delta\,(\beta a - \alpha (1 - a)) \;\ge\; 0,$$
#
# (A) wherever there is background and (B) wherever there is foreground. Where (A) fails, predicting everything is best;
# where (B) fails, predicting nothing is. There is no fourth case.

# %% slideshow={"slide_type": "skip"} tags=["proof"]
theory.claim1()

# %% [markdown] slideshow={"slide_type": "subslide"}
# With $\delta = 0$ condition (B) always holds, and (A) asks that the foreground fraction $p$ be at least the **critical
# fraction**
#
# $$p^* = \frac{\beta b^2}{(1 - \varepsilon)(\alpha - \beta b)}. \tag{7.2}$$
#
# (Where this is not below 1, or $\alpha \le \beta b$, no mask with any background is safe: then $p^*$ is infinite.)
#
# *Question:* Salehi and others (2017) did best on small lesions with weights that pay for recall, (0.3, 0.7). Are such
# weights safer here, or less safe?

# %% slideshow={"slide_type": "fragment"}
weights = {"Dice": (0.5, 0.5), "(0.3, 0.7)": (0.3, 0.7), "(0.7, 0.3)": (0.7, 0.3), "Jaccard": (1, 1)}
rows = ["| C | epsilon | " + " | ".join(weights) + " |", "|---|---|" + "---|" * len(weights)]
for classes, epsilon in product((1, 2), (0.05, 0.1, 0.2)):
    critical = [theory.critical_fraction(*pair, epsilon, num_classes=classes) for pair in weights.values()]
    rows.append(f"| {classes} | {epsilon} | " + " | ".join(f"{100 * p:.3f} %" for p in critical) + " |")
say("\n".join(rows))

# %% [markdown] slideshow={"slide_type": "subslide"}
# <details class="tversky-answer"><summary>Answer</summary>
#
# Less safe: their critical fraction is 2.4 to 3.5 times that of Dice. Of these weights, those
# made for small lesions fail first. Jaccard equals Dice, because only $\beta/\alpha$ enters.
#
# </details>
#
# Our example had $p = 1\,\%$ and $\varepsilon = 0.2$ with $C = 2$: below the 1.389 % of Dice.

# %% slideshow={"slide_type": "fragment"} tags=["check"]
holds = [theory.claim1_holds(p, 0.5, 0.5, 0.2, num_classes=2) for p in (0.013, 0.014)]
checked("Claim 1 fails at 1.3 % foreground and holds at 1.4 %", holds == [False, True])

# %% [markdown] slideshow={"slide_type": "skip"} tags=["exercise"]
# exercise 1

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The map of Claim 1
#
# Back to the map, now with the formulas at hand: its boundaries are where (A) or (B) turns into an equation.
#
# *Question:* is there a pair of weights for which a large delta breaks the claim?
#
# *Move this:* in the map above, delta [at p = 1 %](#tversky:phase_diagram?p=0.01&alpha=0.5&beta=0.5&delta=0), with the
# weights of Dice. Then set alpha to 1.8, beta to 0.2 and delta to 1, or press
# [this](#tversky:phase_diagram?alpha=1.8&beta=0.2&delta=1&epsilon=0.4).

# %% [markdown] slideshow={"slide_type": "subslide"}
# <details class="tversky-answer"><summary>Answer</summary>
#
# Yes. With Dice, region O shrinks as delta grows, and is gone. With alpha 1.8 and beta 0.2 it goes too, but another region
# comes, Z: predict nothing.
#
# </details>
#
# As $\delta$ grows, the index goes to 1 and $\tau$ to $\frac{\alpha}{\alpha + \beta}$. So a large delta restores the
# claim if that lies between the labels, $b < \frac{\alpha}{\alpha+\beta} < a$: for Dice and Jaccard with $C = 2$ at every
# $\varepsilon < 1$, and with any $C$ at every $\varepsilon < \frac12$. If both labels lie above it, "everything" stays
# best for every delta; if both lie below, a large delta makes "nothing" best.

# %% [markdown] slideshow={"slide_type": "skip"} tags=["exercise"]
# exercise 2

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Empty images
#
# 2,440 of the talk's 2,800 images hold no cancer. Image-wise, each of them is a problem of its own with $p = 0$, below
# every critical fraction. With $\delta = 0$ the best answer to such an image is *everything*, for every
# $\varepsilon > 0$. The mask becomes the best answer from the **critical delta** on,
#
# $$\delta^* = \frac{\beta b^2}{\alpha - (\alpha + \beta)\, b}\; Q, \tag{7.3}$$
#
# as long as $b < \frac{\alpha}{\alpha + \beta}$; otherwise no delta is enough.
#
# *Question:* 0.00001 is a common default of delta. How far off is it for Dice with $C = 2$ and 512 × 512 pixels?

# %%
for side, epsilon in product((64, 512), (0.1, 0.2, 0.4)):
    needed = theory.critical_delta(0.5, 0.5, epsilon) * side**2
    print(f"{side} × {side} pixels, epsilon {epsilon}: delta must be at least {needed:,.2f}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# <details class="tversky-answer"><summary>Answer</summary>
#
# By a factor of 70 million at $\varepsilon = 0.1$ (twice that where the formula has $2\,TP$ above, as in MONAI). And the delta that is needed grows with the number of pixels, so a
# value that works on small tiles fails on large ones.
#
# </details>
#
# With Dice and $C = 2$ a delta that is enough for the empty image is enough for every mask of that size. It is one remedy;
# what else so large a delta does, lesson 05 says.

# %% slideshow={"slide_type": "skip"} tags=["check"]
found = [theory.claim1_optimum(np.linspace(0, 1, 401), 0.5, 0.5, e, delta_per_pixel=theory.critical_delta(0.5, 0.5, e)) for e in (0.05, 0.1, 0.2, 0.4)]
checked("with that delta Claim 1 holds at 401 fractions from 0 to 1 and four epsilons, Dice, C = 2", np.array(found) == "target")

# %% [markdown]
#
# Batch-wise, an empty image is governed by the fraction of the whole batch. Seven empty images and one with 5 %
# foreground have 0.6 % together, less than the critical 1.389 % of Dice at $\varepsilon = 0.2$; with 12 % in the one they
# have 1.5 %, and the claim holds for all eight.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Chances, not masks
#
# So far the mask was *known*: one mask, one smoothed copy. Where (A) and (B) hold, its optimum does not move. But a
# network is not given the mask of an image that it sees for the first time. The masks it learns from are random given
# the image: what it can learn of a pixel is its *chance* $q$ of being foreground. Smoothed masks have the mean
#
# $$t = (1 - \varepsilon)\, q + \frac{\varepsilon}{C},$$
#
# and for the pooled counts of many masks the threshold theorem applies to $t$. Cutting $t$ at the $\tau$ of (6.1)
# is cutting the chance at
#
# $$\kappa = \frac{\tau(\tilde T) - \varepsilon/C}{1 - \varepsilon}, \tag{7.4}$$
#
# where $\tilde T$ is the best index against $t$. Take the four pixels of lesson 02 once more, with the chances 0.9, 0.4,
# 0.3 and 0.1. Without smoothing Dice cuts them at 0.351 and marks two.
#
# *Question:* at which of these epsilons, if at any, does a pixel join them, or leave?

# %% slideshow={"slide_type": "subslide"}
q = np.array([0.9, 0.4, 0.3, 0.1])
for epsilon in (0, 0.1, 0.2, 0.4, 0.6):
    marked, index = theory.best_prediction((1 - epsilon) * q + epsilon / 2, 0.5, 0.5)
    cut = theory.smoothed_cut(index, 0.5, 0.5, epsilon)
    print(f"epsilon {epsilon}: the chance is cut at {cut:.3f}, {marked.sum():.0f} pixels are marked")

# %% [markdown] slideshow={"slide_type": "fragment"}
# <details class="tversky-answer"><summary>Answer</summary>
#
# At 0.2 the pixel of chance 0.3 joins them, at 0.6 all four are marked, and none leaves. A *known* mask of two of the four pixels would
# be safe at each of these strengths.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"} tags=["question"]
# **Question.** Your images have 5 % foreground, far above the critical fraction of Dice at epsilon 0.2. May smoothing
# hurt a network that learns from them?
#
# <details class="tversky-choice"><summary>No, Claim 1 holds for such masks.</summary>
#
# ✗ No. It holds for each known mask. The network has to cut a chance, and that cut moves.
#
# </details>
# <details class="tversky-choice"><summary>Yes: it marks everything.</summary>
#
# ✗ No. That is what happens where the *mean chance* is below the critical fraction. Above it the cut falls, but not to 0.
#
# </details>
# <details class="tversky-choice"><summary>Yes: it cuts the chance lower, and marks more.</summary>
#
# ✓ Yes. The known masks stay their own optima, and still what is learnt of unknown ones changes.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# This is no accident of four numbers.
#
# > **Theorem.** For the pooled index with $C = 1$, or with $C = 2$ and $\beta \ge \alpha$ (or $\delta = 0$), the cut on the
# > chance falls as $\varepsilon$ grows, whatever the chances are. So smoothing can only add pixels to the best mask, and never raises its pooled index
# > against the true labels.
#
# **The idea.** Smoothing puts the same haze $b$ on every pixel. On the marked ones it drops out again, in the difference
# $\tau - b$. What stays is the haze on all the others: it counts as foreground that was missed, pulls the index down, and
# the cut with it. (With $\delta = 0$ it falls below 0, and everything is marked, where the mean chance is below $p^*$ of (7.2),
# and only there.) Claim 1 is the case in which every chance is 0 or 1. Then the cut may move as it likes between 0 and 1
# without meeting a pixel, until it falls below 0: that is where (A) fails.

# %% slideshow={"slide_type": "skip"} tags=["proof"]
theory.smoothed_chances()

# %% [markdown] slideshow={"slide_type": "subslide"}
# How much does it matter? That depends on how many chances lie near the cut. Here they follow the law Beta(0.21, 2.79):
# 7 % foreground on average, most pixels nearly sure, some in doubt.

# %% slideshow={"slide_type": "fragment"}
n = 20_001
chances = beta_law(0.21, 2.79).ppf((np.arange(n) + 0.5) / n)
figures.smoothed_cuts(chances, "Beta(0.21, 2.79)")

# %% [markdown] slideshow={"slide_type": "subslide"}
# With $C = 2$ the cut goes from 0.232 to 0.163 at $\varepsilon = 0.1$ and to 0.102 at 0.2. Half as much again is marked at
# 0.1 and twice as much at 0.2, and pooled Dice falls from 0.465 to 0.449 and 0.405. Yet 7 % is five times the critical fraction 1.389 % at 0.2, and *every* known
# mask of that size would be its own optimum. So "where Claim 1 holds, smoothing moves nothing" is true of known masks. A
# learner is harmed far above the critical fraction. Lesson 11 looks for this in trained networks.

# %% slideshow={"slide_type": "skip"} tags=["check"]
found = {e: theory.best_prediction((1 - e) * chances + e / 2, 0.5, 0.5) for e in (0, 0.1, 0.2)}
cuts = [round(theory.smoothed_cut(index, 0.5, 0.5, e), 3) for e, (_, index) in found.items()]
dices = [round(float(2 * (marked @ chances) / (marked.sum() + chances.sum())), 3) for marked, _ in found.values()]
areas = [round(float(marked.sum() / found[0][0].sum()), 1) for marked, _ in found.values()]
checked(
    f"cuts {cuts}, areas {areas}, pooled Dice {dices}",
    *(cuts == [0.232, 0.163, 0.102], areas[-1] > 2, dices == [0.465, 0.449, 0.405]),
)

# %% [markdown] slideshow={"slide_type": "skip"} tags=["exercise"]
# exercise 3

# %% [markdown] slideshow={"slide_type": "slide"}
# ## One setting without conditions, and its price
#
# There is a setting in which Claim 1 always holds. Let the network end in a softmax over $C \ge 2$ channels, background
# among them, and put *all* channels into one ratio. Then what one channel gains another loses, $FP = FN$, and the index
# depends on the overlap alone. The target is the only optimum, for every $\varepsilon$ and $\delta$.

# %% slideshow={"slide_type": "skip"} tags=["proof"]
theory.claim1_simplex()

# %% [markdown] slideshow={"slide_type": "subslide"}
# The price stands in lesson 05, as (5.3): with weights that add up to 1 and $\delta = 0$ such an index *is* the pixel
# accuracy. True negatives count again, and alpha and beta have no say.

# %% slideshow={"slide_type": "fragment"} tags=["check"]
truth, nothing = np.zeros((2, 1, 2, 10, 10))
truth[:, 0], truth[:, 0, 0, 0], truth[:, 1, 0, 0] = 1, 0, 1  # background, and one pixel of foreground
nothing[:, 0] = 1
values = [tversky_index(nothing, truth, *pair) for pair in ((0.5, 0.5), (0.1, 0.9), (0.9, 0.1))]
foreground = dice_index(nothing[:, 1:], truth[:, 1:])
checked(
    f"1 % foreground, nothing predicted, any weights: one ratio {values[0]:.2f}, Dice of the foreground {foreground:.2f}",
    np.allclose(values, 0.99) and foreground == 0,
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# So the case in which the talk is right without conditions is the case that gives up what the index is for. Mind the
# words "in one ratio": many practitioners average one ratio per class.
#
# *Question:* 1,000 pixels, one of them foreground, two classes, $\varepsilon = 0.1$. Does it pay to call some background
# pixels foreground as well?

# %% slideshow={"slide_type": "fragment"}
rare = np.zeros((1, 2, 1, 1000))
rare[:, 0, :, 1:], rare[:, 1, :, 0] = 1, 1  # channel 0 background, channel 1 one pixel of foreground
scores = []
for flipped in range(100):
    prediction = rare.copy()
    prediction[:, 0, :, 1 : 1 + flipped], prediction[:, 1, :, 1 : 1 + flipped] = 0, 1
    scores.append(dice_index(prediction, smooth_labels(rare, 0.1), per_class=True).mean())
say(f"The mask scores {scores[0]:.4f}; the best of these flips {np.argmax(scores)} pixels and scores {max(scores):.4f}.")

# %% [markdown] slideshow={"slide_type": "fragment"}
# <details class="tversky-answer"><summary>Answer</summary>
#
# Yes. The index of the rare class gains more from the haze than the other one loses. So in a mean over classes the softmax
# does not save the claim.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What is left of the conclusion
#
# "Label smoothing does not work with the Tversky loss" survives, in a sharper form.
#
# - The smoothed mask itself is never the only optimum (except where it equals the mask: $C = 1$ and no background). So
#   the loss never asks for the doubt that smoothing is meant to teach.
# - For a *known mask* smoothing does not move the optimum where Claim 1 holds; where it fails, everything or nothing is
#   best. But it takes away force: at 2 % foreground and $\varepsilon = 0.2$ the mask has loss 0.735 and "everything"
#   0.792, where they had 0 and 0.961.

# %% [markdown] slideshow={"slide_type": "subslide"}
# - For a *learner* of the pooled index it lowers the cut on the chance, by the theorem above, whether Claim 1 holds or not.
#   Every pixel whose chance lies between the new cut and the old one is marked as well, and Dice is lost with it.
#
# (Beyond the theorem's conditions the cut can rise as well: with weights (0.7, 0.3) and $\delta = 2$, two pixels of chance 0.6
# are marked at $\varepsilon = 0$, and none at 0.1. Image-wise it is no theorem: with weights (2, 2) even the likeliest pixel can
# leave.)
#
# All this is for the product form of lesson 04. Lesson 09 shows forms of the loss that do follow smooth labels.

# %% slideshow={"slide_type": "skip"} tags=["check"]
y = np.repeat([1.0, 0.0], [20, 980]).reshape(1, 1, 1, 1000)
losses = [1 - tversky_index(x, smooth_labels(y, e, num_classes=2)) for e in (0, 0.2) for x in (y, np.ones_like(y))]
checked(f"at 2 %, the mask and everything: {losses[0]:.3f} and {losses[1]:.3f}, smoothed {losses[2]:.3f} and {losses[3]:.3f}", np.isclose(losses, [0, 0.961, 0.735, 0.792], atol=6e-4))

# %% slideshow={"slide_type": "skip"} tags=["check"]
marked = [theory.best_prediction((1 - e) * np.full(2, 0.6) + e / 2, 0.7, 0.3, 2.0)[0].sum() for e in (0, 0.1)]
checked(f"weights (0.7, 0.3), delta 2: of two pixels {marked[0]:.0f} are marked, then {marked[1]:.0f}", marked == [2, 0])

# %% slideshow={"slide_type": "skip"} tags=["check"]
masks = np.array(list(product((0.0, 1.0), repeat=4))).reshape(16, 1, 1, 4)
def mean_index(e):
    labels = smooth_labels(masks, e, num_classes=2)
    return sum(chance * tversky_index(masks, np.repeat(labels[[k]], 16, 0), 2, 2, domain="image") for k, chance in ((8, 0.6), (7, 0.4)))
best = [masks[np.argmax(mean_index(e))].ravel() for e in (0, 0.2)]
checked(f"image-wise, mask 1000 with chance 0.6 and 0111 with 0.4, weights (2, 2): {best[0]} is best, and smoothed {best[1]}", best[0] == [1, 0, 0, 0], best[1] == [0, 1, 1, 1])

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we saw
#
# - Smoothing moves the optimum of cross-entropy to $\tilde y$; the optimum of a Tversky loss stays a hard mask.
# - Claim 1 means $b \le \tau \le a$. With $\delta = 0$ it fails below a critical foreground fraction, and then the best
#   prediction is *everything*; for an empty image that is so until delta reaches its critical value.
# - Smoothing lowers the cut on the chance of the pooled index (for Dice with $C = 1$ or 2), far above the critical fraction too.
# - A softmax with all classes in one ratio has no such trouble, because its index rises with the pixel accuracy and sees nothing else.
#   An average over classes has.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What is next
#
# [Lesson 08](08_cross_entropy.ipynb) asks what label smoothing really does to cross-entropy. The answer is a penalty
# that can be taken out and put beside any loss.
#
# ## References
#
# - C. Szegedy, V. Vanhoucke, S. Ioffe, J. Shlens, Z. Wojna: Rethinking the Inception architecture for computer vision.
#   *CVPR*, 2016, pp. 2818–2826. Section 7 introduces label smoothing.
# - S. S. M. Salehi, D. Erdogmus, A. Gholipour: Tversky loss function for image segmentation using 3D fully
#   convolutional deep networks. *Machine Learning in Medical Imaging*, LNCS 10541, 2017, pp. 379–387.
# - G. Hidy: *The Tversky loss function and its modifications for medical image segmentation*, talk, 2022, Claim 1.
