# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Segmentation basics
#
# What goes in, what comes out, and why not simply accuracy?
#
# Semantic segmentation gives every pixel of an image a class. This lesson says what goes in and what comes out, with
# shapes and values, on a real piece of tissue. It ends with the reason why the most obvious score, accuracy, is useless
# for small lesions.
#
# ## What you will learn
#
# - the spaces that an image, a target and a prediction live in, in two and in three dimensions
# - one channel against several: one-hot targets
# - how logits become probabilities: sigmoid and softmax
# - what the foreground fraction is, and why accuracy deceives when it is small
#
# ## What you need
#
# - [lesson 00](00_start_here.ipynb)
# - what an array and its shape are

# %% tags=["setup"]
import numpy as np
from scipy.special import expit, softmax

from tverskylib import checked, dice_index, explorers, figures, one_hot, say, tiles, tversky_from_counts

# %% [markdown]
# ## What goes in, what comes out
#
# The lessons use one real image: colonic glands, stained so that a certain protein is brown and all cell nuclei are
# blue. It is the immunohistochemistry image that scikit-image brings along. For every pixel we have three things:
#
# - the **image** $x$: red, green and blue, each in $[0, 1]$
# - the **target** $y$: 1 where the tissue is brown, else 0
# - the **prediction** $\hat y$: the probability of "brown" that a small classifier gives; lesson 02 tells how it was
#   made

# %% tags=["setup"]
tile = tiles.real_crop()

figures.panels(
    {"image x": tile.image, "target y": tile.target, "prediction ŷ": tile.probability},
    alt="Three squares: a real image of stained glands; its target mask, white where brown; and a probability map, light over the two glands, dark elsewhere.",
)

# %% [markdown]
# The three live in these spaces:
#
# $$x \in [0,1]^{C_{\text{in}} \times H \times W}, \qquad y \in \{0,1\}^{C \times H \times W}, \qquad \hat y \in [0,1]^{C \times H \times W},$$
#
# with $C_{\text{in}}$ input channels (3 for a colour image), $C$ output channels, height $H$ and width $W$. The only
# difference between target and prediction is what a pixel may hold: the target commits itself, the prediction may
# hesitate. PyTorch and what is built on it put channels first, and a batch of $B$ images in front of everything. Colour
# pictures come with channels last (and Keras leaves them there), so we move that axis.

# %% tags=["setup"]
x = np.moveaxis(tile.image, -1, 0)[None]
y = tile.target[None, None]
y_hat = tile.probability[None, None]
say(f"Shapes (B, C, H, W): image {x.shape}, target {y.shape}, prediction {y_hat.shape}.")

# %% tags=["check"]
many = np.unique(y_hat).size
checked(f"the target has 2 values, the prediction {many:,}", np.unique(y).size == 2, 0 <= y_hat.min(), y_hat.max() <= 1)

# %% [markdown]
# ### In three dimensions
#
# A CT or MR volume has one axis more, its depth: $(B, C, \text{depth}, H, W)$.
#
# *Question:* we deal the columns of our tile out to the four slices of a small "volume". Does the Dice index of the mask
# at 0.5 change?

# %%
def as_volume(mask):
    return np.stack([mask[..., k::4] for k in range(4)], axis=2)


flat, volume = dice_index(y_hat >= 0.5, y), dice_index(as_volume(y_hat >= 0.5), as_volume(y))

# %% tags=["check"]
checked(f"the volume has shape {as_volume(y).shape}, and both ways Dice is {flat:.3f}", flat == volume)

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# No. All that follows counts entries, and does not ask how they are arranged. So it holds for volumes too.
#
# </details>
#
# ## One channel or several
#
# With $C = 1$, the **binary** case, one channel says "foreground or not". With more classes each class gets a channel
# of its own. Often the classes come as *numbers*, one number a pixel. Let us make such a map from our tile: 0 where it
# is pale, 1 where it is darker but not brown, 2 where it is brown.

# %% tags=["setup"]
bright = tile.image.mean(axis=2) > 0.8
class_map = np.where(tile.target, 2, np.where(bright, 0, 1))[None]
say(f"A class map has no channel axis: shape {class_map.shape}, values {np.unique(class_map).tolist()}.")

# %% [markdown]
# Class numbers are names, not quantities: class 2 is not twice class 1. So they are spread over channels, one channel a
# class, with a 1 in the channel of the class and 0 elsewhere. That is called **one-hot**: each pixel is white in exactly
# one of the three pictures.

# %% tags=["setup"]
target = one_hot(class_map, num_classes=3)
figures.panels(
    {f"channel {c}: {name}": target[0, c] for c, name in enumerate(("pale", "darker", "brown"))},
    alt="Three black and white masks of the same tile: pale, darker, and brown tissue. Each pixel is white in one.",
)

# %% [markdown] tags=["question"]
# **Question.** Eight colour images of 64 × 64 pixels have a target of four classes. Which shape has the one-hot target,
# channels first?
#
# <details class="tversky-choice"><summary>(8, 3, 64, 64)</summary>
#
# ✗ No. Three is the number of colours of the image. A target has one channel for each class.
#
# </details>
# <details class="tversky-choice"><summary>(8, 4, 64, 64)</summary>
#
# ✓ Yes. Images, classes, height and width: each pixel is 1 in one of the four channels.
#
# </details>
# <details class="tversky-choice"><summary>(8, 64, 64, 4)</summary>
#
# ✗ No. That is channels last, as pictures come. The lessons and PyTorch put channels first.
#
# </details>
# <details class="tversky-choice"><summary>(8, 64, 64)</summary>
#
# ✗ No. That is a class map: one number a pixel, and not yet one-hot.
#
# </details>

# %% [markdown]
# A common mistake is to hand a class map to a loss that expects one-hot channels. Some libraries then compute a number
# that means nothing. This one refuses, and says what to do.

# %%
try:
    dice_index(np.zeros((1, 3, *y.shape[2:])), class_map)
except ValueError as error:
    print(error)

# %% [markdown]
# ## From logits to probabilities
#
# A network's last layer can give any real number, a **logit** $z$. For one channel the **sigmoid** brings it into $(0,
# 1)$; for several channels the **softmax** shares 1 among the classes of a pixel:
#
# $$\hat y = \frac{1}{1 + e^{-z}}, \qquad \hat y_c = \frac{e^{z_c}}{\sum_j e^{z_j}}.$$
#
# *Question:* you raise the first of three logits and leave the others alone. What happens to the second class, under
# softmax and under sigmoid? And what if you raise all three by the same amount? Guess before you move.
#
# *Move this:* drag the first class along the curve, or use its slider. Then press "raise all by 2".

# %%
explorers.activation()

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# Under softmax the shares add up to 1, so when one class gains the others lose, although nobody touched their logits.
# If all rise by the same amount, nothing happens: only differences of logits matter. A sigmoid looks at its own logit
# alone.
#
# </details>
#
# So a softmax over two classes is the sigmoid of the difference of their logits, and a network for foreground against
# background needs only one channel.

# %% tags=["check"]
z = np.array([0.4, -1.3, 2.2])
checked(
    f"softmax of (0.4, -1.3) is the sigmoid of 1.7, {expit(1.7):.3f}; adding 3 to all logits changes no share",
    *(np.isclose(softmax(z[:2])[0], expit(z[0] - z[1])), np.isclose(softmax(z + 3), softmax(z))),
)

# %% [markdown] tags=["exercise"]
# exercise 1

# %% [markdown]
# ## The foreground fraction, and why accuracy deceives
#
# The **foreground fraction** $p$ is the share of pixels that are 1 in the target. In our tile the glands are large.
# **Accuracy** is the share of pixels that are right. A predictor that never finds anything is right on all of the
# background, so its accuracy is $1 - p$.

# %%
p = y.mean()
nothing = np.zeros_like(y)
say(f"Here p = {p:.3f}. Calling everything background: accuracy {(nothing == y).mean():.3f}, Dice {dice_index(nothing, y):.0f}.")

# %% [markdown] tags=["question"]
# **Question.** In your test images 2 % of the pixels are foreground, and a network has the accuracy 0.97. What do you
# know?
#
# <details class="tversky-choice"><summary>It is nearly perfect.</summary>
#
# ✗ No. Finding nothing at all would have the accuracy 0.98. With little foreground, a high accuracy says little.
#
# </details>
# <details class="tversky-choice"><summary>In accuracy it is worse than a network that finds nothing.</summary>
#
# ✓ Yes. That one has 1 − p = 0.98. Which of the two is more useful, accuracy does not say.
#
# </details>
# <details class="tversky-choice"><summary>It finds about half of the foreground.</summary>
#
# ✗ No. It may find all of it and mark 3 % by mistake, or find none. Accuracy does not tell these apart.
#
# </details>

# %% [markdown]
# While $p$ is large, a low accuracy still warns us. But a small lesion may fill a hundredth of an image, or a
# thousandth. In the talk's data set only 360 of 2,800 images hold any cancer at all.
#
# *Question:* compare two predictors. One finds nothing. The other finds 80 % of the foreground (its *sensitivity*) and
# wrongly marks 5 % of the background (its *false alarm rate*). The foreground shrinks from one half to a thousandth.
# Which of the two has the better accuracy in the end, and what does Dice say?
#
# *Move this:* the edge of the foreground, or the slider p. Then lower the false alarm rate, and see what it takes to be
# useful at [p = 0.1 %](#tversky:accuracy?p=0.001).

# %%
explorers.accuracy()

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# From about $p = 0.06$ downward the one that finds *nothing* has the better accuracy, which climbs to 1. Its Dice stays
# at 0. The accuracy of the other even rises, while its Dice falls, because the false alarms drown the few true
# positives. Dice orders the two the right way, and it says that neither is good.
#
# </details>

# %%
def scores(p, sensitivity, false_alarm_rate):
    """Accuracy and Dice, from the share of pixels in each count."""
    tp, fp, fn = sensitivity * p, false_alarm_rate * (1 - p), (1 - sensitivity) * p
    return 1 - fp - fn, tversky_from_counts(tp, fp, fn)


for rate in (0.05, 0.001, 0.0001):
    accuracy, dice = scores(0.001, 0.8, rate)
    print(f"p = 0.001, false alarm rate {rate:g}: accuracy {accuracy:.3f}, Dice {dice:.3f}")

# %% tags=["check"]
(blind, blind_dice), (finding, finding_dice) = scores(0.01, 0, 0), scores(0.01, 0.8, 0.05)
checked(
    f"at p = 0.01 the accuracies are {blind:.3f} and {finding:.3f}, Dice {blind_dice:.3f} and {finding_dice:.3f}",
    blind > finding and blind_dice < finding_dice,
)

# %% [markdown]
# The reason is the fourth count, the **true negatives**: pixels that both call background. Accuracy counts them as
# successes, and there are so many that they hide everything else. The counts TP, FP and FN leave them out.

# %% [markdown] tags=["exercise"]
# exercise 2

# %% [markdown] tags=["exercise"]
# exercise 3

# %% [markdown]
# ## What we saw
#
# - An image, its target and a prediction have shapes $(B, \cdot, H, W)$, or one axis more for a volume. The target holds
#   0 and 1, the prediction probabilities.
# - Class numbers become channels by one-hot coding, logits become probabilities by sigmoid or softmax.
# - Accuracy is $1 - p$ for a predictor that finds nothing. It says little when foreground is rare.
#
# ## What is next
#
# [Lesson 02](02_thresholded_predictions.ipynb) cuts a probability map into a mask, and finds that 0.5 need not be the
# best place to cut.
#
# ## References
#
# - G. Hidy: *The Tversky loss function and its modifications for medical image segmentation*, talk, 2022, section
#   "Semantic segmentation".
# - S. van der Walt, J. L. Schönberger, J. Nunez-Iglesias, F. Boulogne, J. D. Warner, N. Yager, E. Gouillart, T. Yu, and
#   the scikit-image contributors: scikit-image: image processing in Python. *PeerJ* 2:e453, 2014. (The image.)
# - L. Maier-Hein, A. Reinke, P. Godau et al.: Metrics reloaded: recommendations for image analysis validation. *Nature
#   Methods* 21, 2024, pp. 195–212. (Which score fits which question.)
