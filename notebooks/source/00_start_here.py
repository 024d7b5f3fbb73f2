# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Start here
#
# Does everything work, what do three counts say about two masks, and where do I go from here?
#
# A pathologist draws the outline of a tumour. A network draws another. How well do the two agree, said in *one* number?
# And can a network learn from that number? The **Tversky index** answers the first question, the **Tversky loss** the
# second. Dice and Jaccard (IoU) are two special cases of the index.
#
# These lessons take the subject apart: each idea is first said in words, then written as one or two lines of code, then
# shown as a picture that you can move, and, where it is a statement, proved by a computation that would fail if it were
# false.
#
# ## What you will learn
#
# - how these lessons work, with a kernel and without one
# - whether your set-up is complete
# - what three counts, TP, FP and FN, say about two masks
# - which lesson answers your question
#
# ## What you need
#
# - curiosity; no Python is needed to read
# - a running kernel (the Python behind these pages), if you want to move the sliders

# %% [markdown]
# ## Is everything in place?
#
# The next cell compares what is installed with what the lessons need, and says in words what is missing. Run it with
# Shift + Enter. If you read these pages without a kernel, go on: every cell has kept its output.

# %%
from tverskylib import check_environment, explorers, say, tversky_from_counts

check_environment()

# %% [markdown]
# ## The first slider
#
# Think of the blue, dotted disc as the truth (the **target**), and of the orange, striped disc as what a network found
# (the **prediction**). Where they overlap, in plain green, the network is right.
#
# - **TP**, true positives: pixels in both
# - **FP**, false positives: pixels only in the prediction
# - **FN**, false negatives: pixels only in the target
#
# *Move this:* the shift. Click the slider's handle, or reach it with the Tab key, and press the arrow keys. *Look for:*
# the three bars. FP and FN grow together, because the two discs have the same size. Then put the shift back to 0 and
# move the radius: now only one of the two grows at a time.

# %%
explorers.overlap()

# %% [markdown]
# If no kernel is running, you see four positions of the sliders instead of the sliders themselves. That is so in all
# lessons: the pictures are drawn by the same code, at values that tell the story.
#
# ## The same in one line
#
# The number above the discs is the **Dice index**: the overlap, compared with the overlap plus *half* of each kind of
# mistake,
#
# $$\text{Dice} = \frac{TP}{TP + \tfrac12 FP + \tfrac12 FN}.$$
#
# At a shift of 12 pixels the picture counts 1,232 pixels of overlap and 572 pixels of each mistake.

# %%
dice = tversky_from_counts(tp=1232, fp=572, fn=572)
say(f"The Dice index of these counts is **{dice:.2f}**.")

# %% [markdown]
# The picture and the line must agree, so we ask. An `assert` is silent when it holds and stops the lesson when it does
# not. Wherever a claim can be computed, an `assert` or a printed number stands beside it; `say` prints a sentence.

# %%
explorer = explorers.overlap()
explorer.set(shift=12)
assert explorer.drawing.counts == [1232, 572, 572]
assert explorer.drawing.dice == dice

# %% [markdown]
# *Question:* shift the disc until Dice is about one half. Has the network found half of the target's pixels then? Try
# it before you read on.

# %%
explorer.set(shift=19)
tp, fp, fn = explorer.drawing.counts
assert fp == fn and explorer.drawing.dice == tp / (tp + fn)
say(f"At a shift of 19 pixels Dice is {explorer.drawing.dice:.2f}, and {tp / (tp + fn):.0%} of the target is found.")

# %% [markdown]
# Yes, here it has. With discs of equal size FP equals FN, and then Dice is just the share of the target that is found.
# With unequal sizes that is no longer so: put the shift to 0 and the radius to 36, and everything is found, but Dice is
# far from 1.

# %%
explorer.set(shift=0, radius=36)
tp, fp, fn = explorer.drawing.counts
assert fn == 0 and explorer.drawing.dice < 0.7
say(f"All of the target is found, and Dice is only {explorer.drawing.dice:.2f}: the false positives count too.")

# %% [markdown]
# How *much* false positives and false negatives should count is what the two weights of the Tversky index, alpha and
# beta, decide. That is lesson 03.
#
# ## The lessons
#
# <!-- lessons -->
# <!-- /lessons -->
#
# Each lesson stands on the ones before it. In a hurry? The table "Which one, then?" near the end of [lesson
# 04](04_tversky_loss.ipynb) answers the usual questions of practitioners.
#
# ## How to read without running
#
# The notebooks are stored with their outputs, so GitHub and any notebook viewer show text, formulas, numbers and
# pictures. Every picture has a description in words for those who can not see it, and no picture says anything by
# colour alone: true positives are plain, false positives striped, false negatives dotted. Wherever these counts are
# shown they are plain green, striped orange and dotted blue.
#
# ## Notation
#
# | symbol | in code | meaning |
# | --- | --- | --- |
# | $x$ | `image` | the image that goes in, values in $[0, 1]$ |
# | $y$ | `target` | the mask that should come out, values 0 and 1 |
# | $\hat y$ | `prediction`, `probability` | what the network says, values in $[0, 1]$ |
# | $B, C, H, W$ | shape | images in a batch, channels (classes), height, width |
# | $M$ | | number of entries of a mask |
# | $P, Q$ | | number of foreground and of background entries, $P + Q = M$ |
# | $p$ | `fraction` | foreground fraction, $P / M$ |
# | $\alpha$ | `alpha` | weight of false positives |
# | $\beta$ | `beta` | weight of false negatives |
# | $\delta$ | `delta` | smoothing term, in pixels |
# | $T$ | `index` | the Tversky index |
#
# ## What we saw
#
# - Two masks are compared by three counts: TP, FP and FN. What both call background is not among them.
# - Dice weighs both mistakes by one half.
# - What can be computed is computed, in the cell beside the claim.
#
# ## What is next
#
# [Lesson 01](01_segmentation_basics.ipynb) says what an image, a mask and a prediction are, exactly, and shows why
# accuracy is the wrong number to ask for.
#
# ## References
#
# - G. Hidy, supervisor A. Lukács: *The Tversky loss function and its modifications for medical image segmentation*,
#   talk, Eötvös Loránd University, 19 May 2022. These lessons follow it and go beyond it.
# - S. S. M. Salehi, D. Erdogmus, A. Gholipour: Tversky loss function for image segmentation using 3D fully
#   convolutional deep networks. *Machine Learning in Medical Imaging*, 2017, pp. 379–387.
