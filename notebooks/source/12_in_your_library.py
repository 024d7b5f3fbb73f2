# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # In your library
#
# Which call is this in MONAI, nnU-Net, smp, kornia or Keras, what does it do that nobody asked for, and what may a paper's
# Dice mean?
#
# You will hardly write a Dice loss yourself: your library has one. It has chosen a domain, a smoothing term and a way with
# absent classes for you, and so has the metric that you report. We ran seven libraries, asked each the same questions, and
# wrote the answers down. This lesson finds your call in them, shows three traps, and ends with tables of papers.
#
# ## What you will learn
#
# - what your call computes, and which call of another library equals it
# - three traps, each on a few pixels: the mean over classes, smoothing below only, labels of 255
# - what Dice + cross-entropy adds, and what a batch-wise loss really computes on several GPUs
# - how far the same predictions lie apart under different conventions of one metric
# - what a table with Dice and Jaccard can tell about its convention, and what not
#
# ## What you need
#
# - [lesson 05](05_batches_and_classes.ipynb): domains, delta, absent classes
# - of all these libraries, only MONAI is needed to run this lesson

# %% tags=["setup"]
import warnings

import numpy as np
import pandas as pd
import torch
from monai.losses import DiceLoss
from monai.metrics import DiceMetric, HausdorffDistanceMetric

from tverskylib import checked, figures, metrics, peers, say, soft_counts, tiles
from tverskylib import tversky_from_counts, tversky_loss
from tverskylib.peers import records

warnings.filterwarnings("ignore", module="monai")  # it warns of empty masks, which are our subject

# %% [markdown]
# ## Find your call
#
# Every line below was found by running the library: one batch goes in, and what comes out is compared with our loss under
# all conventions. Delta is in pixels, as ours ($s = 2\delta$ in the form of lesson 04). "The other" is the argument that
# changes the domain. An absent class is not in the target; it may be predicted nowhere, or in a pixel or two. (smp is
# `segmentation_models_pytorch`.) [The full table](../results/peers/TABLE.md) has empty masks, soft labels, half precision,
# masks and errors too.
#
# *Question:* you know one of these libraries. Before you look: is its Dice image-wise or batch-wise by default?

# %%
say(peers.brief(["monai", "nnunetv2", "segmentation_models_pytorch", "kornia", "keras"]))

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# MONAI, kornia and nnU-Net's bare Dice: image-wise. smp and Keras: batch-wise. None of them squares by default; MONAI does
# with `squared_pred=True`, the squared form of lesson 09. nnU-Net's *trainer* asks its plan:
# batch-wise in 2-D, and in full-resolution 3-D only if there is a low-resolution stage.
#
# </details>
#
# Two lines deserve a second look. In smp a class without foreground in the batch costs nothing, whatever is predicted:
# false alarms there are free. And up to Keras 3.15.1 the two weights of `Tversky` are the other way round than its
# documentation says; a later release exchanges their meaning, so look at yours before you upgrade.
#
# Everything about one call, metrics included:

# %%
peers.describe("monai", "DiceMetric")

# %% [markdown] tags=["question"]
# **Question.** In the Keras of the table, `Tversky(alpha=0.3, beta=0.7)` is minimised. Which mistakes cost more?
#
# <details class="tversky-choice"><summary>False positives</summary>
#
# ✓ Yes. The weight 0.7 stands beside the sum of predictions on background. The table says it in bold.
#
# </details>
# <details class="tversky-choice"><summary>Missed pixels, as beta is the larger</summary>
#
# ✗ No. So its documentation says. In its code the two sums have each other's names.
#
# </details>
# <details class="tversky-choice"><summary>Both alike</summary>
#
# ✗ No. They would with equal weights. Swapping two different weights changes which mistake is dear.
#
# </details>

# %% [markdown]
# ## The same loss elsewhere
#
# `peers.equivalent` writes our loss for another library. The numbers are those of a fixed batch of two images, `p` and
# `y`, which `peers.batch` gives to you; theirs come from the recorded run.

# %%
peers.equivalent("monai", alpha=0.3, beta=0.7, domain="image", delta=1.0)

# %% [markdown]
# *Question:* which of the other five can say exactly this: alpha 0.3, beta 0.7, image-wise, delta 1?

# %%
for library in ("monai", "segmentation_models_pytorch", "nnunetv2", "kornia", "torchmetrics", "keras"):
    found = peers.equivalent(library, alpha=0.3, beta=0.7, domain="image", delta=1.0)
    print(f"{library}: {found.verdict}\n")

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# None but MONAI. smp can until an image is empty. nnU-Net has no weights, kornia and Keras have no smoothing term above, and
# torchmetrics has no loss at all: it scores masks.
#
# </details>
#
# And back: which of ours is their default?

# %%
peers.ours("monai", "DiceCELoss")

# %% [markdown]
# **Moving without changing the loss** is a list of six:
#
# 1. *probabilities or logits?* smp, kornia and nnU-Net's trainer take logits, MONAI and Keras take what you give them
# 2. *domain:* `batch=True` (MONAI), `batch_dice=True` (nnU-Net), `axis=(1, 2, 3)` for image-wise (Keras); smp needs a loop
# 3. *weights:* who weighs false positives?
# 4. *smoothing:* above and below, or below only? Divide by two where the formula begins with $2\,TP$
# 5. *classes:* with the background? one ratio or a mean? what does an absent class count?
# 6. *sign:* nnU-Net returns minus Dice, so its loss ends at -1
#
# Then compare both on *one batch of your own with an empty image in it*. Equal numbers on good images prove little.

# %% [markdown] tags=["exercise"]
# exercise 1

# %% [markdown]
# ## Trap 1: the mean over classes
#
# MONAI's default is a mean over all classes *and* all images, the background a class like the others. Let the fixed
# batch lose its third class in the target, and predict almost none of it:

# %% tags=["setup"]
p, y = peers.batch(3)
y = torch.cat([y[:, :1] + y[:, 2:], y[:, 1:2], 0 * y[:, 2:]], 1)
p = torch.cat([p[:, :1] + p[:, 2:] - 1e-9, p[:, 1:2], 0 * p[:, 2:] + 1e-9], 1)

# %% [markdown]
# *Question:* now one pixel in 64 is given to the third class with probability 0.3. How much does the loss rise?

# %%
alarm = p.clone()
alarm[:, 2, 0, 0], alarm[:, 0, 0, 0] = 0.3, p[:, 0, 0, 0] - 0.3
before, after = (DiceLoss()(x, y).item() for x in (p, alarm))
say(f"MONAI's DiceLoss: {before:.3f} without the pixel, {after:.3f} with it.")

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# By 0.33, a third of the whole scale. A class that is absent and not predicted has loss 0 and makes the mean look good;
# a trace of it has loss 1. That is the *value*. The *pull* on the trace is strong only while its sum is near delta / alpha:
# with a tiny delta it stands on the plateau of lesson 05, and is hardly pulled. `include_background=False` makes it worse, half of the scale, for there are two classes
# left; `batch=True` makes it rarer, and a larger `smooth_nr` and `smooth_dr`
# make it softer.
#
# </details>

# %% tags=["check"]
def smoothed(s):
    """What the pixel costs, and how hard it is pulled, with this smoothing."""
    clean, trace = (DiceLoss(smooth_nr=s, smooth_dr=s)(x, y) for x in (p, alarm.requires_grad_()))
    return (trace - clean).item(), torch.autograd.grad(trace, alarm)[0][0, 2, 0, 0].item()

costs, steep = zip(*map(smoothed, (1e-5, 0.1, 10)))
without = DiceLoss(include_background=False)(alarm, y) - DiceLoss(include_background=False)(p, y)
checked("with smoothing 1e-5, 0.1 and 10 the pixel costs {:.3f}, {:.3f} and {:.3f}; its pull is {:.1e}, {:.1e} and {:.1e}; without background {:.2f}".format(*costs, *steep, without),
        without > 0.45, costs[0] > 0.3 > costs[2], steep[1] > 1000 * steep[0], steep[1] > steep[2])

# %% [markdown]
# ## Trap 2: smoothing below only
#
# Keras adds its term to the denominator alone, "against division by zero". On an empty image that is
#
# $$1 - \frac{0}{\alpha\,FP + s} = 1,$$
#
# whatever is predicted, with gradient 0, and 1 even for the *right* answer, an empty prediction. With the term above and
# below the right answer has loss 0.
#
# *Question:* a batch of eight images, six of them empty and predicted empty, two perfect. What is the image-wise loss?

# %%
truth = torch.zeros(8, 1, 16, 16)
truth[:2, :, 4:12, 4:12] = 1
counts = truth.flatten(1).sum(1)  # the prediction is the target: TP is all there is
below = (1 - counts / (counts + 1e-7)).mean()
say(f"Smoothing below only: {below:.2f}. Above and below: {tversky_loss(truth, truth, domain='image'):.2f}.")

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# 0.75 for a perfect prediction. Such a curve ends at the share of empty images; people then look for the mistake in their
# network. (kornia, too, smooths below only. But background is always a class there, and absent classes are left out, so
# that it does not show.)
#
# </details>

# %% tags=["check"]
keras = records.read("keras")["losses"]["Dice"]["empty"]
checked("Keras on an empty image: loss 1 and gradient 0, at p = 0 and at p = 0.5",
        keras["0"] == keras["0.5"] == {"loss": 1, "gradient": 0}, below == 0.75)

# %% [markdown]
# ## Trap 3: labels of 255
#
# Masks are often stored as 0 and 255. Divided by 255 they are fine. Forgotten, nothing breaks:
#
# *Question:* what does MONAI's Dice loss say of a good prediction and a target of 255s: near 0, near 1, or neither?

# %%
p, y = peers.batch()
good = 0.05 + 0.9 * y
right, wrong = DiceLoss()(good, y).item(), DiceLoss()(good, 255 * y).item()
say(f"MONAI: {right:.3f} with labels 0 and 1, {wrong:.3f} with 0 and 255.")

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# Neither: it is negative, better than perfect. The overlap counts 255-fold, the prediction once. (A metric above 1 is the
# same slip.)
#
# </details>
#
# Of the losses in the table only those that take class numbers refuse. Ours says what to do:

# %%
try:
    tversky_loss(good, 255 * y)
except ValueError as error:
    print(error)

# %% [markdown]
# ## Dice + cross-entropy
#
# As most people train, and as nnU-Net and MONAI write it: the sum, weights 1 and 1. The two lines are in [In your
# code](IN_YOUR_CODE.md), beside class weights, pixel weights, Lightning and an nnU-Net trainer.
#
# *Question:* why does it help? Look at what one pixel of an empty image of 64 × 64 feels, with an untrained network, and
# beside it a pixel of a lesion of 16 × 16:

# %%
def pulls(loss):
    logits, y = torch.zeros(2, 1, 64, 64, requires_grad=True), torch.zeros(2, 1, 64, 64)
    y[1, :, :16, :16] = 1
    loss(logits, y).backward()
    return logits.grad[0, 0, 0, 0].item(), logits.grad[1, 0, 0, 0].abs().item()


# %%
def dice(domain):
    return lambda logits, y: tversky_loss(logits, y, domain=domain, from_logits=True)


cross_entropy = torch.nn.functional.binary_cross_entropy_with_logits
losses = {"Dice image-wise": dice("image"), "Dice batch-wise": dice("batch"), "cross-entropy": cross_entropy}
for name, loss in losses.items():
    empty, lesion = pulls(loss)
    print(f"{name:16} a pixel of the empty image {empty:.1e}, of the lesion {lesion:.1e}")

# %% [markdown]
# *Look for:* the first column. Image-wise Dice says nothing to the empty image. At the start cross-entropy speaks to every pixel alike,
# so in the sum it is what keeps empty images empty; Dice is what keeps a rare foreground from being outvoted. Where the
# optimum of the sum lies depends on the two weights: with little cross-entropy it is nearly a mask (lesson 06), with
# much of it nearly the chance (lesson 08).
#
# Three slips with it. In MONAI, `DiceCELoss()` without `softmax=True` or `sigmoid=True` gives Dice the logits as if they
# were probabilities, silently. Its `DiceFocalLoss(softmax=True)` takes a softmax for Dice, but one sigmoid a class for
# the focal part. And "0.5 Dice + 0.5 CE" in a paper leaves open which Dice it is.
#
# ## Several GPUs
#
# With data-parallel training each process has its share of the batch. *Question:* what is "batch-wise" then?
#
# | library | each process computes | so the loss is |
# | --- | --- | --- |
# | MONAI with `batch=True`, smp, Keras on torch | the ratio of its own share; gradients are averaged | device-wise |
# | nnU-Net, `batch_dice=True` and `ddp=True` | sums of all processes, then one ratio | batch-wise, if all shares are equal |
# | ours, `group=` | sums of all processes, then one ratio | batch-wise, shares of any size |
#
# On one process we can see how much that is: a batch of eight, dealt to one, two, four and eight devices.

# %% tags=["setup"]
real = tiles.real_image()
corners = [(i, j) for i in range(0, 512, 64) for j in range(0, 256, 64)]
cut = lambda a: torch.tensor(np.array([a[i:i + 64, j:j + 64] for i, j in corners]))[:, None]
probability, target = cut(real.probability).double(), cut(real.target)
order = np.random.default_rng(0).permutation(len(target))[:8]

# %%
for devices in (1, 2, 4, 8):
    shares = np.split(order, devices)
    losses = [tversky_loss(probability[share], target[share].double(), delta=1e-5) for share in shares]
    print(f"{devices} devices: loss {torch.stack(losses).mean():.4f}")

# %% [markdown]
# With eight devices it *is* the image-wise loss, empty images and all. The tiles are those of the gland image of lesson
# 02, of which some have no foreground. So a recipe that says "batch-wise Dice, batch size 8" is not the same on one card
# and on eight, unless somebody adds up the sums. Gradient accumulation does the same on one card, unless it takes
# [two passes](IN_YOUR_CODE.md).
#
# (Half precision is a matter of sums too: in float16 they overflow above 65,504, and then some libraries say NaN. Elsewhere
# cast before the loss and outside of autocast, `loss(logits.float(), y)`. On the way back small slopes become 0 in float16
# unless a [scaler](IN_YOUR_CODE.md) lifts them.)

# %% tags=["check"]
image_wise = tversky_loss(probability[order], target[order].double(), delta=1e-5, domain="image")
eight = torch.stack(losses).mean()
checked(f"eight devices: {eight:.4f}, image-wise: {image_wise:.4f}", torch.isclose(eight, image_wise))

# %% [markdown]
# What `group=` does is to add up the three counts of all shares, and to divide once:

# %%
counts = [soft_counts(probability[k : k + 1], target[k : k + 1].double()) for k in order]
added = tversky_from_counts(*(sum(count) for count in zip(*counts)), delta=1e-5)
say(f"Eight devices that add up their counts: loss {1 - added:.4f}, as one device.")

# %% [markdown]
# ## Metrics: what an empty mask counts
#
# Losses are forgotten after training; metrics are printed. All of these are called Dice, and all were given the same
# masks: nothing in both; a good image together with one where nothing was found; and together with one where both are
# empty.
#
# *Question:* in how many of them does it matter for the mean that a tumour-free image was rightly called empty?

# %%
def of_empties(library, name):
    found = records.read(library)["metrics"][name]
    return [found[case] for case in ("both empty", "found", "found, and missed", "found, and both empty")]


scores = [("monai", "DiceMetric"), ("monai", "GeneralizedDiceScore"),
          ("torchmetrics", "DiceScore"), ("torchmetrics", "GeneralizedDiceScore"),
          ("segmentation_models_pytorch", "get_stats, f1_score"), ("medpy", "dc")]
pd.DataFrame([of_empties(*score) for score in scores], index=[": ".join(score) for score in scores],
             columns=["both empty", "one good image", "and a missed one", "and both empty"]).astype(float).round(3)

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# In four of six. It leaves the mean in MONAI's and torchmetrics' Dice, lifts it in MONAI's generalised score and in smp, lowers it in
# torchmetrics' generalised score, where empty against empty is 0, the worst, and makes all of it NaN in medpy. And
# MONAI's mean over nothing is 0, not NaN.
#
# </details>
#
# ### HD95
#
# HD95 is worse. *Question:* 10 patients, the network finds nothing in 9 of them and is perfect in the tenth. What does
# MONAI print?

# %%
lesion = torch.zeros(10, 1, 32, 32)
lesion[:, :, 8:20, 8:20] = 1
metric = HausdorffDistanceMetric(percentile=95, include_background=True, get_not_nans=True)
metric(lesion * (torch.arange(10) == 0).reshape(-1, 1, 1, 1), lesion)
distance, patients = metric.aggregate()
say(f"HD95 {distance.item():.1f}, a mean over {patients.item():.0f} of 10 patients.")

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# 0, the best. A missed lesion is NaN, and NaN leaves the mean. Ask for `get_not_nans=True`, and print how many are left;
# or decide what a miss costs, as `metrics.hd95` does.
#
# </details>
#
# There are also two definitions under that name, and a third beside it, the plain Hausdorff distance. For the same pair of
# masks:

# %%
pairs = {"monai": "HausdorffDistanceMetric", "medpy": "hd95", "torchmetrics": "HausdorffDistance"}
for library, name in pairs.items():
    found = records.read(library)["metrics"][name]
    print(f"{library}: {found['found']:.2f}, {found['reading']}")

# %% [markdown]
# ## Metrics: every convention at once
#
# `metrics.conventions` shows what may stand behind one number. The predictions are those of the gland image, cut into
# tiles; a tile is an "image" here.

# %% tags=["setup"]
table = metrics.conventions(probability.numpy(), target.numpy(), batch_size=8)
table.round(3)

# %% [markdown]
# *Look for:* the column of Dice. Nothing about the prediction changes from line to line.

# %% tags=["check"]
low, high = table["dice"].min(), table["dice"].max()
checked(f"the same predictions have Dice from {low:.3f} to {high:.3f}", high - low > 0.1)

# %% [markdown] tags=["exercise"]
# exercise 2

# %% [markdown]
# ## What a paper's table can tell
#
# Many papers print Dice *and* Jaccard. For **one** confusion matrix the second adds nothing: Jaccard is Dice / (2 − Dice), by
# (3.2). But a mean of several pairs is another matter. That function is convex, so by Jensen's inequality the mean Jaccard is at
# least the function of the mean Dice; and each Jaccard is at most its Dice. So for any mean of both, over the same
# images and with the same weights,
#
# $$\frac{\text{Dice}}{2 - \text{Dice}} \;\le\; \text{Jaccard} \;\le\; \text{Dice}, \tag{12.1}$$
#
# and every pair between can be had. This is the talk's table, for which we do not have the data:

# %% tags=["setup"]
talk = pd.read_csv("../results/talk.csv")
rows = {domain: list(zip(part["dice"], part["jaccard"]))
        for domain, part in talk.groupby("domain", sort=False)}

# %%
figures.dice_and_jaccard(rows)

# %% [markdown]
# *Question:* are the talk's numbers pooled over all images? Are they means over images, or over batches?

# %%
found = [metrics.printed_scores(d, j) for d, j in zip(talk["dice"], talk["jaccard"])]
for one in found:
    print(f"Dice {one.dice:.3f}: Jaccard at least {one.lowest:.3f}, printed {one.jaccard:.3f}")
say(f"Of all {len(found)}: {' / '.join({one.verdict for one in found})}.")

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# Not of one pooled matrix: each pair lies above the curve by more than rounding can explain. Means of *what*, the table
# cannot tell: a point inside the leaf may be a mean over images, over batches or over runs. Only outside
# would there certainly be a mistake, or two conventions: MONAI leaves out an image where both masks are empty, and another library may
# count it as 1. That is all that two numbers can say, and the function says no more.
#
# </details>

# %% tags=["check"]
checked(f"of {len(found)} lines all are possible, none is of one confusion matrix",
        *(one.possible and not one.one_ratio for one in found))

# %% [markdown] tags=["question"]
# **Question.** A table prints Dice 0.80 and Jaccard 0.70. What follows?
#
# <details class="tversky-choice"><summary>There is a mistake: Jaccard must be 0.667.</summary>
#
# ✗ No. For one confusion matrix it must. A mean of several pairs may lie above that.
#
# </details>
# <details class="tversky-choice"><summary>The numbers are means of something.</summary>
#
# ✓ Yes. 0.70 lies above 0.8 / 1.2 = 0.667 and below 0.80. Of what they are means, it does not say.
#
# </details>
# <details class="tversky-choice"><summary>The numbers are pooled over all images.</summary>
#
# ✗ No. Pooled, both come from one confusion matrix, and Jaccard would be 0.667.
#
# </details>

# %% [markdown] tags=["exercise"]
# exercise 3

# %% [markdown]
# ## What we saw
#
# - Libraries differ in domain, smoothing, classes and sign, not only in names; `peers.equivalent` says what equals what,
#   and what has no equivalent.
# - A trace of an absent class can raise the loss by 0.33; smoothing below only makes a right empty answer the worst
#   one; labels of 255 make a loss negative.
# - Cross-entropy speaks to the pixels of empty images, to which image-wise Dice is silent.
# - On several GPUs batch-wise is device-wise, unless the sums are added up.
# - One set of predictions has many Dices. Write the convention beside the number; from a printed table it cannot be
#   recovered.
#
# ## What is next
#
# [A project](PROJECT.md): from a folder of images to a page of results, with a plan that is older than they are. And to look
# up: [which loss, for my data?](CHOOSE.md), [when it goes wrong](WHEN_IT_GOES_WRONG.md), and [pieces for your
# code](IN_YOUR_CODE.md).
#
# ## References
#
# - M. J. Cardoso, W. Li, R. Brown et al.: MONAI: an open-source framework for deep learning in healthcare.
#   arXiv:2211.02701, 2022.
# - F. Isensee, P. F. Jaeger, S. A. A. Kohl, J. Petersen, K. H. Maier-Hein: nnU-Net: a self-configuring method for deep
#   learning-based biomedical image segmentation. *Nature Methods* 18, 2021, pp. 203–211. Dice + cross-entropy, and a
#   batch-wise Dice by plan.
# - L. Maier-Hein, A. Reinke et al.: Metrics reloaded: recommendations for image analysis validation. *Nature Methods* 21,
#   2024, pp. 195–212. Which metric for which question, and what empty masks do to them.
