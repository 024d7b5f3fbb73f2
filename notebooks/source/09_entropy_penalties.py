# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Entropy-based regularisation for any loss
#
# How can a Dice, Tversky or Jaccard loss be taught some doubt?
#
# Label smoothing passes through a Tversky loss without effect, or does harm (lesson 07). But what it *does* to
# cross-entropy is a penalty (lesson 08), and a penalty can be added to anything. This lesson adds it, watches where the
# optimum goes, and then shows two other forms of the loss that follow soft labels by themselves, and their limits.
#
# ## What you will learn
#
# - how a penalty moves the optimum of a Tversky loss, pixel by pixel and as a whole
# - what it does on an empty mask
# - the minimum form, the one change of a product into a minimum that makes soft labels count
# - what none of these forms gives: calibration
#
# ## What you need
#
# - [lesson 07](07_label_smoothing.ipynb) and [lesson 08](08_cross_entropy.ipynb)

# %% tags=["setup"]
import numpy as np
import torch

from tverskylib import Regularised, TverskyLoss, confidence_penalty, explorers, label_noise_penalty, say
from tverskylib import smooth_labels, theory, tversky_from_counts, tversky_loss

# %% [markdown]
# ## Loss plus penalty
#
# The talk's proposal is as simple as can be: for any loss $\mathcal L$,
#
# $$\tilde{\mathcal L}(y, \hat y) = \mathcal L(y, \hat y) - w \sum_c \log \hat y_c \qquad\text{or}\qquad \tilde{\mathcal L}(y, \hat y) = \mathcal L(y, \hat y) - w H(\hat y),$$
#
# the first with the label noise penalty, the second with the confidence penalty, both as a mean over the pixels. (The
# talk calls the weight $\varepsilon$; we write $w$, because it is not the $\varepsilon$ of smoothing, as lesson 08
# found.)

# %% tags=["setup"]
loss = TverskyLoss(alpha=0.3, beta=0.7, from_logits=True)
doubtful = Regularised(loss, label_noise_penalty, epsilon=0.1)
torch.manual_seed(0)
logits, target = torch.randn(2, 1, 16, 16), (torch.rand(2, 1, 16, 16) < 0.3).float()

# %%
by_hand = loss(logits, target) + 0.1 * label_noise_penalty(logits, from_logits=True)
assert torch.isclose(doubtful(logits, target), by_hand)
doubtful

# %% [markdown]
# ## Along one pixel
#
# *Move this:* the weight. *Look for:* without a penalty the lowest point is at the end, 1 on a foreground pixel and 0
# on a background pixel. The label noise penalty moves it inward at once. The confidence penalty moves it too, but by an
# amount too small to see until the weight is about 0.2, and then fast. Now press Jaccard: the loss gets steeper
# everywhere, and the same penalty moves both pixels less. Press F2: it gets steeper on foreground and flatter on
# background, and the background pixel moves more.

# %%
explorers.penalised_pixel()

# %%
explorer = explorers.penalised_pixel()
for weight in (0.1, 0.3, 0.6):
    explorer.set(weight=weight)
    plain, noise, confidence = explorer.drawing.at[:3]
    assert noise < confidence <= plain

# %%
explorer.set(alpha=0.5, beta=0.5, weight=0.1)
dice_foreground, dice_background = explorer.drawing.at[1], explorer.drawing.at[4]
explorer.set(alpha=1, beta=1)
assert explorer.drawing.at[1] > dice_foreground and explorer.drawing.at[4] < dice_background
explorer.set(alpha=0.2, beta=0.8)
assert explorer.drawing.at[1] > dice_foreground and explorer.drawing.at[4] > dice_background

# %% [markdown]
# So a penalty does what label smoothing failed to do. But it does it unevenly: how far a pixel moves depends on the
# slope of the loss there, and with a Tversky loss the slope depends on the whole image.
#
# ## Over the whole mask
#
# *Move this:* the weight, then the foreground fraction. (Times $P$ and $Q$, the two axes are TP and FP.) *Look for:*
# the star, the best common prediction for foreground and for background. It leaves the corner (1, 0) and walks towards
# the middle. With the label noise penalty it is off the edge at every weight. Make the foreground rare: at weight 0.1
# the star goes back into the corner, since one false alarm weighs more when the lesion is small. At weight 0.3 it first
# does the same, and then, below $p = 0.05$, leaps towards the middle: the penalty on the many background pixels
# outweighs the lesion.

# %%
explorers.penalised_landscape()

# %%
explorer = explorers.penalised_landscape()
stars = []
for fraction in (0.25, 0.1, 0.05):
    explorer.set(fraction=fraction)
    stars.append(explorer.drawing.at[0])
assert np.all(np.diff(stars, axis=0) * [1, -1] > 0)  # foreground up, background down
explorer.set(weight=0.3, fraction=0.05)
before = explorer.drawing.at[0][1]
explorer.set(fraction=0.01)
assert explorer.drawing.at[0][1] > 2 * before

# %% [markdown]
# ### An empty mask
#
# Set the fraction to 0 and the weight to 0.2: the left star jumps to the middle, the right one stays at the bottom.
# (There is no foreground, so the horizontal axis means nothing.) The loss alone has its minimum at background 0, and
# with a small delta a long plateau elsewhere (lesson 04). The penalties are not flat on the plateau: they push towards
# *one half*, which is the wrong direction.

# %%
grid = torch.cat([torch.logspace(-12, -1, 300, dtype=torch.float64), torch.linspace(0.101, 0.999, 899, dtype=torch.float64)])


def best_on_empty(weight, delta, penalty):
    empty, predictions = torch.zeros(1, 1, 8, 8), [torch.full((1, 1, 8, 8), float(q)).double() for q in grid]
    values = [tversky_loss(x, empty, delta=delta) + weight * penalty(x) for x in predictions]
    return grid[torch.stack(values).argmin()].item()


# %%
rows = ["| delta | label noise | confidence |", "|---|---|---|"]
for delta in (1e-5, 1.0, 64.0):
    best = [best_on_empty(0.1, delta, penalty) for penalty in (label_noise_penalty, confidence_penalty)]
    rows.append(f"| {delta:g} | {best[0]:.2g} | {best[1]:.2g} |")
say("Best prediction for an empty 8 × 8 mask, Dice, weight 0.1:\n\n" + "\n".join(rows))

# %%
assert abs(best_on_empty(0.1, 1e-5, label_noise_penalty) - 0.5) < 0.01
assert best_on_empty(0.1, 1e-5, confidence_penalty) < 1e-6

# %% [markdown]
# With a tiny delta, label noise has its lowest point at one half: on every empty image it asks for "perhaps"
# everywhere. The confidence penalty keeps its lowest point at 0, but the pit around it is only about delta wide.
# Everywhere outside the slope points to one half, so a network that starts at 0.5 stays there. A very large delta
# flattens the loss as well (lesson 04), which the last row shows. Smoothing term and penalty have to be chosen
# together.

# %%
start = torch.full((1, 1, 8, 8), 0.4, dtype=torch.float64, requires_grad=True)
total = tversky_loss(start, torch.zeros(1, 1, 8, 8), delta=1e-5) + 0.1 * confidence_penalty(start)
total.backward()
assert (start.grad < 0).all()  # downhill is upward, away from 0

# %% [markdown]
# ## Another way: the minimum form
#
# Why did smooth labels not move the optimum? Because the overlap $\sum t_i \hat y_i$ is *linear* in each prediction:
# linear functions have their extremes at the ends. Replace the product by the minimum,
#
# $$TP = \sum_i \min(t_i, \hat y_i), \qquad FP = \sum_i \hat y_i - TP, \qquad FN = \sum_i t_i - TP,$$
#
# and nothing changes for a binary target, as $\min(1, \hat y) = \hat y$ and $\min(0, \hat y) = 0$. But for a soft one,
# the index is now 1 if and only if $\hat y = t$.

# %%
proof = theory.minimum_form()
proof.check()
proof

# %% [markdown]
# *Move this:* epsilon. The other 15 pixels stand where each form wants them: on the mask for the product, on the labels
# for the others. *Look for:* the solid curve, the product form, stays lowest at an end. The dashed curve, the minimum
# form, has a sharp corner exactly on the label. The third curve is the Dice loss with squared denominator, $1 -
# \frac{2\sum t\hat y}{\sum t^2 + \sum \hat y^2}$, which some libraries offer. It follows the label too, with a round
# bottom.

# %%
explorers.three_forms()

# %%
explorer = explorers.three_forms()
for epsilon in (0.1, 0.2, 0.4):
    explorer.set(epsilon=epsilon)
    product, minimum, squared = explorer.drawing.at[:3]
    assert product > 0.999 and np.allclose([minimum, squared], 1 - epsilon / 2, atol=1e-3)

# %% [markdown]
# In the library it is one argument. The corner on the label has slopes of both signs, so standing still is right, and
# the library gives the gradient 0 there, for every alpha and beta. If the minimum is written with $|t - \hat y|$ and
# left to automatic differentiation, the gradient there is $\frac{\alpha - \beta}{2D}$ instead, and zero only if alpha
# equals beta.

# %%
soft = smooth_labels(target, 0.2, num_classes=2)
at_label = soft.clone().requires_grad_()
value = tversky_loss(at_label, soft, 0.3, 0.7, soft_labels="minimum")
value.backward()
assert abs(value) < 1e-6 and (at_label.grad == 0).all()

# %%
left_alone = soft.clone().requires_grad_()
tp = ((left_alone + soft - (left_alone - soft).abs()) / 2).sum()
index = tversky_from_counts(tp, left_alone.sum() - tp, soft.sum() - tp, 0.3, 0.7)
(1 - index).backward()
assert torch.allclose(left_alone.grad, (0.3 - 0.7) / (2 * soft.sum()))

# %%
other_way = tversky_loss(soft, soft, 0.3, 0.7)
say(f"At the smooth label the minimum form is {abs(value.item()):.0f}, and the product form still {other_way:.3f}.")

# %% [markdown]
# ## What it does not do
#
# A loss is called *calibrated* if the best prediction for a pixel that is foreground in 30 % of the cases is 0.3. Then
# its probabilities mean what they say. Cross-entropy is. Let us take many pixels that nobody can tell apart, 30 % of
# them foreground, and ask each loss for its best common prediction.

# %%
lottery = (torch.arange(1000) < 300).double().reshape(1, 1, 10, 100)


shares = torch.linspace(0.002, 0.998, 499, dtype=torch.float64)


def best_common(loss, labels=lottery):
    values = torch.stack([loss(torch.full_like(labels, float(q)), labels) for q in shares])
    return shares[values.argmin()].item()


def squared_dice(x, t):
    return 1 - 2 * (t * x).sum() / ((t**2).sum() + (x**2).sum())


# %%
answers = {
    "cross-entropy": best_common(torch.nn.functional.binary_cross_entropy),
    "Dice, product": best_common(tversky_loss),
    "Dice, minimum": best_common(lambda x, t: tversky_loss(x, t, soft_labels="minimum")),
    "Dice, squared denominator": best_common(squared_dice),
}
say("; ".join(f"{name} {answer:.3f}" for name, answer in answers.items()) + ".")

# %%
assert np.isclose(answers["cross-entropy"], 0.3) and np.isclose(answers["Dice, squared denominator"], 0.3**0.5, atol=1e-3)
assert answers["Dice, product"] == answers["Dice, minimum"] == shares[-1]

# %% [markdown]
# Of these four, only cross-entropy says 0.3. Dice says "everything": 0.3 exceeds $\tau$, half of the best Dice that is
# possible here. (On hard labels the product and the minimum form are one loss, so their answers agree.) The squared
# form says $\sqrt{0.3}$.

# %%
best_dice = tversky_from_counts(300, 700, 0)
assert theory.optimal_threshold(best_dice, 0.5, 0.5) < 0.3
say(f"tau is {best_dice / 2:.3f}, and 0.3 is above it.")

# %% [markdown]
# And if the labels themselves are soft and random, say 0.2 for seven pixels in ten and 0.9 for the others? The mean is
# 0.41. The minimum form asks for a *quantile*: one of the labels, never something between them.

# %%
opinions = torch.where(lottery > 0, 0.9, 0.2)
quantile = best_common(lambda x, t: tversky_loss(x, t, soft_labels="minimum"), opinions)
mean = best_common(torch.nn.functional.binary_cross_entropy, opinions)
assert np.isclose(mean, 0.41, atol=0.002) and min(abs(quantile - 0.2), abs(quantile - 0.9)) < 0.002
say(f"Cross-entropy {mean:.2f}, minimum form {quantile:.2f}.")

# %% [markdown]
# So soft labels *in the data* can be learnt with the minimum form; doubt that comes from *not knowing* can not.
#
# ## Which loss has its optimum where
#
# Everything together, for an image with a quarter foreground: the best common prediction on foreground and on
# background, as (x, y). The rows that theory decides are made from `theory`; then a search over a grid has to find the
# same. First what theory says.

# %%
def by_theory(alpha, beta, fraction, epsilon):
    optimum = theory.claim1_optimum(fraction, alpha, beta, epsilon, num_classes=2)
    return {"target": (1.0, 0.0), "one": (1.0, 1.0), "zero": (0.0, 0.0)}[str(optimum)]


labels = {0.0: (1.0, 0.0), 0.2: (0.9, 0.1)}
product_forms = {"Dice": (0.5, 0.5), "Jaccard": (1, 1), "Tversky (0.3, 0.7)": (0.3, 0.7)}

# %%
rows = ["| loss | hard labels | smooth, epsilon 0.2 | smooth, 1 % foreground |", "|---|---|---|---|"]
for name, pair in product_forms.items():
    places = [by_theory(*pair, fraction, epsilon) for fraction, epsilon in ((0.25, 0.0), (0.25, 0.2), (0.01, 0.2))]
    rows.append(f"| {name} | " + " | ".join(map(str, places)) + " |")
for name in ("cross-entropy", "Dice, minimum form", "Dice, squared"):
    rows.append(f"| {name} | {labels[0.0]} | {labels[0.2]} | {labels[0.2]} |")
say("\n".join(rows))

# %% [markdown]
# The last column is the warning of lesson 07: at 1 % foreground the product forms want everything. Now the search, for
# the quarter image, and with the penalties, for which there is no such simple rule.

# %% tags=["setup"]
steps = torch.linspace(0.025, 0.975, 39, dtype=torch.float64)
quarter = torch.tensor([1.0, 0, 0, 0], dtype=torch.float64).reshape(1, 1, 2, 2)


def optimum(loss, labels):
    x, y = (c.reshape(-1, 1, 1, 1) for c in torch.meshgrid(steps, steps, indexing="ij"))
    values = torch.stack([loss(p[None], labels) for p in quarter * x + (1 - quarter) * y])
    best = values.argmin()
    return x[best].item(), y[best].item()


# %%
losses = {
    "Dice": tversky_loss,
    "Jaccard": TverskyLoss(1, 1),
    "Tversky (0.3, 0.7)": TverskyLoss(0.3, 0.7),
    "cross-entropy": torch.nn.functional.binary_cross_entropy,
    "Dice, minimum form": TverskyLoss(soft_labels="minimum"),
    "Dice, squared": squared_dice,
    "Dice + 0.1 label noise": Regularised(TverskyLoss(), label_noise_penalty, 0.1),
    "Dice + 0.1 confidence": Regularised(TverskyLoss(), confidence_penalty, 0.1),
}

# %%
smooth_quarter = smooth_labels(quarter, 0.2, num_classes=2)
found = {name: (optimum(loss, quarter), optimum(loss, smooth_quarter)) for name, loss in losses.items()}
rows = ["| loss | hard labels | smooth labels, epsilon 0.2 |", "|---|---|---|"]
for name, both in found.items():
    rows.append(f"| {name} | " + " | ".join(f"({x:.2f}, {y:.2f})" for x, y in both) + " |")
say("\n".join(rows))

# %%
for name, pair in product_forms.items():
    for epsilon, place in zip((0.0, 0.2), found[name]):
        assert np.allclose(place, by_theory(*pair, 0.25, epsilon), atol=0.026)
for name in ("cross-entropy", "Dice, minimum form", "Dice, squared"):
    assert np.allclose(found[name], [labels[0.0], labels[0.2]], atol=0.026)
assert found["Dice + 0.1 label noise"][0][0] < 0.96

# %% [markdown]
# (The grid ends at 0.975 and 0.025, as some of the losses are infinite at 1 and 0: "(0.97, 0.03)" is its corner. The
# confidence penalty with weight 0.1 moves the optimum by less than this grid shows.)
#
# ## Exercises

# %% [markdown] tags=["exercise"]
# **1.** How large must the weight be, so that Dice with the *confidence* penalty puts the foreground of the quarter
# image below 0.9? Call it `needed`; search in steps of 0.1 with `optimum`.

# %% tags=["solution"]
tries = [k / 10 for k in range(1, 16)]
foreground = [optimum(Regularised(TverskyLoss(), confidence_penalty, w), quarter)[0] for w in tries]
needed = tries[int(np.argmax(np.array(foreground) < 0.9))]
assert needed > 0.5

# %% [markdown] tags=["exercise"]
# **2.** The product and the minimum form agree on hard labels. For which soft label `widest`, the same in all pixels,
# do they differ most at a prediction that equals the label? Search in steps of 0.05.
#
# *Hint:* the minimum form is 0 there. So look where the product form is largest.

# %% tags=["solution"]
constant = np.arange(0.05, 1.0, 0.05)
gaps = [tversky_loss(t, t).item() for t in (torch.full((1, 1, 4, 4), float(c)) for c in constant)]
widest = constant[np.argmax(gaps)]
assert np.isclose(widest, 0.05)  # the product form is 1 - t there

# %% [markdown] tags=["exercise"]
# **3.** Show that Dice says "everything" for every share $s > 0$ of foreground in the lottery: compute `everything`,
# the Dice index of predicting all, and `bar`, its tau, for $s = 0.05, 0.10, \dots, 0.45$, and compare with $s$.
#
# *Hint:* $\tau = s / (1 + s)$.

# %% tags=["solution"]
for s in np.arange(0.05, 0.5, 0.05):
    everything = tversky_from_counts(s, 1 - s, 0)
    bar = theory.optimal_threshold(everything, 0.5, 0.5)
    assert np.isclose(bar, s / (1 + s)) and bar < s

# %% [markdown]
# ## What we saw
#
# - A penalty moves the optimum of any loss. With a Tversky loss it moves pixels unevenly, and on empty images it works
#   against a small delta, towards one half.
# - The minimum form follows soft labels exactly, and its gradient vanishes there. The squared form follows them too.
# - None of the Dice forms is calibrated. For probabilities that mean what they say, take cross-entropy. Calibrating
#   afterwards needs something to calibrate, and a map that was pushed to 0 and 1 has little left.
#
# ## What is next
#
# This is the end of the theory. Go back to [the map](00_start_here.ipynb), or take `tverskylib` into your own training
# run.
#
# ## References
#
# - G. Pereyra et al.: Regularizing neural networks by penalizing confident output distributions. 2017,
#   arXiv:1701.06548.
# - Z. Wang et al.: Dice semimetric losses: optimizing the Dice score with soft labels. *MICCAI*, 2023.
# - Z. Wang et al.: Jaccard metric losses: optimizing the Jaccard index with soft labels. *NeurIPS*, 2023.
# - B. Dai, C. Li: RankSEG: a consistent ranking-based framework for segmentation. *JMLR* 24, 2023.
# - G. Hidy: *The Tversky loss function and its modifications for medical image segmentation*, talk, 2022, "Label noise
#   penalty and confidence penalty".
