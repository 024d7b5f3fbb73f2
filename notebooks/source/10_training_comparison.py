# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A U-Net, trained with two losses
#
# Image-wise or batch-wise: what does a network learn from each?
#
# So far predictions were given. Now a network makes them. We train the same U-Net twice, from the same weights, on the
# same tiles in the same order, and change one word: the domain of the Dice loss. Four runs of under a minute each are
# no evidence of anything; lesson 11 has the evidence, with seeds and intervals. Here you see *how* it happens.
#
# ## What you will learn
#
# - what the data look like, how they are split, and why colour alone does not solve them
# - what a U-Net is, and what one step of training does
# - what image-wise and batch-wise training do on lesions alone, and on a data set that is mostly empty
# - why empty images teach nothing, although the optimiser rescales every gradient
# - how the threshold and the convention of the *evaluation* change the comparison
#
# ## What you need
#
# - [lesson 05](05_batches_and_classes.ipynb): the domains of the loss, and images without foreground
# - two cores and three minutes, or a graphics card

# %% tags=["setup"]
import inspect
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from tverskylib import checked, dice_index, explorers, figures, say, tversky_loss
from tverskylib.metrics import conventions
from tverskylib.theory import critical_fraction
from tverskylib.tiles import synthetic_tiles
from tverskylib.training import UNet, parameter_count, train, watch_steps

# %% [markdown]
# ## How much to train
#
# Below, choose how long the lesson may take, and where it computes. It starts with what this machine can do; after a
# change, run the cells below it again. The stored pictures of this notebook were made with the profile "quick".

# %% tags=["setup"]
choice = explorers.RunChoice()
choice

# %% [markdown]
# ## The tiles
#
# The talk's slides come from patients and are private. Ours are drawn by a program, so that anyone can have them: walls
# of alveoli, collagen, nuclei, stains that differ from slide to slide, and in some tiles a growth of large, uneven,
# crowded nuclei. A hand-drawn border, not a perfect one, marks it. No such tissue exists. What is learned here says
# nothing about patients, and much about losses.

# %% tags=["setup"]
runs = choice.runs("positive")
tiles = synthetic_tiles(runs["batch"].tiles, progress=False)
positive = tiles.pick(tiles.positive)
shares = positive.targets.mean(axis=(1, 2))
say(f"{len(tiles)} tiles of {tiles.images.shape[1]} pixels a side, {len(positive)} of them with cancer; "
    f"{tiles.targets.mean():.1%} of all pixels are foreground, of a tile with cancer {shares.min():.1%} to {shares.max():.0%}.")

# %%
shown = np.concatenate([np.flatnonzero(tiles.positive)[:16], np.flatnonzero(~tiles.positive)[:8]])
figures.contact_sheet(tiles.images[shown], tiles.targets[shown],
    "24 synthetic tiles of lung tissue: two rows with cancer, its border drawn in, and a row without cancer.")

# %% [markdown]
# *Look for:* in the two upper rows, what the nuclei inside the border have in common. Then find the same violet in the
# last row, where there is no cancer: heaps of lymphocytes, inflamed epithelium. Whoever calls everything violet cancer
# will be wrong there.
#
# ### How large the lesions are
#
# Above each tile stands its share of foreground. It goes from less than a hundredth to nearly all, which is what makes
# the domain of the loss matter. The dashed line is the critical fraction of [lesson 07](07_label_smoothing.ipynb) for strong
# smoothing: lesson 11 comes back to it.

# %%
figures.foreground_histogram(shares, {"critical at epsilon 0.4": critical_fraction(0.5, 0.5, 0.4)})

# %% [markdown]
# ### Split by slide
#
# Tiles of one slide share its stain and its blur. If some of them were trained on and others tested, the network could
# recognise the slide instead of the cancer. So a slide is in one split only.

# %% tags=["check"]
slides = {name: {*tiles.split(name).groups} for name in ("train", "validation", "test")}
checked(", ".join(f"{len(found)} slides for {name}" for name, found in slides.items()) + ", none in two",
        sum(map(len, slides.values())) == len(set().union(*slides.values())))

# %% [markdown]
# ### Colour is not enough
#
# The simplest learner looks at one pixel: a logistic regression on its red, green and blue. If that were nearly as good
# as a U-Net, the data would be worthless for our question. The project's record holds both, for the same tiles and
# three seeds (with 64 × 64 pixels, as in lesson 11).

# %%
record = json.loads(Path("../results/colour.json").read_text())
colour, unet = (np.mean(record["dice"][name]) for name in ("colour", "unet"))
say(f"Dice on the positive test tiles: colour alone {colour:.2f}, U-Net {unet:.2f}.")

# %% [markdown]
# ## The network
#
# A U-Net halves the image again and again, so that a pixel comes to know its surroundings, and then enlarges it back to
# full size. On the way up, each size gets back what the way down had seen at that size: where exactly the edges are.
# That is all of it. `UNet` is a page of code; this is how it takes an image through:

# %%
say(f"```python\n{inspect.getsource(UNet.forward)}```")

# %%
net = UNet(width=8, depth=4)
logits = net(torch.rand(2, 3, 64, 64))
say(f"Two images of 3 colours in, two maps of logits out, {tuple(logits.shape)}; {parameter_count(3, 1, 8, 4):,} numbers to learn.")

# %% [markdown]
# ## One step of training
#
# Take a few tiles. Let the network predict. Compute the loss. Ask for its gradient, and let the optimiser change every
# weight a little in the direction that makes the loss smaller. Four steps, and the whole of deep learning is these four
# many times. Watch one batch of eight tiles, four times over:

# %%
batch = positive.split("train").pick(np.arange(8))
images = torch.from_numpy(batch.images).permute(0, 3, 1, 2) / 255
targets = torch.from_numpy(batch.targets[:, None]).float()
torch.manual_seed(0)
net, losses = UNet(), []
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)

# %%
for _ in range(4):
    loss = tversky_loss(net(images), targets, from_logits=True)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    losses.append(loss.item())
say("The loss of that batch: " + ", ".join(f"{loss:.3f}" for loss in losses) + ".")

# %% [markdown]
# ## Task 1: lesions only
#
# `train` does the same with all tiles, turned and flipped at random. One pass over all of them is an *epoch*; each has
# a new order. The talk's first question: train and test on positive tiles only. First batch-wise. `seen` keeps what the
# network says about the test tiles after each epoch; nothing is learned from it.

# %%
live, seen = explorers.LiveCurves("batch", runs["batch"].epochs), {"batch": [], "image": []}
device = choice.device.value
trained = {"batch": train(runs["batch"], tiles, device=device, progress=False, on_epoch=live, on_test=seen["batch"].append)}

# %% [markdown]
# Now image-wise. Everything else is the same.

# %% tags=["check"]
checked("the settings of the two runs differ in the domain alone", replace(runs["image"], domain="batch") == runs["batch"])

# %%
live = explorers.LiveCurves("image", runs["image"].epochs, {"batch": trained["batch"].curves})
trained["image"] = train(runs["image"], tiles, device=device, progress=False, on_epoch=live, on_test=seen["image"].append)

# %% [markdown]
# *Look for:* the losses of the two runs cannot be compared, for they are different functions. The validation scores
# can. The third panel takes all lesions as one large image, and the large lesions decide; in the second, every lesion
# counts the same.
#
# The scores jump more than the losses, above all at the start. They are cut at one half, and an untrained network says
# about one half everywhere: a small change of all its logits carries a whole map over the cut, or back. The loss has no
# cut, and moves smoothly.
#
# ### The five metrics
#
# On test tiles that no run has seen, the talk's five numbers, each a mean over images:
#
# - **average precision**: how well the probabilities *rank* pixels: the precision at each cut, weighted by the recall that is
#   gained there; no cut is chosen
# - **balanced accuracy**: the mean of two shares, of the foreground that is found and of the background that is left
#   alone
# - **Dice** and **Jaccard**: the indices of lesson 03, cut at 0.5
# - **HD95**: how far the border of the prediction is from that of the target, the 95th percentile, as a part of the
#   tile's diagonal; smaller is better
#
# All come with conventions for what is undefined: an empty prediction, an empty target. HD95, for instance, is 1 if one
# of the two is empty. The conventions are written down in `help(tverskylib.metrics)`, and a comparison that does not
# say its own cannot be repeated.

# %%
def scores(run):
    """Means over the positive test images, and Dice of all of them pooled."""
    found = run.evaluation.over_positive
    return {**vars(found.mean_of_images), "pooled Dice": found.pooled.dice}

pd.DataFrame({name: scores(run) for name, run in trained.items()}).round(3)

# %% [markdown] tags=["question"]
# **Question.** From one epoch to the next, average precision rises and Dice at 0.5 falls. Can that be?
#
# <details class="tversky-choice"><summary>No, both say how well the masks overlap.</summary>
#
# ✗ No. Average precision cuts nowhere: it says how well the probabilities rank the pixels.
#
# </details>
# <details class="tversky-choice"><summary>Only if the learning rate is too high</summary>
#
# ✗ No. It needs no accident. Two scores that look at different things may move apart at any rate.
#
# </details>
# <details class="tversky-choice"><summary>Yes: the ranking got better, and 0.5 is now a worse place to cut.</summary>
#
# ✓ Yes. Shift all logits of a map and its ranking stays, but the mask at 0.5 does not.
#
# </details>

# %% [markdown]
# Each run is judged as it is after its last epoch. Whoever keeps the *best* epoch chooses it on validation images, by the
# number that will be reported, in its convention: by another number it may be another epoch. (And of many epochs the best looks
# better on those images than it is.)
#
# *Question:* which one won? Before you answer: how large a difference would you expect between two runs that differ in
# nothing but their seed?
#
# <details class="tversky-answer"><summary>Answer</summary>
#
# The table has a winner in each row, and it says little. In the records of lesson 11 two runs of one loss, of two seeds, differ
# by about 0.04 in mean Dice. One pair of runs shows what *can* happen. Whether it *does*,
# lesson 11 asks, with ten seeds for the plain Dice loss at batch size 8 and three to five for every other setting.
#
# </details>
#
# ### Move the evaluation
#
# Training is over, but a judgment is still to be made: where to cut, and what a mistake costs. *Question:* is there a
# threshold at which the other network would have won?
#
# *Move this:* the line over the lesion, the threshold, and how much of the training is over.

# %%
explorers.swipe(trained, seen)

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# Yes, at 0.7 in the run that comes with the lesson. Solid curves weigh each image the same, dotted ones each pixel; where two
# of a kind cross, the winner changes. The numbers below are those of the run above, at three cuts. Networks after so few steps are not sure of themselves, so
# [a threshold of 0.9](#tversky:swipe?threshold=0.9&training=1) marks next to nothing; and
# [after the first epoch](#tversky:swipe?threshold=0.5&training=0) all probabilities are so alike that the cut decides
# between everything and nothing.
#
# </details>

# %%
def mean_dice(run, cut):
    """Over the test lesions, each by itself."""
    return dice_index(run.probabilities >= cut, run.test.targets.numpy() == 1, domain="image").mean()

pd.DataFrame({f"cut at {cut}": {name: mean_dice(run, cut) for name, run in trained.items()} for cut in (0.3, 0.5, 0.7)}).round(3)

# %% [markdown]
# ### One image, by hand
#
# A metric should never be a black box. Take the first test tile, cut at one half, and count:

# %%
run = trained["batch"]
mask, target = run.probabilities[0, 0] >= 0.5, run.test.targets[0, 0].numpy()
tp, fp, fn = (mask & target).sum(), (mask & ~target).sum(), (~mask & target).sum()
say(f"TP {tp}, FP {fp}, FN {fn}: Dice {2 * tp / (2 * tp + fp + fn):.3f}; the evaluation says {run.evaluation.per_image.dice[0]:.3f}.")

# %% [markdown]
# ## Task 2: the whole data set
#
# Most tiles hold no cancer. That is the talk's second question, and here lesson 05 makes a prediction. An image without
# foreground, judged by itself with a tiny delta, has a gradient of nearly zero: **image-wise training learns almost
# nothing from empty images**. Batch-wise, if another image of the batch has foreground, each false positive on an empty
# one makes the ratio of the batch worse, and the network learns to leave it alone.
#
# How often does a batch have some? About one tile in seven is positive, and batches are drawn at random:

# %%
whole = choice.runs("whole")
share, size = tiles.split("train").positive.mean(), whole["batch"].batch_size
say(f"{share:.0%} of the training tiles are positive: about {(1 - share) ** size:.0%} of the batches of {size} have none.")

# %% [markdown]
# Those batches teach the batch-wise loss almost nothing either. The others do:

# %%
live = explorers.LiveCurves("batch", whole["batch"].epochs)
found = {"batch": train(whole["batch"], tiles, device=choice.device.value, progress=False, on_epoch=live)}

# %%
live = explorers.LiveCurves("image", whole["image"].epochs, {"batch": found["batch"].curves})
found["image"] = train(whole["image"], tiles, device=choice.device.value, progress=False, on_epoch=live)

# %% [markdown]
# *Look for:* the last panel. A negative image is *flooded* when more than 1 % of it is called cancer. A lesion is
# *missed* when not one of its pixels is found.

# %%
flooded = {name: run.evaluation.flooded_negatives for name, run in found.items()}
missed = {name: run.evaluation.missed_positives for name, run in found.items()}
say(f"Flooded negative images: batch-wise {flooded['batch']:.0%}, image-wise {flooded['image']:.0%}. "
    f"Missed lesions: batch-wise {missed['batch']:.0%}, image-wise {missed['image']:.0%}.")

# %% [markdown]
# So who wins depends on who asks, and here is who may ask. `conventions` scores one set of predictions in every way in
# use: a mean over images, over batches of eight, or all images pooled; and several ways with an image that has no
# foreground. Below, Dice of both networks.

# %%
def all_conventions(run):
    """Every convention for the test tiles of a run."""
    return conventions(run.probabilities, run.test.targets.numpy(), batch_size=8)

tables = {name: all_conventions(run) for name, run in found.items()}
pd.DataFrame({name: table["dice"] for name, table in tables.items()}).round(3)

# %% [markdown]
# *Look for:* the first row does not see the flooded images at all, the last one is ruled by them. In between, much
# hangs on what an empty mask is worth. (Differences in the second digit are of this one pair of runs.) A paper that prints one of
# these numbers may have chosen its winner without knowing.
#
# ### See it
#
# Eight test tiles without cancer, with what each network marks on them, batch-wise in the upper row and image-wise in
# the lower:

# %%
negative = np.flatnonzero(~found["batch"].test.targets.numpy().any(axis=(1, 2, 3)))[:8]
pictures = found["image"].test.images[negative].permute(0, 2, 3, 1).numpy()
marks = {name: run.probabilities[negative, 0] >= 0.5 for name, run in found.items()}
figures.contact_sheet(np.concatenate([pictures] * 2), np.concatenate([marks["batch"], marks["image"]]),
    "Eight test tiles without cancer, twice. Above, with the border of what the batch-wise network marks as cancer; "
    "below, with what the image-wise network marks: " + ", ".join(f"{name}-wise {mask.mean():.0%} of the pixels"
    for name, mask in marks.items()) + ".")

# %% [markdown]
# ## Why empty images teach nothing, although Adam rescales
#
# One objection is natural. Adam divides each gradient by the root of its mean square, so that tiny gradients make steps as
# long as others. Should it not raise the tiny gradient of the empty images, too?
#
# It would, if it saw them alone. But it sees the *sum* over the batch. Take some more steps with the image-wise network and
# look: the norm of the part of the gradient that comes from images with foreground, the same of images without, and how
# far Adam moved the weights. Medians over the steps, for batches by how many of their images have foreground:

# %%
watched = {name: watch_steps(run.model, whole[name], tiles, 50) for name, run in found.items()}

def by_kind(steps):
    """Medians over the steps, without the first ten, in which Adam's averages form."""
    kind = np.where(steps["positive"] > 0, "some with foreground", "none with foreground")
    return steps.iloc[10:].groupby(kind[10:])[["of_positive", "of_empty", "moved", "cosine"]].median()

pd.concat({f"{name}-wise": by_kind(steps) for name, steps in watched.items()}).map("{:.2g}".format)

# %% [markdown]
# *Look for*, image-wise: beside images with foreground, the part of the empty ones is smaller by many powers of ten. It is
# lost in the sum before Adam sees it. And a batch of empty images alone? Its gradient is next to nothing, and yet the weights
# go on moving, by more than half of another step. It is not the empty images that move them: Adam's *momentum*, its average over the
# past gradients, goes on in the old direction. An empty batch repeats what the others said.
#
# Batch-wise the empties beside a lesion have a gradient to be reckoned with, for their false positives stand in the
# lesion's denominator. Batches without any lesion teach as little as image-wise.

# %% tags=["check"]
steps = watched["image"].iloc[10:]
mixed, empty = steps[steps["positive"] > 0], steps[steps["positive"] == 0]
share = (mixed["of_empty"] / mixed["of_positive"]).median()
moved = empty["moved"].mean() / mixed["moved"].mean() if len(empty) else np.nan
checked(f"image-wise, the empties have {share:.0e} of the gradient of the others; a step on an all-empty batch is {moved:.0%} as long "
        f"as another ({len(empty)} of {len(steps)} steps)", share < 1e-2 or not choice.learns)

# %% [markdown] tags=["question"]
# **Question.** Image-wise, with a tiny delta, a batch of eight holds empty images only. What moves the weights in that
# step?
#
# <details class="tversky-choice"><summary>What earlier batches left in Adam's momentum.</summary>
#
# ✓ Yes. The step goes on in the direction of the batches before, as the table above shows.
#
# </details>
# <details class="tversky-choice"><summary>Nothing: the gradient is next to 0.</summary>
#
# ✗ No. The gradient is. But a step of Adam is made of averages over past gradients.
#
# </details>
# <details class="tversky-choice"><summary>The empty images, as Adam scales their gradient up.</summary>
#
# ✗ No. It divides by an average over many steps, which the other batches fill. What is tiny beside them stays tiny.
#
# </details>

# %% [markdown]
# One way is left in which empty images act. **Batch normalisation** takes mean and variance of the whole batch, so an empty
# image changes what the network sees of the others. The column `cosine` compares two gradients: that of the batch, and
# that of the same batch without its empty images: 1 would mean that they change no direction. Image-wise, where the
# empties' own part is nothing, all that is missing from 1 is normalisation, and that is most of it. So by their labels they teach
# nothing, and yet they are no bystanders; with group or instance normalisation, as in nnU-Net, they would be.
#
# ### Validation and test differ
#
# A run's validation scores and its test scores can lie far apart. Both are honest. They come from other slides, few of them,
# and slides differ:

# %%
test = tiles.split("test")
of_slide = pd.Series(trained["batch"].evaluation.per_image.dice).groupby(test.pick(test.positive).groups).mean()
validated = tiles.split("validation")
others = len({*validated.pick(validated.positive).groups})  # its slides with lesions
error = of_slide.std() * np.sqrt(1 / others + 1 / len(of_slide))
say(f"Mean Dice of the {len(of_slide)} test slides with lesions: {of_slide.min():.2f} to {of_slide.max():.2f}. For a difference from a mean over {others} "
    f"others, a standard error of {error:.2f} is expected; seen: {trained['batch'].curves.dice[-1]:.2f} on validation tiles, "
    f"{trained['batch'].evaluation.over_positive.mean_of_images.dice:.2f} on test tiles.")

# %% [markdown]
# So compare two losses on the same tiles, and never read a difference between tiles as one between losses.
#
# ## Your images, your machine
#
# The data can be a folder of your own: `images/` and `masks/` with matching names, and `groups.csv` to say which images
# belong to one patient. [Bring your own images](BRING_YOUR_OWN_IMAGES.md) has the details and names public data sets.
#
# ```python
# from tverskylib.tiles import folder_tiles
# from tverskylib.training import RunSettings, train
#
# tiles = folder_tiles("my_folder", size=128, foreground="nonzero")
# run = train(RunSettings(task="whole", domain="batch", epochs=20), tiles)
# run.evaluation.over_positive.mean_of_images.dice
# ```
#
# On a graphics card the code stays the same: `train` finds it. What changes: the network computes in bfloat16 where the card
# can, the loss always in single precision, so the last digits differ, and over many steps so do the runs; small networks
# leave the card idle between launches, so the profile "gpu" has larger tiles and a wider network. Several cards share a batch if these lines stand in a script that is started with `torchrun
# --nproc-per-node 4 my_script.py`. The batch-wise loss is still that of the whole batch, because the cards add up their
# *counts*, not their ratios.
#
# *Question:* why can a batch-wise loss not be accumulated over small batches in one pass, as other losses can? Try it: the answer
# is an error message.

# %%
try:
    train(replace(runs["batch"], epochs=1), tiles, micro_batches=2, progress=False)
except ValueError as error:
    print(error)

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# The loss of the batch is one ratio of sums. The gradients of the small batches are those of other ratios (lesson 05).
#
# </details>
#
# ## Exercises
#
# The runs in exercises 4 and 5 take as long as those above.

# %% [markdown] tags=["exercise"]
# exercise 1

# %% [markdown] tags=["exercise"]
# exercise 2

# %% [markdown] tags=["exercise"]
# exercise 3

# %% [markdown] tags=["exercise"]
# **Exercise 4.** Train batch-wise on the positive tiles with alpha = 0.2 and beta = 0.8. Before you do: will precision
# or recall rise? Compare the pooled counts with those of a run with alpha = beta = 0.5.

# %% tags=["solution"]
choice = explorers.RunChoice()
base = choice.runs("positive")["batch"]
cells = {}
for alpha in (0.5, 0.2):
    judged = train(replace(base, alpha=alpha, beta=1 - alpha), progress=False).evaluation.per_image
    tp, fp, fn = (sum(c) for c in (judged.true_positives, judged.false_positives, judged.false_negatives))
    cells[alpha] = {"precision": tp / max(tp + fp, 1), "recall": tp / (tp + fn)}
print(cells)
assert cells[0.2]["recall"] > cells[0.5]["recall"] - 0.02 or not choice.learns

# %% [markdown] tags=["exercise"]
# **Exercise 5.** Image-wise training floods empty images because they teach it nothing. By lesson 05, a delta of the
# size of the image changes that. Train image-wise on the whole data set with delta equal to one tenth of the pixels of
# a tile. What happens to the empty images, and what is the price?

# %% tags=["solution"]
base = choice.runs("whole")["image"]
pixels = base.tiles.size**2
judged = train(replace(base, delta=pixels / 10), progress=False).evaluation
print(f"flooded {judged.flooded_negatives:.0%}, but missed lesions {judged.missed_positives:.0%}")
assert judged.flooded_negatives < 0.5 or not choice.learns

# %% [markdown]
# ## What we saw
#
# - The same network, tiles, weights and order, and another domain of the loss: other mistakes.
# - On lesions alone the two are close, and one pair of runs cannot tell them apart.
# - On a data set that is mostly empty, image-wise training with a tiny delta floods empty images. Batch-wise training
#   learns from them; what it pays for that, in missed lesions, takes the ten seeds of lesson 11 to see.
# - Empty images are lost in the sum over the batch before Adam sees it; all-empty batches move the weights by momentum.
# - Which is "better" depends on the metric and on its convention, and that is a decision, not a result.
#
# ## What is next
#
# [Lesson 11](11_what_the_experiment_says.ipynb) asks what of this is true beyond one seed, and what of the talk's table
# can be reproduced.
#
# ## References
#
# - O. Ronneberger, P. Fischer, T. Brox. *U-Net: Convolutional networks for biomedical image segmentation.* MICCAI 2015.
# - D. P. Kingma, J. Ba. *Adam: A method for stochastic optimization.* ICLR 2015.
# - L. Maier-Hein, A. Reinke et al. *Metrics reloaded: recommendations for image analysis validation.* Nature Methods
#   2024.
