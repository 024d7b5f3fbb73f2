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
# Label smoothing passes through a Tversky loss without effect, or does harm (lesson 05). But what it *does* to
# cross-entropy is a penalty (lesson 06), and a penalty can be added to anything. This lesson adds it, watches where the
# optimum goes, and then shows two other forms of the loss that follow soft labels by themselves, together with what
# they do not do.
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
# - [lesson 05](05_label_smoothing.ipynb) and [lesson 06](06_cross_entropy.ipynb)
#
# **Time:** 30 minutes

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
# $$\tilde{\mathcal L}(y, \hat y) = \mathcal L(y, \hat y) - \varepsilon \sum_c \log \hat y_c \qquad\text{or}\qquad \tilde{\mathcal L}(y, \hat y) = \mathcal L(y, \hat y) - \varepsilon H(\hat y),$$
#
# the first with the label noise penalty, the second with the confidence penalty, both as a mean over the pixels.

# %% tags=["setup"]
loss = TverskyLoss(alpha=0.3, beta=0.7, from_logits=True)
doubtful = Regularised(loss, label_noise_penalty, epsilon=0.1)
logits, target = torch.randn(2, 1, 16, 16), (torch.rand(2, 1, 16, 16) < 0.3).float()

# %%
by_hand = loss(logits, target) + 0.1 * label_noise_penalty(logits, from_logits=True)
assert torch.isclose(doubtful(logits, target), by_hand)
doubtful

# %% [markdown]
# ## Along one pixel
#
# *Move this:* epsilon. *Look for:* without a penalty the lowest point is at the end, 1 on a foreground pixel and 0 on a
# background pixel. The label noise penalty moves it inward at once; the confidence penalty waits, and then moves it a
# little. Now press Jaccard: the loss gets steeper everywhere, and the same penalty moves both pixels less. Press F2: it
# gets steeper on foreground and flatter on background, and the background pixel moves more.

# %%
explorers.penalised_pixel()

# %%
explorer = explorers.penalised_pixel()
for epsilon in (0.1, 0.3, 0.6):
    explorer.set(epsilon=epsilon)
    plain, noise, confidence = explorer.drawing.at[:3]
    assert noise < confidence <= plain

# %%
explorer.set(alpha=0.5, beta=0.5, epsilon=0.1)
dice_foreground, dice_background = explorer.drawing.at[1], explorer.drawing.at[4]
explorer.set(alpha=0.2, beta=0.8)
assert explorer.drawing.at[1] > dice_foreground and explorer.drawing.at[4] > dice_background

# %% [markdown]
# So a penalty does what label smoothing failed to do. But it does it unevenly: how far a pixel moves depends on the
# slope of the loss there, and with a Tversky loss the slope depends on the whole image.
#
# ## Over the whole mask
#
# *Move this:* epsilon, then the foreground fraction. *Look for:* the star, the best common prediction for foreground
# and for background. It leaves the corner (1, 0) and walks towards the middle. With the label noise penalty it is off
# the edge at every epsilon. Make the foreground rare: the star goes back into the corner. With little foreground, a few
# false positives already cost much, and the same epsilon weighs less against them.

# %%
explorers.penalised_landscape()

# %%
explorer = explorers.penalised_landscape()
stars = []
for fraction in (0.25, 0.1, 0.05):
    explorer.set(fraction=fraction)
    stars.append(explorer.drawing.at[0])
assert np.all(np.diff(stars, axis=0) * [1, -1] > 0)  # foreground up, background down

# %% [markdown]
# ### An empty mask
#
# Set the fraction to 0. The loss alone has its minimum at background 0, and with a small delta a long plateau elsewhere
# (lesson 04). The penalty is not flat on the plateau: it pushes towards *one half*, which is the wrong direction.

# %%
grid = torch.linspace(0.002, 0.998, 499, dtype=torch.float64)


def best_on_empty(epsilon, delta, penalty):
    empty, predictions = torch.zeros(1, 1, 8, 8), [torch.full((1, 1, 8, 8), float(q)) for q in grid]
    values = [tversky_loss(x, empty, delta=delta) + epsilon * penalty(x) for x in predictions]
    return grid[torch.stack(values).argmin()].item()


# %%
rows = ["| delta | label noise | confidence |", "|---|---|---|"]
for delta in (1e-5, 1.0, 64.0):
    best = [best_on_empty(0.1, delta, penalty) for penalty in (label_noise_penalty, confidence_penalty)]
    rows.append(f"| {delta:g} | {best[0]:.3f} | {best[1]:.3f} |")
say("Best prediction for an empty 8 × 8 mask, Dice, epsilon = 0.1:\n\n" + "\n".join(rows))

# %%
assert best_on_empty(0.1, 1e-5, label_noise_penalty) > 0.4

# %% [markdown]
# With a tiny delta the loss has next to no slope, so even a small penalty wins and asks for one half everywhere on
# every empty image. Smoothing term and penalty have to be chosen together.
#
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
# *Move this:* epsilon. *Look for:* the solid curve, the product form, stays lowest at the end. The dashed curve, the
# minimum form, has a sharp corner exactly on the label. The third curve is the Dice loss with squared denominator, $1 -
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
# In the library it is one argument. At the optimum the gradient must vanish, for every alpha and beta; in some
# libraries it does not, because the derivative of an absolute value at 0 is taken at the wrong end.

# %%
soft = smooth_labels(target, 0.2, num_classes=2)
at_label = soft.clone().requires_grad_()
value = tversky_loss(at_label, soft, 0.3, 0.7, soft_labels="minimum")
value.backward()
assert abs(value) < 1e-6 and (at_label.grad == 0).all()

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


def best_common(loss):
    values = torch.stack([loss(torch.full_like(lottery, float(q)), lottery) for q in grid])
    return grid[values.argmin()].item()


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
assert answers["Dice, product"] == answers["Dice, minimum"] == grid[-1]

# %% [markdown]
# Only cross-entropy says 0.3. Dice says "everything", in both forms: 0.3 exceeds $\tau$, half of the best Dice that is
# possible here. The squared form says $\sqrt{0.3}$. So soft labels *in the data* can be learnt with the minimum form;
# doubt that comes from *not knowing* can not.

# %%
best_dice = tversky_from_counts(300, 700, 0)
assert theory.optimal_threshold(best_dice, 0.5, 0.5) < 0.3
say(f"tau is {best_dice / 2:.3f}, and 0.3 is above it.")

# %% [markdown]
# ## Which loss has its optimum where
#
# Everything together, for an image with a quarter foreground, as (prediction on foreground, prediction on background).
# The table is computed; theory says what the first rows must be.

# %% tags=["setup"]
steps = torch.linspace(0.025, 0.975, 39, dtype=torch.float64)
quarter = torch.tensor([1.0, 0, 0, 0], dtype=torch.float64).reshape(1, 1, 2, 2)
smooth_quarter = smooth_labels(quarter, 0.2, num_classes=2)


def optimum(loss, labels):
    x, y = (c.reshape(-1, 1, 1, 1) for c in torch.meshgrid(steps, steps, indexing="ij"))
    values = torch.stack([loss(p[None], labels) for p in quarter * x + (1 - quarter) * y])
    best = values.argmin()
    return x[best].item(), y[best].item()


# %%
cross_entropy = torch.nn.functional.binary_cross_entropy
minimum_form = TverskyLoss(soft_labels="minimum")
losses = {
    "cross-entropy": cross_entropy,
    "Dice": tversky_loss,
    "Jaccard": TverskyLoss(1, 1),
    "Dice, minimum form": minimum_form,
    "Dice, squared": squared_dice,
    "Dice + 0.1 label noise": Regularised(TverskyLoss(), label_noise_penalty, 0.1),
    "Dice + 0.1 confidence": Regularised(TverskyLoss(), confidence_penalty, 0.1),
}

# %%
places = {name: (optimum(loss, quarter), optimum(loss, smooth_quarter)) for name, loss in losses.items()}
rows = ["| loss | hard labels | smooth labels, epsilon 0.2 |", "|---|---|---|"]
for name, both in places.items():
    rows.append(f"| {name} | " + " | ".join(f"({x:.2f}, {y:.2f})" for x, y in both) + " |")
say("\n".join(rows))

# %%
assert theory.claim1_holds(0.25, 0.5, 0.5, 0.2, num_classes=2)
ends, labels = (0.975, 0.025), (0.9, 0.1)
for name in ("Dice", "Jaccard"):
    assert np.allclose(places[name][1], ends)
for name in ("cross-entropy", "Dice, minimum form", "Dice, squared"):
    assert np.allclose(places[name][1], labels, atol=0.01)

# %% [markdown]
# (The grid of predictions ends at 0.975 and 0.025, as some of the losses are infinite at 1 and 0. So "(0.97, 0.03)"
# means the corner.)
#
# ## Exercises

# %% [markdown] tags=["exercise"]
# **1.** How large must epsilon be, so that Dice with the *confidence* penalty puts the foreground of the quarter image
# below 0.9? Call it `needed`; search in steps of 0.1.

# %% tags=["solution"]
tries = [k / 10 for k in range(1, 30)]
foreground = [optimum(Regularised(TverskyLoss(), confidence_penalty, e), quarter)[0] for e in tries]
needed = tries[int(np.argmax(np.array(foreground) < 0.9))]
assert needed > 0.1

# %% [markdown] tags=["exercise"]
# **2.** Show that for a binary target the minimum form and the product form have the same value: compute both, `one`
# and `two`, for `logits.sigmoid()` and `target`.

# %% tags=["solution"]
one, two = (tversky_loss(logits.sigmoid(), target, soft_labels=form) for form in ("product", "minimum"))
assert torch.isclose(one, two)

# %% [markdown] tags=["exercise"]
# **3.** In the lottery above let 20 % of the pixels be foreground. From which share upward does Dice say "everything"?
# Try shares in steps of 0.05 and explain the answer, `from_share`, with $\tau$.
#
# *Hint:* compare "everything" with "a tiny bit everywhere".

# %% tags=["solution"]
from_share = 0.05
for share in np.arange(0.05, 0.5, 0.05):
    everything = tversky_from_counts(share, 1 - share, 0)
    assert theory.optimal_threshold(everything, 0.5, 0.5) < share

# %% [markdown]
# ## What we saw
#
# - A penalty moves the optimum of any loss. With a Tversky loss it moves pixels unevenly, and on empty images it wins
#   against a small delta and asks for one half.
# - The minimum form follows soft labels exactly, and its gradient vanishes there. The squared form follows them too.
# - None of the Dice forms is calibrated. For probabilities that mean what they say, take cross-entropy, or calibrate
#   afterwards.
#
# ## What is next
#
# This is the end of the theory. Go back to [the map](00_start_here.ipynb), or take `tverskylib` into your own training
# run.
#
# ## References
#
# - G. Pereyra et al.: Regularizing neural networks by penalizing confident output distributions. arXiv:1701.06548,
#   2017.
# - Z. Wang et al.: Dice semimetric losses: optimizing the Dice score with soft labels. *MICCAI*, 2023.
# - Z. Wang et al.: Jaccard metric losses: optimizing the Jaccard index with soft labels. *NeurIPS*, 2023.
# - B. Dai, C. Li: RankSEG: a consistent ranking-based framework for segmentation. *JMLR* 24, 2023.
# - G. Hidy: *The Tversky loss function and its modifications for medical image segmentation*, talk, 2022, "Label noise
#   penalty and confidence penalty".
