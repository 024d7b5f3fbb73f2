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
# Label smoothing does not teach a Tversky loss any doubt, and it can do harm (lesson 07). But what it *does* to
# cross-entropy is a penalty (lesson 08), and a penalty can be added to anything. This lesson adds it and watches where
# the optimum goes. Then it shows two other forms of the loss that follow soft labels by themselves, asks what all of them
# make of labels that are random, and ends with the simplest remedy: to calibrate afterwards.
#
# ## What you will learn
#
# - how a penalty moves the optimum of a Tversky loss, pixel by pixel and as a whole
# - what it does on an empty mask
# - the minimum form and the squared form, which follow soft labels
# - that none of these forms is proper, and where Dice with cross-entropy stands
# - how to calibrate the map of a network that was trained with Dice
#
# ## What you need
#
# - [lesson 07](07_label_smoothing.ipynb) and [lesson 08](08_cross_entropy.ipynb)

# %% tags=["setup"]
import numpy as np
import torch
from scipy.ndimage import gaussian_filter
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from tverskylib import Regularised, TverskyLoss, checked, confidence_penalty, explorers, figures, label_noise_penalty
from tverskylib import say, smooth_labels, theory, tiles, tversky_from_counts, tversky_loss

# %% [markdown]
# ## Loss plus penalty
#
# The talk's proposal is as simple as can be: for any loss $\mathcal L$,
#
# $$\tilde{\mathcal L}(y, \hat y) = \mathcal L(y, \hat y) - w \sum_c \log \hat y_c \qquad\text{or}\qquad \tilde{\mathcal L}(y, \hat y) = \mathcal L(y, \hat y) - w H(\hat y), \tag{9.1}$$
#
# the first with the label noise penalty, the second with the confidence penalty, both as a mean over the pixels. (The
# talk calls the weight $\varepsilon$; we write $w$, because it is not the $\varepsilon$ of smoothing, as lesson 08
# found.) In the library it is one line, in which the weight is still called `epsilon`:

# %%
Regularised(TverskyLoss(alpha=0.3, beta=0.7, from_logits=True), label_noise_penalty, epsilon=0.1)

# %% [markdown]
# ## Along one pixel
#
# The curves are the loss along one of 16 pixels, six of them foreground; the others are right.
#
# *Question:* with the same weight, does a penalty move a pixel further under Dice or under Jaccard? And under F2, the
# foreground or the background pixel?
#
# *Move this:* the weight, slowly from 0. Then press Jaccard, and F2.

# %%
explorers.penalised_pixel()

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# Further under Dice than under Jaccard; under F2 the background pixel goes further. The label noise penalty moves the
# lowest point off the end at once; the confidence penalty by an amount too small to see, under Dice until the weight is
# about 0.2 (under F2 on background until 0.1, under Jaccard until 0.4), and then fast. How far a pixel goes depends on how steep the loss is there. Jaccard is steeper here, and F2 is steeper
# on foreground and flatter on background.
#
# </details>
#
# (Jaccard is not always steeper. As lesson 04 computed, it is so only where Dice is above $2 - \sqrt 2 = 0.586$. Early in
# training it is the flatter one.)
#
# So a penalty does what label smoothing failed to do. But it does it unevenly, because the slope of a Tversky loss
# depends on the whole image.
#
# ## Over the whole mask
#
# Now all foreground pixels have one prediction, and all background pixels another. The star is the best pair; the lines
# join pairs with the same loss. (Here delta is 1 % of the pixels.)
#
# *Question:* the foreground gets rare, from a quarter to 1 %. Does the star come nearer to the corner (1, 0), or does it
# go away from it?
#
# *Move this:* the foreground fraction, at [weight 0.1](#tversky:penalised_landscape?p=0.25&weight=0.1) from a quarter
# downward; then at [weight 0.3](#tversky:penalised_landscape?p=0.06&weight=0.3), from 6 % downward. The star leaves a trail.

# %%
explorers.penalised_landscape()

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# First nearer. At weight 0.1 one false alarm weighs more when the lesion is small, and the star moves into the corner. At
# weight 0.3 it does the same down to 5 %; then it turns, and at 1 % the background is at 0.43: the penalty on the many
# background pixels outweighs the lesion. The confidence penalty has its star in the corner at these weights, to the eye.
#
# </details>
#
# ### An empty mask
#
# On an empty image the loss is lowest at the prediction 0, and with a small delta it has a long plateau elsewhere (lesson
# 05). The penalties are not flat on the plateau: they push towards one half.
#
# *Question:* which wins, the loss or the penalty, with delta 0.00001, 1 and 64?

# %% tags=["setup"]
q = np.concatenate([np.geomspace(1e-12, 0.1, 300), np.linspace(0.101, 0.999, 899)])
penalties = {"label noise": -np.log(q) - np.log(1 - q), "confidence": q * np.log(q) + (1 - q) * np.log(1 - q)}


def lowest_on_empty(delta, penalty, pixels=64):
    total = 1 - tversky_from_counts(0, pixels * q, 0, delta=delta) + 0.1 * penalty
    best = total.argmin()
    return "below 1e-12" if best == 0 else f"{q[best]:.2g}"


# %%
rows = ["| delta | label noise | confidence |", "|---|---|---|"]
for delta in (1e-5, 1.0, 64.0):
    rows.append(f"| {delta:g} | " + " | ".join(lowest_on_empty(delta, penalty) for penalty in penalties.values()) + " |")
say("Best common prediction for an empty image of 64 pixels, Dice, weight 0.1:\n\n" + "\n".join(rows))

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# With a tiny delta, label noise wins: on every empty image it asks for "perhaps" everywhere. The confidence penalty keeps its lowest point near 0, but in a narrow
# pit: it ends at 0.00065 here. Beyond it the slope points to one half, so a network that starts at 0.5 stays there.
#
# </details>
#
# A very large delta flattens the loss as well, as the last row shows. And these are 64 pixels: what counts is delta per
# pixel. On 512 × 512 a delta of 1 is tiny too, and label noise wins until it is about 36. Smoothing term and penalty have to be
# chosen together. No formula gives the weight: choose it on images whose truth is known, by the cross-entropy there, and look
# at the empty images too.

# %% tags=["check"]
large = [lowest_on_empty(delta, penalties["label noise"], 512**2) for delta in (1, 35, 38)]
checked(f"on 512 × 512 the lowest points for delta 1, 35 and 38 are {', '.join(large)}", large[:2] == ["0.5", "0.5"], float(large[2]) < 0.01)

# %% tags=["check"]
start = torch.full((1, 1, 8, 8), 0.4, dtype=torch.float64, requires_grad=True)
(tversky_loss(start, torch.zeros(1, 1, 8, 8), delta=1e-5) + 0.1 * confidence_penalty(start)).backward()
slopes = []
for q in (0.0006, 0.0007):
    near = torch.full((1, 1, 8, 8), q, dtype=torch.float64, requires_grad=True)
    (tversky_loss(near, torch.zeros(1, 1, 8, 8), delta=1e-5) + 0.1 * confidence_penalty(near)).backward()
    slopes.append(near.grad.sum().item())
checked("at 0.4 on an empty image, delta 1e-5, downhill is upward, away from 0; the pit ends between 0.0006 and 0.0007",
        (start.grad < 0).numpy(), slopes[0] > 0 > slopes[1])

# %% [markdown] tags=["question"]
# **Question.** Batches are mostly empty images, the loss is image-wise Dice with delta = 1e-5, and somebody adds the
# confidence penalty "against false alarms". What will it do?
#
# <details class="tversky-choice"><summary>Pull the predictions on empty images towards one half.</summary>
#
# ✓ Yes. The loss is flat there, so the penalty alone decides, but for a narrow pit at 0.
#
# </details>
# <details class="tversky-choice"><summary>Lower the predictions on empty images.</summary>
#
# ✗ No. It rewards doubt, and doubt is one half: below that, the penalty falls as the prediction rises.
#
# </details>
# <details class="tversky-choice"><summary>Nothing, as the image is empty.</summary>
#
# ✗ No. The loss does next to nothing. The penalty does not ask for the target at all.
#
# </details>

# %% [markdown] tags=["exercise"]
# exercise 1

# %% [markdown]
# ## Two forms that follow soft labels
#
# Why did smooth labels not move the optimum? Because numerator and denominator are *linear* in each prediction, and a
# ratio of linear functions has its extremes at the ends. The **minimum form** of Wang and others (2023) replaces the product in
# (4.1),
#
# $$TP = \sum_i \min(t_i, \hat y_i), \qquad FP = \sum_i \hat y_i - TP, \qquad FN = \sum_i t_i - TP. \tag{9.2}$$
#
# For a binary target nothing changes, as $\min(1, \hat y) = \hat y$ and $\min(0, \hat y) = 0$. For a soft one the index
# is 1 if and only if $\hat y = t$. The **squared form** of the V-Net (2016) is another way; it is a squared distance
# over a sum of squares:
#
# $$1 - \frac{2\sum t_i \hat y_i}{\sum t_i^2 + \sum \hat y_i^2} = \frac{\sum (t_i - \hat y_i)^2}{\sum t_i^2 + \sum \hat y_i^2}.$$
#
# *Question:* both have their lowest point on the label. What do the two curves look like there?
#
# *Move this:* epsilon. (The other 15 pixels stand where each form wants them.)

# %%
explorers.three_forms()

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# The minimum form has a sharp corner on the label, with the slopes $\alpha/D$ and $-\beta/D$ beside it at the optimum; the
# squared form has a round bottom. The product form stays lowest at an end.
#
# </details>

# %% tags=["proof"]
theory.minimum_form()

# %% tags=["proof"]
theory.squared_form()

# %% [markdown]
# In the library it is the argument `soft_labels="minimum"`. At the corner standing still is right, and the library gives
# the gradient 0 there, for every alpha and beta. If the minimum is written with $|t - \hat y|$ and left to automatic
# differentiation, the gradient there is $\frac{\alpha - \beta}{2D}$ instead, and zero only if alpha equals beta.

# %% tags=["check"]
soft = smooth_labels((torch.arange(64) < 20).double().reshape(1, 1, 8, 8), 0.2, num_classes=2).requires_grad_()
loss = tversky_loss(soft, soft.detach(), 0.3, 0.7, soft_labels="minimum")
loss.backward()
checked("on a smooth label the minimum form is 0, and so is its gradient", abs(loss.item()) < 1e-12, (soft.grad == 0).numpy())

# %% [markdown] tags=["exercise"]
# exercise 2

# %% [markdown]
# ## A lottery
#
# A loss is proper (lesson 08) if its best prediction for a pixel is the chance. Take a thousand pixels that nobody can
# tell apart, 300 of them foreground.
#
# *Question:* which common prediction is best for cross-entropy, for Dice in its three forms, and for Dice plus
# cross-entropy, or plus a penalty? And if only 50 are foreground?

# %% tags=["setup"]
lottery, rare = ((torch.arange(1000) < hits).double().reshape(1, 1, 10, 100) for hits in (300, 50))
shares = torch.linspace(0.002, 0.998, 499, dtype=torch.float64)


def best_common(loss, labels=lottery):
    common = shares[:, None, None, None].expand(-1, 1, 10, 100)  # one image for each prediction
    return shares[loss(common, labels.expand_as(common)).argmin()].item()


def bce(x, t):
    return torch.nn.functional.binary_cross_entropy(x, t, reduction="none").mean((1, 2, 3))


def noise(x):
    return -(x.log() + (1 - x).log()).mean((1, 2, 3))


def confidence(x):
    return (x * x.log() + (1 - x) * (1 - x).log()).mean((1, 2, 3))


def squared_dice(x, t):
    return 1 - 2 * (t * x).sum((1, 2, 3)) / (t**2 + x**2).sum((1, 2, 3))


dice, minimum = (TverskyLoss(domain="image", reduction="none", soft_labels=form) for form in ("product", "minimum"))


# %%
losses = {
    "cross-entropy": bce,
    "Dice, product": dice,
    "Dice, minimum": minimum,
    "Dice, squared": squared_dice,
    **{f"Dice + {w} cross-entropy": lambda x, t, w=w: dice(x, t) + w * bce(x, t) for w in (0.1, 1, 10)},
    "Dice + 0.1 label noise": lambda x, t: dice(x, t) + 0.1 * noise(x),
    "Dice + 0.3 confidence": lambda x, t: dice(x, t) + 0.3 * confidence(x),
}
say("| loss | 300 of 1,000 | 50 of 1,000 |\n|---|---|---|\n" + "\n".join(
    f"| {name} | {best_common(f):.3f} | {best_common(f, rare):.3f} |" for name, f in losses.items()))

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# Only cross-entropy says 0.3. Dice says 1, where the grid ends at 0.998: *everything*, since 0.3 exceeds $\tau = 0.231$,
# half of the best Dice. With $\delta = 0$ that is so for every chance above 0 and for all weights, and it is volume bias
# (lesson 06) at its largest: a thousand pixels are marked where 300 are foreground. On hard labels the minimum form is
# the same loss. The squared form says $\sqrt{0.3}$. Dice plus cross-entropy lies between: 0.69, 0.39 and 0.31. The more
# cross-entropy, the nearer to the chance, and never quite there.
#
# The penalties come off 1 as well. But they teach doubt and not the chance: where it is 0.05 both are above one half, and no
# weight brings them below it, as Dice pulls up everywhere, and a penalty up to one half. Only cross-entropy gets to know the 0.05.
#
# </details>
#
# Pixels with *different* chances $q_i$ show what else the squared form does. Its best prediction is $q_i / T$, cut off at 1,
# where $T$ is its best index: in the lottery $T = \sqrt q$. So below the bar it keeps the order and the ratios of the chances,
# where the product form keeps neither. Dice with cross-entropy lies between the chance and what Dice says: *below* the
# chance where Dice says 0.

# %% tags=["check"]
doubts = torch.tensor([0.9, 0.4, 0.3, 0.1], dtype=torch.float64)
x, z = doubts.clone(), torch.zeros(4, dtype=torch.float64, requires_grad=True)
for _ in range(200):
    T = 2 * (doubts @ x) / (doubts.sum() + x @ x)
    x = (doubts / T).clamp(max=1)
others = torch.rand(100_000, 4, dtype=torch.float64)
settle = torch.optim.LBFGS([z], max_iter=500, tolerance_grad=1e-10, tolerance_change=1e-14)
def both():
    settle.zero_grad()
    p = z.sigmoid()
    total = 1 - 2 * (doubts @ p) / (doubts.sum() + p.sum()) + 0.1 * torch.nn.functional.binary_cross_entropy(p, doubts)
    total.backward()
    return total
settle.step(both)
checked(f"squared form: {np.round(x.numpy(), 2)}, T = {T:.3f}, and none of 100,000 others is better; Dice + 0.1 cross-entropy: {np.round(z.sigmoid().detach().numpy(), 2)}",
        (2 * (others @ doubts) / (doubts.sum() + (others**2).sum(1)) <= T).numpy(), (z.sigmoid()[2:] < doubts[2:]).numpy())

# %% tags=["check"]
low = [best_common(lambda x, t: dice(x, t) + w * penalty(x), rare) for w in (0.03, 0.3, 3, 30) for penalty in (noise, confidence)]
checked(f"at chance 0.05, with weights from 0.03 to 30, the lowest of the best predictions is {min(low):.3f}", min(low) >= 0.5)

# %% [markdown] tags=["question"]
# **Question.** In the lottery of chance 0.3, cross-entropy with a growing weight stands beside Dice. Where does the
# best common prediction go?
#
# <details class="tversky-choice"><summary>From 0 towards 0.3</summary>
#
# ✗ No. Dice marks everything here, since 0.3 lies above half of the best Dice.
#
# </details>
# <details class="tversky-choice"><summary>From 1 towards 0.3</summary>
#
# ✓ Yes. Dice alone says 1, cross-entropy alone 0.3. The sum lies between and never quite arrives.
#
# </details>
# <details class="tversky-choice"><summary>It is 0.3 as soon as some cross-entropy is there.</summary>
#
# ✗ No. The sum of a proper loss and another one is not proper. It takes much cross-entropy to come near.
#
# </details>

# %% tags=["proof"]
theory.lottery()

# %% [markdown]
# And if the labels themselves are soft and random, say 0.2 for seven pixels in ten and 0.9 for the others? Their mean is
# 0.41, and cross-entropy says so. The minimum form asks for a *quantile*: one of the labels themselves, here 0.2, and never a
# value between them, but for a tie.

# %% tags=["check"]
opinions = 0.2 + 0.7 * lottery
mean, quantile = best_common(bce, opinions), best_common(minimum, opinions)
checked(f"cross-entropy says {mean:.2f}, the minimum form {quantile:.2f}", abs(mean - 0.41) < 0.002, abs(quantile - 0.2) < 0.002)

# %% [markdown]
# So doubt *in the labels* can be learnt with the minimum form; doubt that comes from *not knowing* cannot.
#
# And in practice, with the masks of several experts? Train with cross-entropy on their mean, or on one drawn at random in
# each step, which asks for the same; then cut at the $\tau$ of lesson 06. The minimum form, trained on the mean, learns
# the votes where the image tells them, and a quantile of them where it does not.

# %% [markdown] tags=["exercise"]
# exercise 3

# %% [markdown]
# ## Calibrate afterwards
#
# Must one give up Dice to get probabilities that can be trusted? Often not. To calibrate means to replace the numbers of a map by
# others that rise with them, read off pixels that the network was not trained with. One takes the logits for it:
# probabilities that were rounded to exactly 0 or 1 have lost their order. (Between images, image-wise training spoils the order: lesson 11.)
#
# Let us try it on the gland image of lesson 02. A small model sees red light only, at five scales, and is trained with
# Dice. The image is cut into blocks of 16 × 16 pixels: one third of them for training, one to calibrate, one to test.

# %% tags=["setup"]
tile = tiles.real_crop()
red = tile.image[..., 0].astype(float)
seen = np.stack([gaussian_filter(red, scale) for scale in (1, 2, 4, 8, 16)], axis=-1)
seen = (seen - seen.mean((0, 1))) / seen.std((0, 1))
blocks = np.add.outer(np.arange(256) // 16, np.arange(256) // 16) % 3
x_train, x_fit, x_test = (torch.tensor(seen[blocks == k]) for k in range(3))
y_train, y_fit, y_test = (torch.tensor(tile.target[blocks == k]).double() for k in range(3))

# %%
model = torch.nn.Linear(5, 1, dtype=torch.float64)
torch.nn.init.zeros_(model.weight), torch.nn.init.zeros_(model.bias)
optimiser = torch.optim.Adam(model.parameters(), lr=0.05)
for _ in range(500):
    optimiser.zero_grad()
    tversky_loss(model(x_train)[None, None], y_train[None, None, :, None], from_logits=True).backward()
    optimiser.step()
z_fit, z_test = (model(x).detach().numpy()[:, 0] for x in (x_fit, x_test))
say(f"{np.mean(abs(expit(z_test) - 0.5) > 0.49):.0%} of the predictions on the test blocks are below 0.01 or above 0.99.")

# %% [markdown]
# Two ways to calibrate, both with almost nothing to fit. **Temperature scaling** (Guo and others, 2017) divides all logits
# by one number. **Platt scaling** (1999) fits a logistic regression to the logit: one number to multiply and one to add.
#
# *Question:* what happens to the negative log-likelihood on the test blocks (cross-entropy: lower is better), and what to
# the best mask that can be cut?

# %%
temperatures = np.geomspace(0.5, 50, 200)
temperature = temperatures[np.argmin([log_loss(y_fit, expit(z_fit / t)) for t in temperatures])]
platt = LogisticRegression(C=np.inf).fit(z_fit[:, None], y_fit)
maps = {"as trained": expit(z_test), "temperature": expit(z_test / temperature), "Platt": platt.predict_proba(z_test[:, None])[:, 1]}
named = {f"{name}: {log_loss(y_test, p):.2f}": p for name, p in maps.items()}
figures.calibration(y_test, named)

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# It falls from 0.79 to 0.29 and 0.26 (the numbers in the legend), and the masks that can be cut stay the same: both ways
# keep the order of the pixels. (The mask at one half stays with the temperature, for a logit of 0 stays 0; Platt's shift moves
# it.) The same model trained with cross-entropy has 0.24, without any calibration. The bars are the truth, in that order. As trained, the map says 1 where about four
# pixels of five are foreground. Calibrated, it comes nearer, though neither curve fits everywhere. Platt scaling does
# better on average, since it can also shift: trained with Dice, the model marks 38 % of the pixels, and 31 % are foreground.
#
# </details>

# %% tags=["check"]
before, divided, fitted = (log_loss(y_test, p) for p in maps.values())
marked, true = (z_test > 0).mean(), y_test.mean()
checked(f"from {before:.2f} to {divided:.2f} and {fitted:.2f}; marked {marked:.0%}, foreground {true:.0%}", fitted < divided < before / 2, marked > true + 0.05)

# %% tags=["check"]
proper = LogisticRegression(C=np.inf, max_iter=1000).fit(x_train, y_train)
checked(f"trained with cross-entropy: {log_loss(y_test, proper.predict_proba(x_test)[:, 1]):.2f}", log_loss(y_test, proper.predict_proba(x_test)[:, 1]) < fitted)

# %% [markdown]
# (That a map trained with Dice has an order to calibrate is no theorem: its optimum is 0 and 1. It is what training
# leaves.)
# (The blocks lie side by side on one image, so this is a friendly test. On another slide both calibrations could be off.)
# Rousseau and others (2021) tried several such methods on brain images: in every case at least one of them improved the
# calibration, for networks trained with Dice as well as with cross-entropy, and none was always the best. And a calibrated
# map can be cut where lesson 06 says, at $\tau$.
#
# ## Which loss has its optimum where
#
# Everything together: the best common prediction on foreground and on background, as (on foreground, on background),
# for a known mask and for its smoothed copy, $\varepsilon = 0.2$; and the best prediction in the lottery of chance 0.3.

# %%
def by_theory(alpha, beta, fraction, epsilon):
    optimum = theory.claim1_optimum(fraction, alpha, beta, epsilon, num_classes=2)
    return {"target": "(1, 0)", "one": "(1, 1)", "zero": "(0, 0)"}[optimum]


rows = ["| loss | hard labels | smooth, 25 % foreground | smooth, 1 % | lottery |", "|---|---|---|---|---|"]
for name, pair in {"Dice": (0.5, 0.5), "Jaccard": (1, 1), "Tversky (0.3, 0.7)": (0.3, 0.7)}.items():
    places = [by_theory(*pair, fraction, epsilon) for fraction, epsilon in ((0.25, 0.0), (0.25, 0.2), (0.01, 0.2))]
    rows.append(f"| {name} | " + " | ".join(places) + " | 1 |")
for name, share in {"Dice, minimum form": "1", "Dice, squared form": "0.548", "cross-entropy": "0.3"}.items():
    rows.append(f"| {name} | (1, 0) | (0.9, 0.1) | (0.9, 0.1) | {share} |")
say("\n".join(rows))

# %% [markdown]
# The column of 1 % foreground is the warning of lesson 07, and the last one is the other half of it: the product forms
# never answer with doubt, and under doubt they can mark too much or, as in lesson 06, too little. A penalty moves the corners inwards, by
# an amount that depends on the image.
#
# ## What we saw
#
# - A penalty moves the optimum of a Tversky loss off certainty, with the confidence penalty by very little at first. It
#   moves pixels unevenly, and on empty images it works against a small delta, towards one half.
# - The minimum form and the squared form follow soft labels.
# - None of the Dice forms is proper: in the lottery they say 1 or $\sqrt q$, and with a penalty one half or more. Dice with
#   cross-entropy lies between the chance and what Dice says.
# - Calibrating afterwards worked here, from the logits.
# - Where Claim 1 holds, smoothing does not move the optimum for a *known* mask. For a learner of the pooled index it lowers the
#   cut on the chance (lesson 07, for Dice with $C = 1$ or 2).
#
# ## What is next
#
# This is the end of the theory. [Lesson 10](10_training_comparison.ipynb) trains networks.
#
# ## References
#
# - G. Pereyra, G. Tucker, J. Chorowski, Ł. Kaiser, G. Hinton: Regularizing neural networks by penalizing confident output
#   distributions. *ICLR* workshop, 2017, arXiv:1701.06548.
# - Z. Wang, T. Popordanoska, J. Bertels, R. Lemmens, M. B. Blaschko: Dice semimetric losses: optimizing the Dice score
#   with soft labels. *MICCAI*, 2023. And Z. Wang, X. Ning, M. B. Blaschko: Jaccard metric losses: optimizing the Jaccard
#   index with soft labels. *NeurIPS*, 2023. The minimum form, written with $|t - \hat y|$.
# - F. Milletari, N. Navab, S.-A. Ahmadi: V-Net: fully convolutional neural networks for volumetric medical image
#   segmentation. *3DV*, 2016, pp. 565–571. The squared form.
# - J. Bertels, D. Robben, D. Vandermeulen, P. Suetens: Optimization with soft Dice can lead to a volumetric bias.
#   *BrainLes*, LNCS 11992, 2019.
# - J. Platt: Probabilistic outputs for support vector machines.
#   *Advances in Large Margin Classifiers*, 1999, pp. 61–74.
# - C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger: On calibration of modern neural networks. *ICML*, 2017, pp. 1321–1330.
# - A.-J. Rousseau, T. Becker, J. Bertels, M. B. Blaschko, D. Valkenborg: Post training uncertainty calibration of deep
#   networks for medical image segmentation. *ISBI*, 2021, pp. 1052–1056.
# - G. Hidy: *The Tversky loss function and its modifications for medical image segmentation*, talk, 2022, "Label noise
#   penalty and confidence penalty".
