# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # The Tversky loss
#
# How can a network learn from an index, and where does each pixel get pulled?
#
# An index judges a finished mask. A network learns from small changes of its probabilities, so it needs an index that
# notices them. This lesson makes the counts *soft*, calls one minus the index a loss, and proves the four properties
# that the talk states of it, each with its condition. [Lesson 05](05_batches_and_classes.ipynb) then asks what changes
# when there are many images, empty masks and several classes.
#
# ## What you will learn
#
# - soft counts, the loss, and the smoothing term delta
# - why the target is its only minimum, and the condition that the talk leaves out
# - the gradient in closed form
# - why one pixel's pull depends on all the others
# - what focal Tversky, log-cosh Dice and Dice with cross-entropy change, and what they do not
#
# ## What you need
#
# - [lesson 03](03_tversky_index.ipynb): the index and its weights
# - what a derivative is; no experience with PyTorch

# %% tags=["setup"]
import numpy as np
import torch

from tverskylib import TverskyLoss, checked, explorers, figures, say, soft_counts, theory, tiles
from tverskylib import tversky_from_counts, tversky_index, tversky_loss

# %% [markdown]
# ## Soft counts
#
# Take the four pixels of lesson 02 again, now as a prediction: $\hat y = (0.9, 0.4, 0.3, 0.1)$. In truth only the first
# is foreground. A pixel with probability 0.9 is 0.9 of a true positive if its target is 1, and 0.1 of a false negative.
# If its target is 0, a probability of 0.4 is 0.4 of a false positive. Summed over all pixels:
#
# $$TP = \sum_i y_i \hat y_i, \qquad FP = \sum_i (1 - y_i)\, \hat y_i, \qquad FN = \sum_i y_i (1 - \hat y_i). \tag{4.1}$$

# %% tags=["setup"]
y = np.array([1, 0, 0, 0])
y_hat = np.array([0.9, 0.4, 0.3, 0.1])
TP, FP, FN = (y * y_hat).sum(), ((1 - y) * y_hat).sum(), (y * (1 - y_hat)).sum()
say(f"TP = {TP:.1f}, FP = {FP:.1f}, FN = {FN:.1f}; TP + FN = {TP + FN:.0f} is the foreground.")

# %% [markdown]
# The library's `soft_counts` does the same for whole batches of shape $(B, C, H, W)$.
#
# *Question:* on the glands, the mask at 0.5 has a Dice of 0.811. Is the Dice of the *soft* counts larger or smaller?
# What becomes of it when the probabilities are pushed towards 0 and 1?
#
# *Move this:* the sharpness, which multiplies the logits of the prediction.

# %%
explorers.sharpening()

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# Smaller here: 0.628. Where a pixel is on the right side of 0.5, doubt costs; where it is on the wrong side, doubt pays;
# and most pixels are on the right side. With growing sharpness the map turns black and white, and the soft counts run
# into the counts of the mask.
#
# </details>

# %% tags=["check"]
tile = tiles.real_crop()
mask, truth = (tile.probability >= 0.5)[None, None], tile.target[None, None]
soft, hard = (tversky_from_counts(*soft_counts(p, truth)) for p in (tile.probability[None, None], mask))
checked(f"Dice of soft counts is {soft:.3f}, of the mask {hard:.3f}", soft < hard)

# %% [markdown]
# ## The loss
#
# The **Tversky loss** is one minus the index of the soft counts. A **smoothing term** $\delta \ge 0$ is added above and
# below:
#
# $$L = 1 - T, \qquad T = \frac{N}{D}, \qquad N = TP + \delta, \qquad D = TP + \alpha\, FP + \beta\, FN + \delta. \tag{4.2}$$
#
# Where it is not given, delta is 0 in the library's index and $10^{-5}$ in its loss, and both are batch-wise.

# %% tags=["setup"]
target = torch.tensor(y).reshape(1, 1, 2, 2)
prediction = torch.tensor(y_hat).reshape(1, 1, 2, 2)
loss = tversky_loss(prediction, target, alpha=0.5, beta=0.5, delta=1.0)
say(f"On the four pixels, with delta = 1: loss {loss:.3f} = 1 - {TP + 1:.1f} / {TP + FP / 2 + FN / 2 + 1:.2f}.")

# %% [markdown]
# Other people write Dice with a term $s$ beside $2\,TP$:
#
# $$\frac{2\,TP + s}{2\,TP + FP + FN + s}.$$

# %% [markdown] tags=["question"]
# **Question.** A library adds $s = 1$ above and below in that form. Which delta is that?
#
# <details class="tversky-choice"><summary>0.5</summary>
#
# ✓ Yes. Multiply (4.2) by two above and below: s = 2 delta.
#
# </details>
# <details class="tversky-choice"><summary>1</summary>
#
# ✗ No. In that form the counts are doubled, so the same number smooths half as much.
#
# </details>
# <details class="tversky-choice"><summary>2</summary>
#
# ✗ No. That is the other direction: delta = 2 would be the term 4 there.
#
# </details>

# %% [markdown] tags=["exercise"]
# exercise 1

# %% [markdown]
# ## Property 1: on masks it is the index
#
# If the target and $\hat y$ hold only 0 and 1, then every product in the soft counts is 0 or 1, and the soft counts
# *are* the counts. With $\delta = 0$ the loss is then one minus the index. (A positive $\delta$ lifts the index towards
# 1: little for a large mask, much for one of few pixels. A lesion of one pixel that is missed has a Dice of 0.67 instead of 0
# with $\delta = 1$.)

# %% tags=["check"]
of_mask = tversky_loss(torch.tensor(mask).double(), torch.tensor(truth), 0.2, 0.8, delta=0.0)
F2 = tversky_index(mask, truth, 0.2, 0.8)
checked(f"on the glands' mask the loss for F2 is 1 - {F2:.3f}", np.isclose(of_mask, 1 - F2))

# %% [markdown]
# ## Property 2: the target is the only minimum
#
# The talk says: *if the target is binary, then* $\hat y = y$ *is the unique minimum.* The idea of the proof is one line.
# Written as
#
# $$L = \frac{\alpha\, FP + \beta\, FN}{D},$$
#
# the loss is never negative, and as both weights are positive it is 0 only if both mistakes are: at the target itself.
# (With $\alpha = 0$ it would be 0 for "everything" too.)
#
# Was that all? The line divides by $D$, which must not be 0. At the target it is $P + \delta$, where $P$ is the number
# of foreground pixels. So the statement needs a condition: **$P > 0$ or $\delta > 0$.**
#
# *Question:* what is the loss of an empty mask with $\delta = 0$, at the right answer and right beside it?

# %%
empty = torch.zeros(1, 1, 2, 2)
at_target = tversky_index(empty, empty, delta=0.0)
nearby = tversky_index(empty + 1e-6, empty, delta=0.0)
say(f"The index is {at_target:.0f} at the target, and {nearby:.0f} where each pixel is 0.000001.")

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# At the right answer it is 0/0, not a number. Everywhere else, however close, the index is 0 and the loss 1. A NaN would
# spoil all weights of the network in the next step, so the library's loss stops at once and names the image.
#
# </details>

# %%
try:
    tversky_loss(empty, empty, delta=0.0, domain="image")
except ValueError as error:
    print(error)

# %% [markdown]
# More than that is true. Not only is there no other minimum, there is no other place to *rest*: away from the target
# the loss still falls if some foreground pixel is raised or some background pixel lowered (the proof after the next
# section shows it). So rolling downhill cannot get stuck, as long as one moves the *probabilities*. A network moves
# *logits*, and on paper a sigmoid never reaches 0 or 1. In logits the loss has no minimum at all: it creeps towards 0 and never
# gets there.

# %% tags=["proof"]
theory.only_minimum()

# %% [markdown]
# ## Property 3: it is differentiable
#
# The counts are linear in each $\hat y_i$: raising it on a foreground pixel takes from FN what it gives to TP, and on a
# background pixel it adds to FP. So the quotient rule gives, wherever $D > 0$,
#
# $$\frac{\partial T}{\partial \hat y_i} = \frac{y_i\, D - N\,\big(y_i + \alpha (1 - y_i) - \beta y_i\big)}{D^2}. \tag{4.3}$$
#
# The only thing in it that belongs to pixel $i$ is its target $y_i$.
#
# *Question:* the glands' crop has 65,536 pixels, with very many different probabilities. How many different values has
# the gradient by the probabilities?

# %%
probability = torch.tensor(tile.probability, dtype=torch.float64)[None, None].requires_grad_()
tversky_loss(probability, torch.tensor(truth), 0.2, 0.8, delta=1.0).backward()
values = probability.grad.unique()
say(f"{probability.numel():,} pixels, {values.numel()} derivatives: {values[0]:.3e} and {values[1]:+.3e}.")

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# Two: one for all foreground pixels and one for all background pixels. Single pixels enter through the sums alone. (From
# logits, each is multiplied by $\hat y_i (1 - \hat y_i)$. So a pixel that is sure hardly moves, even if it is wrong.)
#
# </details>

# %% tags=["check"]
real = soft_counts(tile.probability[None, None].astype(float), truth)
slopes = theory.pixel_gradients(*real, 0.2, 0.8, 1.0)  # of the index: the loss has the other sign
checked("PyTorch's two values are those of the formula", np.allclose(values, [-slopes[0], -slopes[1]]))

# %% [markdown] tags=["question"]
# **Question.** Two foreground pixels of one image are predicted 0.2 and 0.9. For which of them is the derivative of the
# Dice loss by its probability larger?
#
# <details class="tversky-choice"><summary>For the one at 0.2, which is further from its target.</summary>
#
# ✗ No. So it is with cross-entropy. In a ratio a pixel's derivative depends on its target and on the sums, not on its
# own value.
#
# </details>
# <details class="tversky-choice"><summary>They are equal.</summary>
#
# ✓ Yes. All foreground pixels of one ratio share one value. Only from logits they differ: each is multiplied by its prediction times one minus it.
#
# </details>
# <details class="tversky-choice"><summary>For the one at 0.9, which carries more overlap.</summary>
#
# ✗ No. Its overlap is in the sums, and those are the same for both pixels.
#
# </details>

# %% tags=["proof"]
theory.tversky_gradient()

# %% [markdown] tags=["exercise"]
# exercise 2

# %% [markdown] tags=["exercise"]
# exercise 3

# %% [markdown]
# ## The landscape
#
# Let all foreground pixels have one prediction and all background pixels another, with one pixel in four foreground.
# Then the loss is a landscape over a square, and its target is one corner. Its level lines are straight, because $N$
# and $D$ are linear in the prediction. (So one ratio is *quasi-convex*: what is better than a given value is cut off by
# a plane. It is not convex, and a mean of several ratios need not even be quasi-convex: lesson 05 has an example.)
#
# *Question:* where is the pull on a foreground pixel stronger: at the worst prediction (0 on foreground, 1 on
# background), or where nothing is predicted (0 and 0)? Guess, then look at the bars.
#
# *Move this:* drag the point, or press "all wrong" and "nothing". Then let it roll downhill, step by step, and change the
# weights. *Look for:* the bars, which say how hard *one* pixel of each kind is pulled. The way downhill adds all pixels
# up, so that it crosses the level lines at right angles.

# %%
explorers.landscape()

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# Where [nothing](#tversky:landscape?foreground=0&background=0&steps=0) is predicted, 2.00 against 0.50. At the [worst
# prediction](#tversky:landscape?foreground=0&background=1&steps=0) the false positives stand in the denominator and
# weaken the pull on the foreground. In a ratio, how hard one pixel is pulled depends on all the others. In a sum or a
# mean over pixels, like cross-entropy, it does not. And at both points, where $TP = 0$ and $\delta = 0$, the background does not
# pull at all: there is no overlap that it could spoil.
#
# </details>

# %% tags=["check"]
worst, nothing = (theory.pixel_gradients(0, fp, 1, 0.5, 0.5, 0.0) for fp in (3, 0))
checked(
    f"a foreground pixel has the derivative {-worst[0]:.2f} at the worst prediction, {-nothing[0]:.2f} at nothing",
    worst[0] < nothing[0] and nothing[1] == 0,
)

# %% [markdown]
# Raise beta, and the way turns towards "predict more on foreground"; raise alpha, and it turns towards "predict less
# on background". That can be proved of the *ratio* of the two pulls, foreground to background (it is in the proof
# above): it grows with beta and falls with alpha. It is not true of each pull alone, because alpha and beta stand
# in the denominator too.

# %% tags=["check"]
half, one = (theory.pixel_gradients(0.5, 1.5, 0.5, alpha, 0.5, 0.0) for alpha in (0.5, 1.0))
ratio_half, ratio_one = -half[0] / half[1], -one[0] / one[1]
checked(
    f"at prediction 0.5 everywhere, doubling alpha changes the background's pull from {-half[1]:.3f} to {-one[1]:.3f}, "
    f"and the ratio from {ratio_half:.1f} to {ratio_one:.1f}",
    -one[1] < -half[1] and ratio_one < ratio_half,
)

# %% [markdown]
# ## Property 4: image-wise or batch-wise
#
# The talk's last point: for a batch of images one can compute the loss of each image and take the mean, or add the
# counts of all images up first. The two differ, more than one expects, and so much depends on it that it has a lesson of
# its own, the next one.
#
# ## In a training loop
#
# The module does what the function does. `from_logits=True` takes a network's raw outputs: a sigmoid for one channel, a
# softmax for several.

# %%
criterion = TverskyLoss(alpha=0.3, beta=0.7, delta=1.0, domain="batch", from_logits=True)
logits = torch.zeros(2, 1, 64, 64, requires_grad=True)
criterion(logits, torch.ones(2, 1, 64, 64)).backward()
criterion

# %% [markdown]
# Two more traps that it avoids. In float16 a sum over a large mask overflows above 65,504; here sums are kept in 32 bits
# or more. And pixels that carry no label, often marked 255, are left out of all three sums with `mask=labels != 255`.
# (To multiply logits by such a mask is not enough: a logit of 0 is a probability of one half, and so half a mistake.)
#
# ## Relatives
#
# Many losses are this one inside another function. They keep its optimum for one ratio, because the outer function only
# grows; what they change is the length of the gradient, and with it how much a good and a bad image count in a mean.
#
# *Question:* focal Tversky is named after a loss that looks at hard cases. Which image does it pull harder than the plain
# loss does, a bad one or a good one?
#
# **Focal Tversky** (Abraham and Khan 2019) is $(1 - T)^{1/\gamma}$, in their paper with $\gamma = \frac43$, and summed
# over classes. The gradient is multiplied by $\frac1\gamma (1 - T)^{1/\gamma - 1}$. With $\gamma = \frac43$ that factor
# *grows* as $T$ nears 1, without bound; with a power above 1, as $(1 - T)^2$, it shrinks. Mind that their $\alpha$ weighs
# the false *negatives*, unlike here, and that in code $\gamma$ is often the power itself. (We trained no network with it: what it changes in training is not told here.)
#
# **Log-cosh Dice** (Jadon 2020) is $\log\cosh(1 - T)$. The factor is $\tanh(1 - T)$, at most 0.76, and near the target
# it goes to 0 like $1 - T$ itself: a gentler end of the way, and a slower one.
#
# **Minus the logarithm**, $-\log T$, has the factor $1 / T$: it is the *bad* images of a mean that it pulls hardest, without
# bound.
#
# **Jaccard instead of Dice** is such a change too, since the index is $\text{Dice} / (2 - \text{Dice})$. Its gradient is
# that of the Dice loss times $2 / (2 - \text{Dice})^2$: longer where Dice is above $2 - \sqrt2 \approx 0.59$, and shorter
# below.

# %% tags=["check"]
focal, log_cosh, jaccard = (lambda T: 0.75 * (1 - T) ** -0.25), (lambda T: np.tanh(1 - T)), (lambda T: 2 / (2 - T) ** 2)  # and 1 / T
checked(
    f"at T = 0.2 and 0.9 the factor of focal Tversky is {focal(0.2):.2f} and {focal(0.9):.2f}, that of log-cosh Dice "
    f"{log_cosh(0.2):.2f} and {log_cosh(0.9):.2f}, that of the logarithm {1 / 0.2:.2f} and {1 / 0.9:.2f}, that of Jaccard for Dice {jaccard(0.2):.2f} and {jaccard(0.9):.2f}",
    *(focal(0.2) < 1 < focal(0.9), log_cosh(0.2) > log_cosh(0.9), np.isclose(jaccard(2 - 2**0.5), 1)),
)

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# The good one, in spite of its name: with $\gamma = \frac43$ the factor is 1.33 at an index of 0.9 and 0.79 at 0.2.
#
# </details>
#
# **Dice with cross-entropy** is of another kind: $L_\text{Dice} + w\, L_\text{CE}$, with $w = 1$ in nnU-Net
# (Isensee et al. 2021). Cross-entropy is a mean over pixels, so it pulls each pixel by its own mistake alone, from logits
# with $(\hat y_i - y_i) / M$, also in an image without foreground, where the Dice loss may be silent. For a known mask both have
# their optimum at the target. Where the labels are uncertain they do not agree, and [lesson
# 09](09_entropy_penalties.ipynb) computes where the optimum of the sum lies.
#
# Others are built otherwise, and named here for completeness. The **squared form** of the V-Net is in lesson 09. The
# **Lovász losses** (Berman et al. 2018) extend the Jaccard loss from masks to predictions in a convex way, by sorting the pixels' errors. The **boundary loss**
# (Kervadec et al. 2019) weighs each predicted pixel by its signed distance from the target's outline, and is added
# to a region loss such as this one. Generalised Dice is about several classes: it is in lesson 05.

# %% [markdown]
# ## A loss of your own
#
# Any of these is a few lines. This one is all of them: with `power` it is a focal loss, with `w` cross-entropy is added.
# Write yours in its place: `figures.level_lines` draws whatever takes a prediction and a target, over the square of the
# landscape, and `explorers.interactive` puts a slider at each argument that you give a range. (These sliders need a
# running kernel, as Python calls your function anew at each move. Without one you see three of their positions.)
#
# *Question:* which of `power` and `w` bends the level lines?
#
# *Move this:* the power alone, then `w` alone. *Look for:* the shape of the lines, and the star where the loss is lowest.

# %%
def my_loss(y_hat, y, alpha=0.3, beta=0.7, power=1.0, w=0.0):
    TP, FP, FN = (y * y_hat).sum(), ((1 - y) * y_hat).sum(), (y * (1 - y_hat)).sum()
    index = TP / (TP + alpha * FP + beta * FN)
    of_truth = np.where(y == 1, y_hat, 1 - y_hat).clip(1e-3)
    return (1 - index) ** power - w * np.log(of_truth).mean()


# %%
ranges = {"alpha": (0.05, 2.0), "beta": (0.05, 2.0), "power": (0.5, 3.0), "w": (0.0, 2.0)}
told = [{}, {"power": 3.0}, {"w": 1.0}]
explorers.interactive(figures.level_lines(my_loss), frames=told, **ranges)

# %% tags=["check"]
power, both = ([my_loss(np.array([u, v, v, v]), y, **setting) for u, v in ((0.5, 0), (0.75, 7 / 18), (1, 7 / 9))] for setting in told[1:])
checked(f"three points of one line have the loss {power[0]:.3f} with power 3, and {min(both):.2f} to {max(both):.2f} with w = 1", np.isclose(power, power[0]), np.ptp(both) > 0.1)

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# Only `w`. A growing function around the index gives each line another number and leaves it straight. A sum with
# cross-entropy is no function of the index: what a pixel costs depends on the pixel, and the lines bend. The star stays
# at the target, which is the optimum of both.
#
# </details>

# %% [markdown] tags=["exercise"]
# exercise 4

# %% [markdown]
# ## What we saw
#
# - Soft counts make the index differentiable, and on masks the loss is one minus the index.
# - The target is the only minimum, and the only place to rest, if there is foreground or $\delta > 0$. Without both, the
#   loss is undefined just where it should be best. In logits it is never reached.
# - The gradient by the probabilities has at most two values for a ratio, one on foreground and one on background. Both
#   depend on the sums of all pixels.
# - Where there is any overlap, the ratio of the two pulls grows with beta and falls with alpha.
# - A growing function around the index keeps the optimum and the level lines of a ratio, and changes the length of the
#   gradient. A sum with cross-entropy bends the lines.
#
# ## What is next
#
# [Lesson 05](05_batches_and_classes.ipynb): image-wise or batch-wise, which smoothing term, and what about empty masks
# and several classes?
#
# ## References
#
# - S. S. M. Salehi, D. Erdogmus, A. Gholipour: Tversky loss function for image segmentation using 3D fully
#   convolutional deep networks. *Machine Learning in Medical Imaging (MLMI 2017)*, LNCS 10541, pp. 379–387. (The loss.)
# - G. Hidy: *The Tversky loss function and its modifications for medical image segmentation*, talk, 2022. (The four
#   properties.)
# - N. Abraham, N. M. Khan: A novel focal Tversky loss function with improved attention U-Net for lesion segmentation.
#   *IEEE International Symposium on Biomedical Imaging (ISBI)*, 2019, pp. 683–687.
# - S. Jadon: A survey of loss functions for semantic segmentation. *IEEE Conference on Computational Intelligence in
#   Bioinformatics and Computational Biology (CIBCB)*, 2020, pp. 1–7. (Log-cosh Dice.)
# - F. Isensee, P. F. Jaeger, S. A. A. Kohl, J. Petersen, K. H. Maier-Hein: nnU-Net: a self-configuring method for deep
#   learning-based biomedical image segmentation. *Nature Methods* 18, 2021, pp. 203–211.
# - M. Berman, A. Rannen Triki, M. B. Blaschko: The Lovász-softmax loss: a tractable surrogate for the optimization of
#   the intersection-over-union measure in neural networks. *CVPR*, 2018, pp. 4413–4421.
# - H. Kervadec, J. Bouchtiba, C. Desrosiers, E. Granger, J. Dolz, I. Ben Ayed: Boundary loss for highly unbalanced
#   segmentation. *Medical Imaging with Deep Learning (MIDL)*, PMLR 102, 2019, pp. 285–296.
