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
# Image-wise or batch-wise? Which smoothing term? What about empty masks?
#
# An index judges a finished mask. A network learns from small changes of its probabilities, so it needs an index that
# notices them. This lesson makes the counts *soft*, calls one minus the index a loss, and proves what the talk says of
# it, with the conditions that the talk leaves out. Then it answers the three questions that fill issue trackers:
# image-wise or batch-wise, which smoothing term, and what about empty masks?
#
# ## What you will learn
#
# - soft counts, and the smoothing term delta
# - four properties of the loss, each shown and each proved, with its condition
# - the gradient in closed form: two numbers for a whole image
# - what delta does on an image without foreground: a plateau and a cliff
# - what changes between image-wise and batch-wise, and why gradient accumulation is not harmless
#
# ## What you need
#
# - [lesson 03](03_tversky_index.ipynb): the index and its weights
# - what a derivative is; no experience with PyTorch

# %% tags=["setup"]
import numpy as np
import sympy as sp
import torch

from tverskylib import TverskyLoss, explorers, say, soft_counts, theory, tiles
from tverskylib import tversky_from_counts, tversky_index, tversky_loss

# %% [markdown]
# ## Soft counts
#
# A pixel that is foreground with probability 0.7 is 0.7 of a true positive, if the target is 1 there, and it is 0.3 of
# a false negative. If the target is 0, it is 0.7 of a false positive. Summed over all pixels:
#
# $$TP = \sum_i y_i \hat y_i, \qquad FP = \sum_i (1 - y_i)\, \hat y_i, \qquad FN = \sum_i y_i (1 - \hat y_i).$$

# %%
y = np.array([1, 1, 1, 0, 0, 0])
y_hat = np.array([0.9, 0.7, 0.4, 0.3, 0.0, 0.1])
TP, FP, FN = (y * y_hat).sum(), ((1 - y) * y_hat).sum(), (y * (1 - y_hat)).sum()
say(f"Six pixels: TP = {TP:.1f}, FP = {FP:.1f}, FN = {FN:.1f}; together TP + FN = {TP + FN:.0f}, the foreground.")

# %% [markdown]
# The library does the same for whole batches, which have the shape $(B, C, H, W)$.

# %%
counts = soft_counts(y_hat.reshape(1, 1, 2, 3), y.reshape(1, 1, 2, 3))
assert np.allclose(counts, (TP, FP, FN))

# %% [markdown]
# *Move this:* the sharpness, which multiplies the logits of the real prediction and so pushes its probabilities towards
# 0 and 1. *Look for:* the grey map turns black and white, and the soft counts run into the counts of the mask cut at
# 0.5. At low sharpness Dice of soft counts is far below Dice of the mask: where a pixel is on the right side of 0.5,
# doubt costs; where it is on the wrong side, doubt pays.

# %%
tile = tiles.real_crop()
explorers.sharpening(tile)

# %% [markdown]
# ## The loss
#
# The **Tversky loss** is one minus the index of the soft counts, with a **smoothing term** $\delta \ge 0$ added above
# and below:
#
# $$L = 1 - T, \qquad T = \frac{TP + \delta}{TP + \alpha FP + \beta FN + \delta}.$$

# %%
target = torch.tensor(y).reshape(1, 1, 2, 3)
prediction = torch.tensor(y_hat).reshape(1, 1, 2, 3)
loss = tversky_loss(prediction, target, alpha=0.5, beta=0.5, delta=1.0)
assert np.isclose(loss.item(), 1 - (TP + 1) / (TP + FP / 2 + FN / 2 + 1))

# %% [markdown]
# A word on other people's formulas. Dice is often written with a term $s$ as below. Multiply ours by two, and you see
# that $s = 2\delta$.
#
# $$\frac{2\,TP + s}{2\,TP + FP + FN + s}$$

# %%
tp, fp, fn, d = sp.symbols("TP FP FN delta", nonnegative=True)
half = sp.Rational(1, 2)
theirs = (2 * tp + 2 * d) / (2 * tp + fp + fn + 2 * d)
assert sp.simplify(tversky_from_counts(tp, fp, fn, half, half, d) - theirs) == 0

# %% [markdown]
# ## Property 1: on masks it is the index
#
# If the target and $\hat y$ hold only 0 and 1, then every product in the soft counts is 0 or 1, and the soft counts
# *are* the counts. With $\delta = 0$ the loss is then one minus the index. On the real masks:

# %%
mask, truth = (tile.probability >= 0.5)[None, None], tile.target[None, None]
soft = tversky_loss(torch.tensor(mask).double(), torch.tensor(truth), 0.2, 0.8, delta=0.0)
assert np.isclose(soft.item(), 1 - tversky_index(mask, truth, 0.2, 0.8))

# %% [markdown]
# ## Property 2: the target is the only minimum
#
# The talk says: *if the target is binary, then* $\hat y = y$ *is the unique minimum.* Let us prove it. First, the loss
# in another form:
#
# $$L = \frac{\alpha FP + \beta FN}{TP + \alpha FP + \beta FN + \delta}.$$

# %%
a, b = sp.symbols("alpha beta", positive=True)
T = tversky_from_counts(tp, fp, fn, a, b, d)
assert sp.simplify(1 - T - (a * fp + b * fn) / (tp + a * fp + b * fn + d)) == 0

# %% [markdown]
# Nothing in it is negative, so $L \ge 0$. And $L = 0$ needs $\alpha FP + \beta FN = 0$, so $FP = FN = 0$, as both
# weights are positive. $FP = 0$ says that $\hat y$ is 0 on the whole background, and $FN = 0$ that it is 1 on the whole
# foreground. So $\hat y = y$. $\square$
#
# Was that all? The proof divided by the denominator, which must not be 0. At $\hat y = y$ it is $P + \delta$, where $P$
# is the number of foreground pixels. So the talk's statement needs a condition: **$P > 0$ or $\delta > 0$.** Without
# it, the index of an empty mask is $0/0$ at the right answer, and 0 everywhere else, however close:

# %%
empty = torch.zeros(1, 1, 2, 3)
at_target = tversky_index(empty, empty, delta=0.0)
nearby = tversky_index(empty + 1e-6, empty, delta=0.0)
assert at_target.isnan() and nearby == 0

# %% [markdown]
# A loss that is NaN ruins a training run some steps later, and nobody knows why. The library's loss stops at once, and
# names the image. (`domain="image"` asks for one index an image; more of that below.)

# %%
try:
    tversky_loss(empty, empty, delta=0.0, domain="image")
except ValueError as error:
    print(error)

# %% [markdown]
# ## Property 3: it is differentiable
#
# The counts are linear in each $\hat y_i$: raising it on a foreground pixel takes from FN what it gives to TP, and on a
# background pixel it adds to FP. So, wherever the denominator is positive,  the chain rule gives, with $N$ and $D$ for
# the numerator and the denominator,
#
# $$\frac{\partial T}{\partial \hat y_i} = \frac{y_i D - N\,(y_i + \alpha (1 - y_i) - \beta y_i)}{D^2}.$$
#
# SymPy differentiates *the formula itself*, and we compare.

# %%
y_i = sp.Symbol("y_i")
gradient = y_i * (sp.diff(T, tp) - sp.diff(T, fn)) + (1 - y_i) * sp.diff(T, fp)
N, D = tp + d, tp + a * fp + b * fn + d
closed_form = (y_i * D - N * (y_i + a * (1 - y_i) - b * y_i)) / D**2
assert sp.simplify(gradient - closed_form) == 0

# %% [markdown]
# It is a straight line in $y_i$. So with a binary target there are only **two** different derivatives by the
# probabilities in a whole image: one for all foreground pixels and one for all background pixels. They depend on the
# single pixels through the sums alone.

# %%
assert sp.simplify(sp.diff(closed_form, y_i, 2)) == 0
on_foreground, on_background = closed_form.subs(y_i, 1), closed_form.subs(y_i, 0)
assert sp.simplify(on_foreground - (b * N + D - N) / D**2) == 0
assert sp.simplify(on_background + a * N / D**2) == 0

# %% [markdown]
# PyTorch computes gradients in its own way. Ask it on the real image, and count the different values. (A network is
# trained through its logits. There each derivative is multiplied by $\hat y_i (1 - \hat y_i)$, so that a pixel which is
# sure hardly moves.)

# %%
probability = torch.tensor(tile.probability, dtype=torch.float64)[None, None].requires_grad_()
tversky_loss(probability, torch.tensor(truth), 0.2, 0.8, delta=1.0).backward()
values = probability.grad.unique()
say(f"{probability.numel():,} pixels, {values.numel()} derivatives: {values[0]:.3e} and {values[1]:+.3e}.")

# %%
real = soft_counts(tile.probability[None, None].astype(float), truth)
ours = theory.pixel_gradients(*real, 0.2, 0.8, 1.0)
assert values.numel() == 2 and np.allclose(values, [-ours[0], -ours[1]])

# %% [markdown]
# *Move this:* the prediction on foreground and on background, and then the weights. *Look for:* the arrow. It points
# downhill: to the right (predict more on foreground) and down (predict less on background). The bars say how hard *one*
# pixel of each kind pulls; the arrow adds all pixels up, and one in four is foreground. Raise beta: the arrow turns to
# the right, as foreground gains against background. Raise alpha: it turns down. Raise delta to its end: the pull on the
# foreground gets weak. At foreground 0 with delta 0 the background does not pull at all: there is no overlap that it
# could spoil. Wherever you start, the only minimum is the star.

# %%
explorers.landscape()

# %% [markdown]
# That the arrow turns can be proved. The *ratio* of the two pulls grows with beta and falls with alpha:

# %%
ratio = -on_foreground / on_background
assert sp.simplify(sp.diff(ratio, b) - (N + fn) / (a * N)) == 0
assert sp.simplify(sp.diff(ratio, a) + b * (N + fn) / (a**2 * N)) == 0

# %% [markdown]
# Mind that it is the ratio. A larger alpha need not make the background's own pull stronger, because alpha stands in
# the denominator too: at the start of the explorer, doubling alpha makes it weaker.

# %%
explorer = explorers.landscape()
before = explorer.drawing.slopes[1]
explorer.set(alpha=1)
assert explorer.drawing.slopes[1] < before
say(f"Pull on a background pixel: {before:+.3f} with alpha = 0.5, {explorer.drawing.slopes[1]:+.3f} with alpha = 1.")

# %% [markdown]
# *Question:* go to foreground 0 and background 1, the worst prediction. Is the pull on the foreground the strongest
# there? Compare it with foreground 0, background 0.

# %%
explorer.set(alpha=0.5, foreground=0, background=1)
worst = explorer.drawing.slopes
explorer.set(foreground=0, background=0)
silent = explorer.drawing.slopes

# %%
assert abs(worst[0]) < abs(silent[0])
say(f"Pull on a foreground pixel: {worst[0]:+.2f} when all is wrong, {silent[0]:+.2f} when nothing is predicted.")

# %% [markdown]
# No: false positives in the denominator weaken the pull on the foreground. In a ratio, how hard one pixel is pulled
# depends on all the others. In a sum over pixels, like cross-entropy, it does not.
#
# ## Empty masks: what delta really does
#
# Let an image have no foreground, $P = 0$, as 2,440 of the talk's 2,800 images. Then TP = FN = 0, and FP is $S$, the
# sum of the prediction. Each pixel's derivative of the loss is
#
# $$\frac{\partial L}{\partial \hat y_i} = \frac{\alpha\delta}{(\alpha S + \delta)^2}.$$

# %%
S = sp.Symbol("S", positive=True)
delta = sp.Symbol("delta", positive=True)
at_empty = {tp: 0, fn: 0, fp: S, d: delta, y_i: 0}
slope = sp.simplify(-closed_form.subs(at_empty))
assert sp.simplify(slope - a * delta / (a * S + delta) ** 2) == 0

# %% [markdown]
# *Move this:* delta, over ten powers of ten. *Look for:* read the curve on the left from the right, as training goes: a
# **plateau** near 1, and then a **cliff** down to 0. Delta says where: at $S = \delta/\alpha$ the loss is one half. An
# untrained network predicts 0.5 everywhere, which on 64 × 64 pixels is $S = 2048$. With delta = 0.00001 it stands far
# out on the plateau, where the gradient is next to nothing. With a large delta the cliff comes to meet it.

# %%
explorers.empty_mask()

# %% [markdown]
# In numbers: what an empty image of 64 × 64 pixels tells each pixel of an untrained network.

# %%
pull = sp.lambdify((S, delta), slope.subs(a, half))
for value in (1e-6, 1e-5, 1, 100, 1024, 10000):
    print(f"delta = {value:10g}    gradient of a pixel = {pull(2048, value):.1e}")

# %% [markdown]
# At a given $S$ the pull is strongest for $\delta = \alpha S$, and then it is $1/(4S)$. *Proof:* the derivative by
# delta is 0 there and nowhere else, and the second derivative is negative.

# %%
(strongest,) = sp.solve(sp.diff(slope, delta), delta)
assert strongest == a * S and sp.simplify(slope.subs(delta, strongest) - 1 / (4 * S)) == 0
assert sp.diff(slope, delta, 2).subs(delta, strongest).simplify().is_negative

# %% [markdown]
# With $\delta = 0$ the loss of an empty image is exactly 1 and its gradient exactly 0, for every prediction but the
# right one: by the formula, and in PyTorch.

# %%
wrong = torch.full((1, 1, 64, 64), 0.5, requires_grad=True)
loss = tversky_loss(wrong, torch.zeros(1, 1, 64, 64), delta=0.0)
loss.backward()
assert slope.subs(delta, 0) == 0 and loss == 1 and (wrong.grad == 0).all()

# %% [markdown]
# So delta is more than a guard against division by zero. It **decides what images without foreground teach**: almost
# nothing when it is tiny, and most when it is near $\alpha S$, which shrinks as the network learns. It has a price: on
# images *with* foreground a large delta flattens the loss.

# %%
explorer = explorers.landscape()
without = explorer.drawing.loss
explorer.set(delta=5)
say(f"The same prediction on the four pixels of the explorer above: loss {without:.3f} without delta, {explorer.drawing.loss:.3f} with delta = 5.")

# %% [markdown]
# And if delta is small and images are judged one by one, a network can flood every empty image with false positives at
# no cost that it could feel.
#
# ## Property 4: batch-wise is a weighted mean of the images
#
# A batch of $B$ images can be scored in two ways.
#
# - **image-wise**: one index an image, then the mean, $\frac1B \sum_k T_k$
# - **batch-wise**: add the counts of all images up, then one index

# %%
big, small = np.array([900, 100, 100]), np.array([20, 40, 40])
T_big, T_small = tversky_from_counts(*big), tversky_from_counts(*small)
pooled = tversky_from_counts(*(big + small))
say(f"Dice {T_big:.3f} and {T_small:.3f}: image-wise {(T_big + T_small) / 2:.3f}, batch-wise {pooled:.3f}.")

# %% [markdown]
# *Move this:* the counts of three images; drag a bar, or choose it with the Tab key and use the arrows. *Look for:*
# image-wise is the plain mean of the three. Batch-wise stands near the images with the larger weight, which is printed
# beside the bars: TP counts fully there, mistakes with alpha and beta only. Make a small lesion better or worse:
# batch-wise hardly moves. Press "equal lesions": now both ways agree. Press "false alarm on an empty image":
# image-wise, that image is 0 however many false positives it has; batch-wise, each of them counts.

# %%
explorers.BatchComposer()

# %% [markdown]
# ### The weights
#
# Write $T_k = N_k / D_k$. Then with $\delta = 0$
#
# $$T = \frac{\sum_k N_k}{\sum_k D_k} = \sum_k \frac{D_k}{\sum_j D_j}\, T_k,$$
#
# a mean in which an image weighs as much as its denominator: large lesions and many false alarms count most. (For any
# number of images, since $D_k T_k = N_k$.) *Check* it for two images with symbols, writing $R_k$ for the weighted
# mistakes $\alpha FP_k + \beta FN_k$, and with a smoothing term that is shared out, $\delta/2$ for each:

# %%
tp1, tp2, r1, r2 = sp.symbols("TP1 TP2 R1 R2", positive=True)
T1, T2 = (tversky_from_counts(tp_k, r_k, 0, 1, 1, delta / 2) for tp_k, r_k in ((tp1, r1), (tp2, r2)))
D1, D2 = tp1 + r1 + delta / 2, tp2 + r2 + delta / 2
batch = tversky_from_counts(tp1 + tp2, r1 + r2, 0, 1, 1, delta)
assert sp.simplify(batch - (D1 * T1 + D2 * T2) / (D1 + D2)) == 0

# %% [markdown]
# A weighted mean lies between the smallest and the largest value. So **batch-wise lies between the images, if each
# image is given $\delta/B$**, and in particular if $\delta = 0$ and no image is $0/0$.
#
# With the *full* delta in each image, as libraries commonly do it, that is no longer true. Two images with one false
# positive each, and $\delta = 1$:

# %%
each = tversky_from_counts(0, 1, 0, delta=1)
both = tversky_from_counts(0, 2, 0, delta=1)
assert np.isclose(each, 2 / 3) and np.isclose(both, 1 / 2)
say(f"Each image {each:.3f}, the batch {both:.3f}: outside.")

# %% [markdown]
# The button "counterexample" of the explorer shows it.
#
# ### Who teaches the network?
#
# As a value, batch-wise is a weighted mean; its *gradient* is not the weighted mean of the images' gradients. For image
# $k$ it is
#
# $$\frac{\partial N_k - T\,\partial D_k}{\sum_j D_j},$$
#
# with the pooled $T$ of *all* images. *Proof*, for a prediction $h$ in the first of two images:

# %%
h = sp.Symbol("h")
N_1, D_1 = sp.Function("N_1")(h), sp.Function("D_1")(h)
N_2, D_2 = sp.symbols("N_2 D_2", positive=True)
whole = (N_1 + N_2) / (D_1 + D_2)
assert sp.simplify(whole.diff(h) - (N_1.diff(h) - whole * D_1.diff(h)) / (D_1 + D_2)) == 0

# %% [markdown]
# So an image's pull depends on how good the others are. We let PyTorch say how much a foreground pixel of each of two
# images is pulled: one with a large lesion, one with a small one, both half found.

# %% tags=["setup"]
lesions = torch.zeros(2, 1, 64, 64)
lesions[0, :, 8:56, 8:56], lesions[1, :, 30:34, 30:34] = 1, 1
guess = (0.1 + 0.4 * lesions).requires_grad_()
pulls = {}
for domain in ("image", "batch"):
    (slopes,) = torch.autograd.grad(tversky_loss(guess, lesions, domain=domain), guess)
    pulls[domain] = [slopes[k][lesions[k] == 1].mean().item() for k in (0, 1)]

# %%
ratio = {domain: small / large for domain, (large, small) in pulls.items()}
assert np.isclose(ratio["batch"], 1) and ratio["image"] > 1
say(f"A pixel of the small lesion pulls {ratio['image']:.1f} times as hard image-wise, {ratio['batch']:.1f} times batch-wise.")

# %% [markdown]
# Batch-wise, every foreground pixel of the batch has the same derivative, wherever it lies: that is the "two numbers"
# from above, over a larger domain. Image-wise, each image has its own two numbers. The pixels of the small lesion pull
# 12 times as hard; the lesion as a whole still pulls less, because false positives fill its denominator. What is equal
# is the weight of the two losses, one half each.
#
# ### Gradient accumulation
#
# When a batch does not fit into memory, one adds up the gradients of smaller batches. For a mean over images that
# changes nothing, if all parts have the same number of images. For a batch-wise loss it does, because a ratio of sums
# is not a mean of ratios.

# %%
def gradient(domain, parts):
    losses = [tversky_loss(guess[part], lesions[part], domain=domain) for part in parts]
    return torch.autograd.grad(sum(losses) / len(losses), guess)[0]


at_once, one_by_one = [slice(0, 2)], [slice(0, 1), slice(1, 2)]

# %%
assert torch.allclose(gradient("image", at_once), gradient("image", one_by_one))
change = (gradient("batch", one_by_one) / gradient("batch", at_once))[1, 0, 32, 32]
assert change > 2
say(f"Batch-wise, a pixel of the small lesion gets {change:.1f} times its gradient when the two images are taken one by one.")

# %% [markdown]
# So accumulate image-wise, or take a larger batch. The same happens when several GPUs each compute the loss of their
# share: batch-wise then silently becomes "device-wise". There the cure is to add up the *sums* before the division; the
# argument `group=` does that for PyTorch's process groups.
#
# ## In a training loop
#
# The module does what the function does. `from_logits=True` takes a network's raw outputs: a sigmoid for one channel, a
# softmax for several.

# %%
loss = TverskyLoss(alpha=0.3, beta=0.7, delta=1.0, domain="batch", from_logits=True)
logits = torch.zeros(2, 1, 64, 64, requires_grad=True)
loss(logits, lesions).backward()
loss

# %% [markdown]
# Two more traps that it avoids. Sums over a large half-precision mask overflow if they are kept in half precision; here
# they are kept in 32 bits. And pixels that carry no label, often marked 255, are left out by a mask.

# %%
ones = torch.ones(16, 1, 512, 512, dtype=torch.float16)
assert tversky_loss(ones, ones) == 0
labels = lesions.clone()
labels[:, :, :8] = 255
kept = tversky_loss(guess, labels, mask=labels != 255)
assert torch.isclose(kept, tversky_loss(guess[:, :, 8:], lesions[:, :, 8:]))

# %% [markdown]
# ## The proofs in one place
#
# What this lesson proved, and the inequalities between the lines, stand together as one derivation, whose steps SymPy
# verifies one by one. Open the last line to see them all.

# %%
proofs = theory.tversky_gradient()
proofs.check()
proofs

# %% [markdown]
# ## Which one, then?
#
# | your question | what this lesson showed |
# | --- | --- |
# | image-wise or batch-wise? | image-wise, every image counts the same; batch-wise, every foreground pixel counts the same. The loss does not know which you want |
# | which smoothing term? | delta is in pixels, and $s = 2\delta$ in the other form of Dice. It decides what empty images teach; a large one flattens the loss of all others |
# | what about empty masks? | image-wise with a tiny delta they teach nothing; batch-wise their false positives count in the common denominator, unless the whole batch is empty: then it is one empty image |
# | is gradient accumulation fine? | image-wise yes, with parts of equal size; batch-wise no |
#
# ## Exercises
#
# The solutions are in the solutions notebook of this lesson.

# %% [markdown] tags=["exercise"]
# **1.** Write your own soft Dice loss, all counts in one ratio, `my_dice_loss(p, t)`, with $\delta = 1$, from torch
# operations only. Compare it with `tversky_loss` on `guess` and `lesions`.
#
# *If yours differs:* $TP + \frac12 FP + \frac12 FN$ is half the sum of the prediction plus half the sum of the target.

# %% tags=["solution"]
def my_dice_loss(p, t):
    return 1 - ((p * t).sum() + 1) / (0.5 * p.sum() + 0.5 * t.sum() + 1)


assert torch.isclose(my_dice_loss(guess, lesions), tversky_loss(guess, lesions, delta=1.0))

# %% [markdown] tags=["exercise"]
# **2.** An image of 512 × 512 pixels is empty and the network says 0.01 everywhere. Which delta, `best_delta`, makes
# the pull of this image strongest for Dice?

# %% tags=["solution"]
S_512 = 0.01 * 512 * 512
best_delta = 0.5 * S_512
pull_at = lambda value: theory.pixel_gradients(0, S_512, 0, 0.5, 0.5, value)[1]
assert abs(pull_at(best_delta)) > max(abs(pull_at(0.9 * best_delta)), abs(pull_at(1.1 * best_delta)))

# %% [markdown] tags=["exercise"]
# **3.** Find two images (counts of your own, in an array `mine` of shape (2, 3)) where batch-wise Dice is *lower* than
# image-wise Dice with $\delta = 0$.
#
# *Hint:* batch-wise follows the image with the larger denominator. Make that one the worse.

# %% tags=["solution"]
mine = np.array([[10, 0, 0], [100, 400, 400]])
image_wise = tversky_from_counts(*mine.T).mean()
assert tversky_from_counts(*mine.sum(axis=0)) < image_wise

# %% [markdown]
# ## What we saw
#
# - Soft counts make the index differentiable, and on masks the loss is one minus the index.
# - The target is the only minimum if there is foreground or $\delta > 0$. Without both, the loss is undefined just
#   where it should be best.
# - The gradient by the probabilities has two values for each ratio (an image, or the batch). Both depend on the sums of
#   all pixels.
# - On empty masks delta decides everything: a plateau and a cliff at $S = \delta/\alpha$.
# - Batch-wise is a mean of the images weighted by their denominators, if delta is shared out; otherwise it can leave
#   their range.
#
# ## What is next
#
# The talk goes on to label smoothing, and claims that it does nothing for this loss.
# [Lesson 07](07_label_smoothing.ipynb) finds out when that is true.
#
# ## References
#
# - S. S. M. Salehi, D. Erdogmus, A. Gholipour: Tversky loss function for image segmentation using 3D fully
#   convolutional deep networks. *Machine Learning in Medical Imaging*, 2017, pp. 379–387.
# - S. Tilborghs, J. Bertels, D. Robben, D. Vandermeulen, F. Maes: The Dice loss in the context of missing or empty
#   labels: introducing Φ and ε. *MICCAI*, 2022.
# - G. Hidy: *The Tversky loss function and its modifications for medical image segmentation*, talk, 2022.
