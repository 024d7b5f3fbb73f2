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
# shown as a picture that you can move, and, where it is a statement, checked by a computation that would fail if it were
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
# - a running kernel (the Python behind these pages), if you want to run the cells yourself

# %% [markdown]
# ## Is everything in place?
#
# The next cell compares what is installed with what the lessons need, and says in words what is missing. Run it with
# Shift + Enter. If you read these pages without a kernel, go on: every cell has kept its output.

# %% tags=["setup"]
import numpy as np

from tverskylib import check_environment, checked, explorers, say, tversky_from_counts

# %%
check_environment()

# %% [markdown]
# ## Two discs and three counts
#
# Think of the blue, dotted disc as the truth (the **target**), and of the orange, striped disc as what a network found
# (the **prediction**). Where they overlap, in plain green, the network is right.
#
# - **TP**, true positives: pixels in both
# - **FP**, false positives: pixels only in the prediction
# - **FN**, false negatives: pixels only in the target
#
# The number with the picture is the **Dice index**: the overlap, compared with the overlap plus *half* of each kind of
# mistake,
#
# $$\text{Dice} = \frac{TP}{TP + \tfrac12 FP + \tfrac12 FN}.$$
#
# *Question:* shift the disc until Dice is about one half. Has the network then found half of the target's pixels? And is
# that still so if the discs have different sizes? Guess before you move.
#
# *Move this:* drag the striped disc. Or use the slider *shift*: click its handle, or reach it with the Tab key, and press
# the arrow keys. *Look for:* FP and FN, which grow together, in the fraction too. Then put the [shift back to
# 0](#tversky:overlap?shift=0) and drag the rim of the disc: now only one of the two grows at a time.

# %%
explorers.overlap()

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# With discs of equal size, yes: FP equals FN, so that Dice is TP / (TP + FN), just the share of the target that is
# found. With different sizes, no. A [disc of radius 36](#tversky:overlap?shift=0&radius=36) around the target finds all of
# it, and Dice is only 0.62, because the false positives count too.
#
# </details>
#
# If no kernel is running and the picture does not move, you see some of its positions side by side. Every lesson has
# questions like this one. The answer is folded away below, after the picture or the cell that goes with it; click on the
# word to open it.
#
# ## The same in a few lines
#
# Here are the two discs again, as grids of pixels that are in the disc or not.

# %% tags=["setup"]
row, column = np.mgrid[-47.5:48, -83.5:84]  # the centres of 96 by 168 pixels
target = row**2 + column**2 <= 24**2


def counts(shift, radius=24):
    prediction = row**2 + (column - shift) ** 2 <= radius**2
    return (prediction & target).sum(), (prediction & ~target).sum(), (~prediction & target).sum()


# %%
tp, fp, fn = counts(shift=12)
dice = tversky_from_counts(tp, fp, fn)
say(f"At a shift of 12 pixels: TP = {tp:,}, FP = {fp:,}, FN = {fn:,}, and Dice is **{dice:.2f}**.")

# %% [markdown] tags=["question"]
# **Question.** A prediction covers all of the target, and as many pixels again outside it. What is its Dice index?
#
# <details class="tversky-choice"><summary>1/2</summary>
#
# ✗ No. That is the share of the marked pixels that are right, TP / (TP + FP). Dice counts a false positive only by
# half.
#
# </details>
# <details class="tversky-choice"><summary>2/3</summary>
#
# ✓ Yes. With TP = FP and FN = 0 it is TP / (TP + TP/2).
#
# </details>
# <details class="tversky-choice"><summary>1</summary>
#
# ✗ No. That all of the target is found says nothing of what else was marked. FP stands in the fraction too.
#
# </details>

# %% [markdown]
# Wherever a claim can be computed, a line that begins with "checked" stands beside it. The cell above that line is
# folded: open it to see what was compared. It stops the lesson if the claim is false.

# %% tags=["check"]
tp, fp, fn = counts(shift=19)
half, share = tversky_from_counts(tp, fp, fn), tp / (tp + fn)
checked(f"at a shift of 19 pixels Dice is {half:.2f}, and {share:.0%} of the target is found", fp == fn, half == share)

# %% tags=["check"]
tp, fp, fn = counts(shift=0, radius=36)
large = tversky_from_counts(tp, fp, fn)
checked(f"with radius 36 all of the target is found, and Dice is {large:.2f}", fn == 0, large < 0.7)

# %% [markdown] tags=["question"]
# **Question.** Both masks are put into a larger image, and the new pixels are background in both. What becomes of Dice?
#
# <details class="tversky-choice"><summary>It stays.</summary>
#
# ✓ Yes. TP, FP and FN are the same as before, and Dice is made of nothing else.
#
# </details>
# <details class="tversky-choice"><summary>It rises, as more pixels are right.</summary>
#
# ✗ No. That is what the share of right pixels would do. Pixels that both call background are none of the three counts.
#
# </details>
# <details class="tversky-choice"><summary>It falls, as the overlap is a smaller part of the image.</summary>
#
# ✗ No. The size of the image stands nowhere in the formula. The overlap is compared with the masks only.
#
# </details>

# %% [markdown] tags=["exercise"]
# exercise 1

# %% [markdown] tags=["exercise"]
# exercise 2

# %% [markdown] tags=["exercise"]
# exercise 3

# %% [markdown]
# How *much* false positives and false negatives should count is what the two weights of the Tversky index, alpha and
# beta, decide. That is lesson 03.
#
# ## The lessons
#
# <!-- lessons -->
# <!-- /lessons -->
#
# Each lesson stands on the ones before it, and two examples go with you: a real image of stained glands, and four
# pixels on which everything can be counted by hand. In a hurry? [Which loss, for my data?](CHOOSE.md) is one screen, from
# your data to a choice, with what speaks for it and how sure that is.
#
# ## How to read without running
#
# The notebooks are stored with their outputs, so GitHub and any notebook viewer show text, formulas, numbers and
# pictures. Every picture has a description in words for those who cannot see it, and no picture says anything by
# colour alone: true positives are plain green, false positives striped orange, false negatives dotted blue.
#
# ## Notation
#
# Letters that come back mean the same in all lessons, unless a lesson says otherwise on the spot. A number such as (6.1)
# names an equation: the first of lesson 06.
#
# | symbol | in code | meaning |
# | --- | --- | --- |
# | $x$ | `image` | the image that goes in, values in $[0, 1]$ |
# | $y$ | `target` | the mask that should come out, values 0 and 1; $y_i$ at pixel $i$ |
# | $\hat y$ | `prediction`, `probability` | what the network says, values in $[0, 1]$ |
# | $z$ | `logits` | a network's raw output, any number |
# | $q$ | `chance` | the true chance that a pixel is foreground |
# | $t$ | `target` | a target between 0 and 1: a smoothed label, a vote, a chance |
# | $B, C, H, W$ | shape | images in a batch, channels (classes), height, width; $H(\cdot)$ with brackets is an entropy |
# | $i, k, c, j$ | | number a pixel, an image, a class; $j$ is any of them under a sum |
# | $K$ | | number of images in a batch, where each has an index of its own |
# | $M$ | | number of entries of a mask |
# | $P, Q$ | | number of foreground and of background entries, $P + Q = M$ |
# | $p$ | `fraction` | foreground fraction, $P / M$ |
# | $\alpha$ | `alpha` | weight of false positives |
# | $\beta$ | `beta` | weight of false negatives |
# | $\delta$ | `delta` | smoothing term, in pixels |
# | $s$ | | smoothing term of the other form of Dice, $s = 2\delta$ |
# | $T = N / D$ | `index` | the Tversky index, its numerator and its denominator |
# | $F_k$ | | the F-measure: recall has $k^2$ times the weight of precision (only here is $k$ no image) |
# | $L$ | `loss` | a loss; the Tversky loss is $1 - T$ |
# | $S$ | | sum of a prediction |
# | $\tau$ | `threshold` | the threshold that is best for an index |
# | $\varepsilon$ | `epsilon` | strength of label smoothing |
# | $a, b$ | | the two values of a smoothed mask, on foreground and on background |
# | $w$ | `weight` | weight of a penalty, or of another loss, that is added to a loss |
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
#   convolutional deep networks. *Machine Learning in Medical Imaging (MLMI 2017)*, LNCS 10541, pp. 379–387. (The loss.)
