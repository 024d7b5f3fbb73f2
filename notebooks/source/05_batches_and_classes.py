# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Batches, empty masks and several classes
#
# Image-wise or batch-wise, which smoothing term, and what about empty masks and absent classes?
#
# [Lesson 04](04_tversky_loss.ipynb) had one image, one class and some foreground. Real batches have many images, some
# of them without any foreground, and often several classes. Then one has to say over *what* a ratio is taken, and
# libraries choose differently. The choices look like details. They decide what a network learns.
#
# ## What you will learn
#
# - what delta does on an image without foreground
# - what changes between image-wise and batch-wise, and when batch-wise lies between the images
# - why gradient accumulation and several GPUs change a batch-wise loss
# - what one ratio over all channels of a softmax measures
# - how the conventions for several and for absent classes differ, in one table
#
# ## What you need
#
# - [lesson 04](04_tversky_loss.ipynb): soft counts, the loss, its gradient

# %% tags=["setup"]
import numpy as np
import torch

from tverskylib import checked, dice_index, explorers, one_hot, say, soft_counts, theory
from tverskylib import tversky_from_counts, tversky_index, tversky_loss

# %% [markdown]
# ## Empty masks: what delta really does
#
# Let an image have no foreground, as 2,440 of the talk's 2,800. Then TP = FN = 0, and FP is $S$, the sum of the
# prediction. Each pixel's derivative of the loss is
#
# $$\frac{\partial L}{\partial \hat y_i} = \frac{\alpha\,\delta}{(\alpha S + \delta)^2}. \tag{5.1}$$
#
# *Question:* an untrained network predicts 0.5 everywhere. On an empty image of 64 × 64 pixels, with Dice and
# $\delta = 10^{-5}$, how large is that derivative: about $10^{-2}$, $10^{-5}$ or $10^{-12}$?
#
# *Move this:* delta, over ten powers of ten; or drag the cliff. *Look for:* read the curve of the loss from right to left, as
# training goes: a **plateau** near 1, then a **cliff** down to 0. Where does delta put the cliff? And which delta pulls
# this network hardest? Mark a guess.

# %%
explorers.empty_mask()

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# About $5 \cdot 10^{-12}$. The cliff is where $S$ is about $\delta / \alpha$; there the loss is one half. An untrained
# network has $S = 2048$ and stands far out on the plateau, where it can feel next to nothing. A large delta brings the
# cliff to it: [delta 1024](#tversky:empty_mask?delta=1024&predicted=2048), which is $\alpha S$, pulls hardest.
#
# </details>

# %%
def pull_of_empty(delta, S=2048, alpha=0.5):
    return -theory.pixel_gradients(0, S, 0, alpha, alpha, delta)[1]


for delta in (1e-5, 1, 100, 1024, 10000):
    print(f"delta = {delta:7g}    derivative of the loss at a pixel = {pull_of_empty(delta):.1e}")

# %% [markdown]
# At a given $S$ the pull is strongest for $\delta = \alpha S$, and then it is $1/(4S)$. With $\delta = 0$ it is exactly
# 0: an empty image then teaches nothing at all.

# %% tags=["check"]
strongest = pull_of_empty(0.5 * 2048)
others = np.array([pull_of_empty(delta) for delta in (0, 1e-5, 1, 1000, 1050, 1e6)])
checked(f"{strongest:.2e} = 1/(4S) is the strongest", np.isclose(strongest, 1 / 8192), others < strongest)

# %% [markdown] tags=["question"]
# **Question.** The network has learnt: on an empty image its predictions now add up to 10 pixels. Which delta pulls it
# hardest, for Dice?
#
# <details class="tversky-choice"><summary>1024, as before</summary>
#
# ✗ No. That was right for a sum of 2048. As the sum shrinks, so does the best delta.
#
# </details>
# <details class="tversky-choice"><summary>As small as possible</summary>
#
# ✗ No. With delta near 0 the cliff is far to the left, and the network stands on the plateau.
#
# </details>
# <details class="tversky-choice"><summary>5</summary>
#
# ✓ Yes. alpha S = 5: the cliff then lies where the network stands.
#
# </details>

# %% tags=["proof"]
theory.empty_mask()

# %% [markdown]
# Nor does a batch help, as long as each image has a ratio of its own. Let an empty image stand beside one with a lesion,
# both predicted 0.5. This is the length of the empty image's gradient, compared with the other's:

# %%
pair = torch.zeros(2, 1, 64, 64, dtype=torch.float64)
pair[0, :, 16:48, 16:48] = 1
for delta in (1e-5, 1, 100):
    halves = torch.full_like(pair, 0.5).requires_grad_()
    (slopes,) = torch.autograd.grad(tversky_loss(halves, pair, delta=delta, domain="image"), halves)
    print(f"image-wise, delta = {delta:5g}: the empty image pulls {slopes[1].norm() / slopes[0].norm():.1e} times as hard")

# %% [markdown]
# Optimisers such as Adam scale gradients up, but they scale the *sum* over the batch, in which the empty image's part is
# lost; and among other batches, one of nothing but empty images moves the weights by momentum only (and by weight decay, where
# there is one). So with a tiny delta an image-wise loss lets a network flood every empty image with false positives, at no cost that it could feel. [Lesson
# 11](11_what_the_experiment_says.ipynb) shows networks that did.
#
# So delta is more than a guard against division by zero. (Below only, as some libraries have it, it is no more than that:
# the right empty answer then costs 1, lesson 12.) It **decides what images without foreground teach**: almost
# nothing while it is tiny against $\alpha S$, and most when it is near it; and $S$ shrinks as the network learns. It has a price: on
# images *with* foreground, a large delta flattens the loss. And it counts *pixels*: at twice the resolution an image has
# four times as many, and the same delta is worth a quarter. So say it as a share of the image.

# %%
four_pixels = (0.9, 0.8, 0.1)  # TP, FP and FN of the four pixels of lesson 04
plain, flat = (1 - tversky_from_counts(*four_pixels, delta=delta) for delta in (0, 5))
say(f"The four pixels have loss {plain:.3f} without delta, and {flat:.3f} with delta = 5.")

# %% [markdown] tags=["exercise"]
# exercise 1

# %% [markdown]
# ## Image-wise or batch-wise
#
# A batch of $K$ images can be scored in two ways.
#
# - **image-wise**: one index an image, then the mean, $\frac1K \sum_k T_k$
# - **batch-wise**: add the counts of all images up, then take one index
#
# (With one image in the batch they are the same.) Here are three images, a large lesion that was found well, a small one
# that was found badly, and a false alarm on an empty image:

# %% tags=["setup"]
images = np.array([[900, 100, 100], [20, 40, 40], [0, 60, 0]])  # TP, FP, FN

# %%
T_k = tversky_from_counts(*images.T)
pooled = tversky_from_counts(*images.sum(axis=0))
say(f"Dice {', '.join(f'{T:.3f}' for T in T_k)}: image-wise {T_k.mean():.3f}, batch-wise {pooled:.3f}.")

# %% [markdown]
# *Question:* the small lesion's 40 false negatives are found at last. Which of the two numbers moves more?
#
# *Move this:* the counts; drag a bar, or choose it with the Tab key and use the arrows. *Look for:* the weights beside
# the bars. Then press "equal lesions", "false alarm on an empty image" and "counterexample".

# %%
explorers.composer()

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# Image-wise: it rises by more than a tenth, batch-wise by a fiftieth. Image-wise is the plain mean of the three.
# Batch-wise follows the images with the larger weight, and the small lesion has little. With "equal
# lesions" both agree, as the three have the same weight. The counterexample comes further down: each image 0.667, their batch
# 0.500. And image-wise the empty image is 0 from its first false positive on, however many follow; batch-wise each of
# them counts.
#
# </details>

# %% tags=["check"]
found = images + [[0, 0, 0], [40, 0, -40], [0, 0, 0]]
gains = tversky_from_counts(*found.T).mean() - T_k.mean(), tversky_from_counts(*found.sum(axis=0)) - pooled
checked(f"image-wise rises by {gains[0]:.3f}, batch-wise by {gains[1]:.3f}", gains[0] > 5 * gains[1] > 0)

# %% [markdown]
# ### A weighted mean
#
# Write $T_k = N_k / D_k$, so that $N_k = D_k T_k$. With $\delta = 0$ and all $D_k > 0$ the batch has
#
# $$T = \frac{\sum_k N_k}{\sum_k D_k} = \sum_k \frac{D_k}{\sum_j D_j}\, T_k, \tag{5.2}$$
#
# a mean in which an image weighs as much as its denominator: TP counts fully there, mistakes with alpha and beta. So
# large lesions and many false alarms count most. With a smoothing term the same holds if it is shared out, $\delta / K$
# for each image. A weighted mean lies between the smallest and the largest value; so **batch-wise lies between the
# images, if each is given $\delta / K$.**

# %% tags=["check"]
checked(f"batch-wise {pooled:.3f} lies between {T_k.min():.3f} and {T_k.max():.3f}", T_k.min() < pooled < T_k.max())

# %% [markdown] tags=["question"]
# **Question.** Two images have the Dice 0.9 and 0.5, with denominators 900 and 100. What is the batch-wise Dice, with
# delta = 0?
#
# <details class="tversky-choice"><summary>0.70</summary>
#
# ✗ No. That is the plain mean: image-wise.
#
# </details>
# <details class="tversky-choice"><summary>0.86</summary>
#
# ✓ Yes. The weights are 0.9 and 0.1: 0.81 + 0.05.
#
# </details>
# <details class="tversky-choice"><summary>0.54</summary>
#
# ✗ No. The weights are swapped. The image with the larger denominator has the larger one.
#
# </details>

# %% [markdown]
# With the *full* delta in each image, as libraries commonly do it, that need not be so. Two images with one false
# positive each, and $\delta = 1$:

# %% tags=["check"]
each, both = tversky_from_counts(0, 1, 0, delta=1), tversky_from_counts(0, 2, 0, delta=1)
checked(f"each image {each:.3f}, their batch {both:.3f}: outside", both < each)

# %% tags=["proof"]
theory.batch_mean()

# %% [markdown]
# A mean of ratios has another shape than a ratio. Two images have one foreground pixel each, found, and one background
# pixel each. Mark the background pixel of the one image, or that of the other, or half of both:

# %% tags=["check"]
ends, middle = (1 - np.mean([tversky_from_counts(1, fp, 0) for fp in pair]) for pair in ((1, 0), (0.5, 0.5)))
checked(f"image-wise the loss is {ends:.3f} at both ends and {middle:.3f} halfway: not quasi-convex", middle > ends)

# %% [markdown] tags=["exercise"]
# exercise 2

# %% [markdown]
# ### Who teaches the network?
#
# As a value, batch-wise is a weighted mean; its *gradient* is not the weighted mean of the images' gradients. For a
# pixel of image $k$ it is $(\partial N_k - T\,\partial D_k) / \sum_j D_j$, with the pooled $T$ of *all* images. So how
# hard an image pulls depends on how good the others are.
#
# *Question:* one image has a large lesion, one a small one; both are predicted 0.5, and all background 0.1. Image-wise,
# whose pixels are pulled harder? And batch-wise?

# %% tags=["setup"]
lesions = torch.zeros(2, 1, 64, 64)
lesions[0, :, 8:56, 8:56], lesions[1, :, 30:34, 30:34] = 1, 1
guess = (0.1 + 0.4 * lesions).requires_grad_()

# %%
def pull_on_lesions(domain, guess=guess):
    (slopes,) = torch.autograd.grad(tversky_loss(guess, lesions, domain=domain), guess)
    return [abs(slopes[k][lesions[k] == 1].mean().item()) for k in (0, 1)]


for domain in ("image", "batch"):
    large, small = pull_on_lesions(domain)
    print(f"{domain}-wise a pixel of the small lesion is pulled {small / large:.1f} times as hard as one of the large")

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# Image-wise, those of the small lesion, twelve times as hard: each image has its own two numbers. (Over a background of 0 it
# would be 144 times, the ratio of the areas.) Batch-wise all foreground pixels of the batch have the same derivative,
# wherever they lie: that of (4.3), with the counts of the whole batch. (Image-wise the small lesion as a whole still
# pulls less here; what is equal is the weight of the two losses, one half each.)
#
# </details>

# %% tags=["check"]
large, small = pull_on_lesions("image", (0.5 * lesions).requires_grad_())
checked(f"over a background of 0 it is {small / large:.0f} times, the ratio of the areas", np.isclose(small / large, 48**2 / 4**2, rtol=1e-4))

# %% [markdown]
# ### Gradient accumulation, and several GPUs
#
# When a batch does not fit into memory, one adds up the gradients of smaller batches, each divided by their number. The
# loss is a mean over images as before, if all parts have the same number of images. (Batch normalisation still sees the
# small parts.)
#
# *Question:* and a batch-wise loss? The two images above now come one by one.

# %%
def gradient(domain, parts):
    losses = [tversky_loss(guess[part], lesions[part], domain=domain) for part in parts]
    return torch.autograd.grad(sum(losses) / len(losses), guess)[0]


at_once, one_by_one = [slice(0, 2)], [slice(0, 1), slice(1, 2)]
change = (gradient("batch", one_by_one) / gradient("batch", at_once))[1, 0, 32, 32]
say(f"Batch-wise, a pixel of the small lesion gets {change:.1f} times its gradient when the images come one by one.")

# %% tags=["check"]
same = torch.isclose(gradient("image", at_once), gradient("image", one_by_one))
checked("image-wise, accumulation changes nothing; batch-wise it does", same, change > 2)

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# It changes, because a mean of ratios is no ratio of sums: alone, the small lesion has a denominator of its own.
#
# </details>
#
# So accumulate image-wise, or take a larger batch. The same happens when several GPUs each compute the loss of their
# share: batch-wise then silently becomes "device-wise". There the cure is to add up the *sums* before the division; the
# argument `group=` does that for PyTorch's process groups. The batch-wise Dice loss has its name from Kodym et al. (2018).
# nnU-Net (Isensee et al. 2021) plans it for 2D networks and for some 3D ones, and its code adds up the sums of all GPUs
# in just this way.
#
# ## Several classes in one ratio
#
# With $C$ channels one can still put everything into one ratio, as the talk's formula does: $M$ then counts all entries
# of all channels. Let the channels be those of a softmax, background included, and $n$ the number of pixels.
#
# *Question:* one pixel in a hundred is foreground, and nothing is predicted. What does one ratio over both channels
# say, and what does the foreground channel alone?

# %% tags=["setup"]
rare = np.zeros((1, 100, 100), dtype=int)
rare[:, :10, :10] = 1
truth, nothing = one_hot(rare, 2), one_hot(0 * rare, 2)

# %%
for alpha, beta in ((0.5, 0.5), (0.1, 0.9), (0.9, 0.1)):
    both, foreground = tversky_index(nothing, truth, alpha, beta), tversky_index(nothing[:, 1:], truth[:, 1:], alpha, beta)
    print(f"alpha {alpha}, beta {beta}: both channels in one ratio {both:.2f}, the foreground channel {foreground:.2f}")

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# 0.99 and 0. In one ratio every pixel that is wrong is a false positive in one channel and a false negative in another.
# With $A$ the sum of the predictions at the right class, FP = FN = $n - A$, and
#
# $$T = \frac{A + \delta}{A + \delta + (\alpha + \beta)(n - A)}. \tag{5.3}$$
#
# With $\alpha + \beta = 1$ and $\delta = 0$ this is $A / n$: the **pixel accuracy**, for probabilities its soft form. The true negatives are in it again,
# as the background's true positives, and alpha and beta act through their sum alone.
#
# </details>

# %% tags=["check"]
shares = np.random.default_rng(0).dirichlet([1, 1], size=(1, 100, 100)).transpose(0, 3, 1, 2)
accuracy, F2 = (shares * truth).sum() / 10_000, tversky_index(shares, truth, 0.2, 0.8)
checked(f"for random softmax outputs one ratio {F2:.3f} is the soft accuracy {accuracy:.3f}", np.isclose(F2, accuracy))

# %% [markdown] tags=["question"]
# **Question.** Of a softmax with two channels, both in one ratio, 5 % of the pixels are foreground and none is
# predicted. What does Dice say?
#
# <details class="tversky-choice"><summary>0</summary>
#
# ✗ No. So it would be for the foreground channel alone.
#
# </details>
# <details class="tversky-choice"><summary>0.49</summary>
#
# ✗ No. That is about the mean of one ratio a channel. In one ratio the counts are added first.
#
# </details>
# <details class="tversky-choice"><summary>0.95</summary>
#
# ✓ Yes. It is the pixel accuracy: every right pixel is a true positive of one of the channels.
#
# </details>

# %% [markdown]
# So one ratio over a softmax with background gives up what the index is for. It is what `per_class=False`, the default
# here as in the talk, does on such channels. With one channel, or several independent ones with a sigmoid, true
# negatives stay out of the one ratio, and it is no accuracy.
#
# (With a softmax one usually gives each pixel to its likeliest class. A cut, like that of lesson 02, belongs to one class at
# a time: a pixel may pass the cuts of two classes, or of none, and it does not say which class wins.)
#
# ## Several classes: a mean, but of what?
#
# Otherwise one takes a ratio for each class and then a mean, and again there are choices. Is background a class? Is the
# ratio taken over the batch or over each image? What does an image count in which a class is *absent*? If it is not
# predicted either, its index is 0/0, and `dice_index` says NaN: what to make of that is for you to say. Two images of
# 100 pixels: background, gland, and in the first image four pixels of tumour.

# %% tags=["setup"]
classes = np.zeros((2, 10, 10), dtype=int)
classes[0, 6:], classes[1, 7:], classes[0, 8:, 8:] = 1, 1, 2  # gland, gland, tumour
target = one_hot(classes, 3)
present = target.any(axis=(2, 3))  # which class is in which image

# %% [markdown]
# Three predictions, each with a typical mistake: the tumour is taken for gland; one pixel of tumour is seen in the image
# that has none; and nothing is found at all.
#
# *Question:* which convention hardly notices the first two mistakes? And of those that notice the missed tumour, which
# does not see the false alarm?

# %% tags=["setup"]
missed, alarm = np.where(classes == 2, 1, classes), classes.copy()
alarm[1, 9, 9] = 2


# %%
def by_convention(prediction):
    p = one_hot(prediction, 3)
    batch, image = dice_index(p, target, per_class=True), dice_index(p, target, domain="image", per_class=True)
    tp, fp, fn = (count / target.sum(axis=(0, 2, 3)) ** 2 for count in soft_counts(p, target, per_class=True))
    return {
        "one ratio over all channels": dice_index(p, target),
        "mean over three classes, batch-wise": batch.mean(),
        "mean over gland and tumour, batch-wise": batch[1:].mean(),
        "the same image-wise, 0/0 counts as 1": np.nan_to_num(image, nan=1)[:, 1:].mean(),
        "the same image-wise, 0/0 left out": np.nanmean(image[:, 1:]),
        "the same image-wise, absent classes left out": image[:, 1:][present[:, 1:]].mean(),
        "generalised Dice, batch-wise": tversky_from_counts(tp.sum(), fp.sum(), fn.sum()),
    }


# %%
columns = [by_convention(prediction) for prediction in (missed, alarm, 0 * classes)]
print(f"{'':46}{'missed':>8}{'alarm':>8}{'nothing':>9}")
for convention in columns[0]:
    print(f"{convention:46}" + "".join(f"{column[convention]:8.3f}" for column in columns))

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# One ratio: 0.980 for a prediction that missed every pixel of the tumour, and 0.995 for the false alarm. Background as
# one class more lifts all three values here, and gives a prediction that finds nothing 0.263 instead of 0. The three
# image-wise lines differ by what an absent class is worth. If 0/0 counts as 1, a single wrong pixel turns the 1 of the
# second image's tumour into 0; if 0/0 is left out, it brings in a 0 where nothing was; if absent classes are left out,
# that pixel costs almost nothing: 0.994. Generalised Dice shows little but the tumour.
#
# </details>

# %% tags=["check"]
one, three, two, as_one, no_ratio, left_out, general = (list(row) for row in zip(*(column.values() for column in columns)))
checked(
    f"missed: {one[0]:.3f} in one ratio, {two[0]:.3f} as a mean; false alarm: {as_one[1]:.3f}, {no_ratio[1]:.3f} or {left_out[1]:.3f}",
    *(min(one[:2]) > 0.97, two[0] < 0.5, left_out[1] - max(as_one[1], no_ratio[1]) > 0.2, three[2] > two[2] == 0, general[0] < two[0]),
)

# %% [markdown]
# **Generalised Dice** (Sudre et al. 2017) is the last line. It puts all classes into one ratio again, but weighs the
# counts of class $c$ with $v_c = 1 / P_c^2$, where $P_c$ is its number of foreground pixels:
#
# $$1 - \frac{\sum_c v_c\, TP_c}{\sum_c v_c\, \big(TP_c + \frac12 FP_c + \frac12 FN_c\big)}.$$
#
# So a class counts about $1 / P_c$ in the ratio, the smallest most. A class that is absent has the weight $1/0$, and each
# library has its own way out. Weights by class for a mean of ratios are simpler: `per_class=True` with
# `reduction="none"` gives one loss a class, to be multiplied by weights of your own. What each library does by default is in lesson 12; none of the seven lines is the
# right one, but a number without its convention says little.

# %% [markdown] tags=["exercise"]
# exercise 3

# %% [markdown]
# ## Which one, then?
#
# | your question | what this lesson showed |
# | --- | --- |
# | image-wise or batch-wise? | image-wise, every image counts the same; batch-wise, every foreground pixel does, and empty images teach. Ask what your own score rewards: the loss does not know |
# | which smoothing term? | delta is in pixels, and $s = 2\delta$ in the other form of Dice. It decides what empty images teach; a large one flattens the loss of all others |
# | what about empty masks? | image-wise with a tiny delta they teach almost nothing; batch-wise their false positives count in the common denominator, unless the whole batch is empty: then it is one empty image. Cross-entropy beside the loss (lesson 04) pulls at every pixel of them |
# | is gradient accumulation fine? | image-wise yes, with parts of equal size; batch-wise no |
# | several classes? | a ratio for each class, without background; say what an absent class counts. One ratio over a softmax with background orders predictions as accuracy does |
#
# [Which loss, for my data?](CHOOSE.md) puts this together with what the experiments say.
#
# ## What we saw
#
# - On empty masks delta decides where the loss is felt: a plateau and a cliff at $S = \delta/\alpha$.
# - Batch-wise is a mean of the images weighted by their denominators, if delta is shared out; otherwise it can leave
#   their range.
# - Image-wise each image has its own two derivatives; batch-wise all images share them, so that splitting a batch changes
#   the loss.
# - One ratio over all channels of a softmax is accuracy, or a growing function of it. A mean over classes needs
#   three decisions more: background, domain, absent classes.
#
# ## What is next
#
# Why was the best threshold of lesson 02 half of the best Dice? [Lesson 06](06_threshold_theorem.ipynb) proves it, for
# every index and every kind of uncertain label.
#
# ## References
#
# - S. Tilborghs, J. Bertels, D. Robben, D. Vandermeulen, F. Maes: The Dice loss in the context of missing or empty
#   labels: introducing Φ and ε. *Medical Image Computing and Computer Assisted Intervention (MICCAI 2022)*, LNCS 13435,
#   pp. 527–537. (What the domain and the smoothing term do to empty and to missing labels.)
# - O. Kodym, M. Španěl, A. Herout: Segmentation of head and neck organs at risk using CNN with batch Dice loss. *Pattern
#   Recognition (GCPR 2018)*, LNCS 11269, pp. 105–114. (The batch-wise loss.)
# - F. Isensee, P. F. Jaeger, S. A. A. Kohl, J. Petersen, K. H. Maier-Hein: nnU-Net: a self-configuring method for deep
#   learning-based biomedical image segmentation. *Nature Methods* 18, 2021, pp. 203–211.
# - C. H. Sudre, W. Li, T. Vercauteren, S. Ourselin, M. J. Cardoso: Generalised Dice overlap as a deep learning loss
#   function for highly unbalanced segmentations. *DLMIA 2017*, LNCS 10553, pp. 240–248.
# - G. Hidy: *The Tversky loss function and its modifications for medical image segmentation*, talk, 2022. (Image-wise
#   and batch-wise.)
