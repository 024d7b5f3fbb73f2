# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Cross-entropy and Claim 2
#
# What does label smoothing do to cross-entropy, and which penalty does it hide?
#
# Lesson 07 ended with a loss to which label smoothing is useless or harmful. So what is smoothing good for? With
# cross-entropy it does something that can be said in one formula: it adds a **penalty** for being too sure. Once the
# penalty stands alone, it can be added to any loss. This lesson derives it, with the constants that the talk leaves out,
# and meets its twin.
#
# ## What you will learn
#
# - entropy, cross-entropy and Kullback–Leibler divergence, seen on a triangle
# - why cross-entropy asks for the chance itself: it is a *proper* loss
# - Claim 2 with its constants, and what "equivalent" means
# - the label noise penalty and the confidence penalty, the two directions of one divergence
# - where each has its minimum, and how hard each pushes
#
# ## What you need
#
# - [lesson 01](01_segmentation_basics.ipynb): softmax and sigmoid
# - [lesson 07](07_label_smoothing.ipynb): what smoothing does to a label

# %% tags=["setup"]
import numpy as np
import torch

from tverskylib import checked, confidence_penalty, explorers, label_noise_penalty, say, theory

# %% [markdown]
# ## Three quantities
#
# A pixel's prediction $\hat y$ is a distribution over $C$ classes, and so is its label $t$. They give three numbers, in
# *nats* (natural logarithms).
#
# - **Entropy** $H(\hat y) = -\sum_c \hat y_c \log \hat y_c$: how undecided the prediction is. It is 0 for a certain
#   one, and largest, $\log C$, for the uniform one.
# - **Cross-entropy** $H(t, \hat y) = -\sum_c t_c \log \hat y_c$: how surprised the prediction is, on average, by labels
#   drawn from $t$.
# - **Kullback–Leibler divergence** $\mathrm{KL}(t\,\|\,\hat y) = \sum_c t_c \log \frac{t_c}{\hat y_c}$: the part of that surprise
#   which is the prediction's own fault.
#
# (A term with $t_c = 0$ counts as 0, whatever its logarithm: $0 \log 0 = 0$. So one-hot labels are allowed.) In code the
# prediction is `q`.


# %% tags=["setup"]
def entropy(q):
    return -(q * np.log(q)).sum()


def cross_entropy(t, q):
    return -(t * np.log(q)).sum()


def divergence(t, q):
    return (t * np.log(t / q)).sum()


# %% [markdown]
# They belong together: cross-entropy is the entropy of the label plus the divergence.

# %% tags=["check"]
t, q = np.array([0.5, 0.3, 0.2]), np.array([0.6, 0.1, 0.3])
cross, own, fault = cross_entropy(t, q), entropy(t), divergence(t, q)
checked(
    f"cross-entropy {cross:.3f} is the label's entropy {own:.3f} plus the divergence {fault:.3f}",
    np.isclose(cross, own + fault),
)

# %% [markdown]
# The triangle below is the space of all distributions over three classes. Its corners are certain, and the dot in the
# middle is uniform. The lines join predictions with the same loss. The bars are the quantities for the prediction that you
# move.
#
# *Question:* you walk straight into the corner of class 1, which is the right one. What does the cross-entropy of the
# *smooth* label do on the way?
#
# *Move this:* the prediction, from [0.6](#tversky:simplex?share=0.6&split=0.5) into the corner; then choose other lines.

# %%
explorers.simplex()

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# It falls, turns, and rises again. With the split at 0.5 its lowest point is the smooth label itself, at 0.867 for
# $\varepsilon = 0.2$. The cross-entropy of the one-hot label falls all the way, to 0 at the corner. Both divergences from the uniform
# distribution grow towards every edge, KL(uniform ‖ prediction) without bound.
#
# </details>
#
# A divergence is never negative, and it is 0 only if both distributions are equal. It is *not* symmetric, and the two
# directions will be two different penalties.
#
# ## A proper loss
#
# As the entropy of the label does not depend on the prediction, cross-entropy is smallest where the divergence is 0: at
# $\hat y = t$ and nowhere else, for every $t$. (The proof below is for labels above 0. Classes of label 0 drop out of the
# sum; on the others the best prediction puts all it has, in the proportions of the label.) If the labels of a pixel are random, their mean is its chance, so the
# best prediction *is* the chance. A loss with this property is called **(strictly) proper**. Lesson 02 called a *prediction*
# calibrated: one that is the chance is. (The converse need not hold: the share of foreground, said of
# every pixel, is calibrated too.) A Tversky loss is not proper: lesson 06 found its best prediction at 0 or
# 1, whatever the chance.
#
# *Question:* a pixel is foreground with chance 0.3. Its labels are smoothed with $\varepsilon = 0.2$ and two classes.
# What will cross-entropy ask for?

# %%
smooth_mean = (1 - 0.2) * 0.3 + 0.2 / 2
grid = np.linspace(0.001, 0.999, 999)
best = grid[np.argmin([cross_entropy(np.array([smooth_mean, 1 - smooth_mean]), np.array([g, 1 - g])) for g in grid])]
say(f"The best prediction is {best:.2f}.")

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# For the mean of the smoothed labels, $0.8 \cdot 0.3 + 0.1 = 0.34$. So with two classes smoothing moves a chance towards
# one half (with $C$ classes towards $1/C$). The order of the chances stays, and one can compute them back:
# $q = (\hat y - \varepsilon/2) / (1 - \varepsilon)$. A sure pixel is asked for the logit
# $\log \frac{2 - \varepsilon}{\varepsilon}$, 2.2 here. With two classes one half stays one half, so the mask at 0.5 is the same; any other cut $\tau$ becomes $(1 - \varepsilon)\,\tau + \varepsilon / 2$.
#
# </details>

# %% [markdown] tags=["question"]
# **Question.** A pixel is foreground with chance 0.2; its labels are smoothed with epsilon 0.1 and two classes. What
# does cross-entropy ask for?
#
# <details class="tversky-choice"><summary>0.2</summary>
#
# ✗ No. That is the chance without smoothing. The labels it learns from have another mean.
#
# </details>
# <details class="tversky-choice"><summary>0.23</summary>
#
# ✓ Yes. 0.9 · 0.2 + 0.05, the mean of the smoothed labels.
#
# </details>
# <details class="tversky-choice"><summary>0.28</summary>
#
# ✗ No. That is 0.9 · 0.2 + 0.1, with C = 1 in the formula.
#
# </details>

# %% [markdown]
# ## Claim 2
#
# > **Claim 2** (the talk). *When using cross-entropy loss, label smoothing is equivalent to adding*
# > $\varepsilon\, \mathrm{KL}(u \,\|\, \hat y)$, where $u = (\frac1C, \dots, \frac1C)$ is the uniform distribution.
#
# **The idea.** Smooth a one-hot label and look. Cross-entropy is linear in the label, so it splits into a part of the
# hard label and a part of the uniform one, and $H(u, \hat y) = \mathrm{KL}(u\,\|\,\hat y) + \log C$. Hence
#
# $$H(\tilde y, \hat y) = (1 - \varepsilon)\left[\, H(y, \hat y) + \frac{\varepsilon}{1 - \varepsilon}\, \mathrm{KL}(u \,\|\, \hat y) \right] + \varepsilon \log C. \tag{8.1}$$
#
# So the talk's statement is exact up to three things: a factor $1 - \varepsilon$ in front, a constant at the end, and
# the weight. Neither factor nor constant moves a minimum, and all gradients have the same direction, which is what
# "equivalent" means for training, as long as cross-entropy stands *alone*. Beside a Dice loss the factor counts: what is added
# is $1 - \varepsilon$ times the hard cross-entropy, and $\varepsilon$ times the divergence, the talk's weight. And with class
# weights the uniform part is weighted too: then its lowest point is not $u$ but in proportion to the weights.

# %% tags=["proof"]
theory.claim2()

# %% [markdown]
# *Question:* with $\varepsilon = 0.2$, for which weight do the two curves have the same lowest point?
#
# *Move this:* the weight, while epsilon stays.

# %%
explorers.equivalence()

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# For 0.25, which is $0.2 / 0.8$; the button sets it. Then the thin curve, the second loss scaled and lifted, lies on the
# solid one. With weight 0.2 the second minimum is at 0.917 instead of 0.9. For small epsilon the difference is hardly
# seen.
#
# </details>

# %% tags=["check"]
smooth = [cross_entropy(np.array([0.9, 0.1]), np.array([g, 1 - g])) for g in grid]
hard = [-np.log(g) + 0.25 * divergence(np.array([0.5, 0.5]), np.array([g, 1 - g])) for g in grid]
checked(
    "with weight 0.25, 0.8 times the penalised loss plus 0.2 log 2 is the smooth one",
    np.isclose(smooth, 0.8 * np.array(hard) + 0.2 * np.log(2)),
)

# %% [markdown] tags=["question"]
# **Question.** Which weight of KL(u ‖ prediction) beside the hard cross-entropy has the same minimum as label smoothing
# with epsilon 0.05?
#
# <details class="tversky-choice"><summary>0.05</summary>
#
# ✗ No. That is the talk's weight. The factor 1 − epsilon in front divides it.
#
# </details>
# <details class="tversky-choice"><summary>0.0526</summary>
#
# ✓ Yes. epsilon / (1 − epsilon) = 0.05 / 0.95.
#
# </details>
# <details class="tversky-choice"><summary>0.0475</summary>
#
# ✗ No. That is 0.05 · 0.95. The factor in front divides the weight, it does not multiply it.
#
# </details>

# %% [markdown]
# ## Two penalties
#
# The talk writes the penalty in two ways. They are the two directions of the divergence from the uniform distribution
# $u$.
#
# - The **label noise penalty** is $-\sum_c \log \hat y_c$. It is $C\, \mathrm{KL}(u\,\|\,\hat y)$ plus a constant: mind the
#   factor $C$.
# - The **confidence penalty** of Pereyra and others (2017) is $-H(\hat y)$. It is $\mathrm{KL}(\hat y\,\|\,u)$ minus a constant,
#   exactly.
#
# Both are smallest at the uniform prediction and nowhere else.

# %% tags=["proof"]
theory.penalties()

# %% [markdown]
# For a whole image the library takes the *mean* over the pixels: with a sum, the weight would mean something else for
# every size of image. One channel means two classes; their
# predicted probabilities are written $(q, 1 - q)$ here.

# %% tags=["check"]
image = torch.rand(1, 1, 32, 32, dtype=torch.float64)
values = [[p(x).item() for x in (image, image.repeat(1, 1, 2, 2))] for p in (label_noise_penalty, confidence_penalty)]
checked("an image four times as large has the same penalties", *(np.isclose(*pair) for pair in values))

# %% [markdown] tags=["exercise"]
# exercise 1

# %% [markdown]
# ## How hard they push
#
# From here on the number in front of a penalty is a *weight* $w$, into which the factor $C$ and $1 - \varepsilon$ have
# gone: smoothing with $\varepsilon = 0.2$ and two classes is the label noise penalty with $w = 0.125$.
#
# *Question:* with the same weight, which of the two penalties moves the minimum further away from 1?
#
# *Move this:* the weight. On the right, with both axes logarithmic, stands the push towards one half.

# %%
explorers.pushes()

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# The label noise penalty. It pushes like $1/q$, and certainty costs infinitely much; its minimum is at
# $\frac{1 + w}{1 + 2w}$. The confidence penalty pushes like $\log(1/q)$, and certainty costs $\log C$ at most. So with
# the same weight its minimum stays nearer to 1, for a small weight much nearer. (A factor of two is in the way the first is
# written. With equal weights of the two *divergences*, at 0.2 the minima are 0.917 and 0.994.)
#
# </details>

# %% tags=["check"]
minima = [grid[np.argmin([-np.log(g) + 0.2 * cost([g, 1 - g]) for g in grid])] for cost in (lambda x: divergence(np.full(2, 0.5), np.array(x)), lambda x: -entropy(np.array(x)))]
checked(f"with 0.2 of each divergence the minima are {minima[0]:.3f} and {minima[1]:.3f}", np.isclose(minima, [0.917, 0.994], atol=6e-4))

# %% tags=["check"]
w, lowest = 0.125, (1 + 0.125) / (1 + 2 * 0.125)
checked(
    f"with w = {w} the slope -(1 + w)/q + w/(1 - q) is 0 at q = {lowest:.1f}, as with epsilon 0.2",
    np.isclose(-(1 + w) / lowest + w / (1 - lowest), 0),
    np.isclose(lowest, 0.9),
)

# %% [markdown] tags=["exercise"]
# exercise 2

# %% [markdown]
# ### Through the logit
#
# A network is trained through its logits, and there the pushes are bounded. A step of the logit $z$ moves $q$ by only
# $q(1-q)$ as much, so each push is multiplied by that.
#
# *Question:* a network is sure, $q = 0.001$, and wrong or right: the penalties do not know. Which of them pushes it back
# harder?

# %%
q_wrong = 0.001
push = {"label noise": 1 / q_wrong - 1 / (1 - q_wrong), "confidence": np.log((1 - q_wrong) / q_wrong)}
for name, force in push.items():
    print(f"{name}: {force:.1f} per unit of q, {force * q_wrong * (1 - q_wrong):.4f} per unit of the logit")

# %% [markdown]
# <details class="tversky-answer"><summary>Answer</summary>
#
# The label noise penalty, by far. Through the logit it pushes with at most 1, and most where the network is surest. The
# confidence penalty fades to 0 just there. (Beside cross-entropy neither is needed for a pixel that is wrong: its own push
# through the logit is 0.999 there. Beside a loss that is flat it is another matter.)
#
# </details>
#
# ### From logits
#
# From a logit of 17 on, a probability in 32 bits is exactly 1 (in float16 from 8.5), and $\log(1 - 1)$ is minus infinity.
# Computed from logits the penalties stay finite. From probabilities the label noise penalty cannot, and the library says
# so instead of clipping in silence.

# %% tags=["check"]
rounded = [torch.tensor(z, dtype=kind).sigmoid().item() for z, kind in ((17.0, torch.float32), (8.5, torch.float16))]
checked(f"the sigmoid of 17 in 32 bits and of 8.5 in 16 is {rounded[0]:g} and {rounded[1]:g}; that of 2.2 is {1 / (1 + np.exp(-2.2)):.1f}", np.array(rounded) == 1)

# %%
sure = torch.full((1, 1, 4, 4), 1000.0)
print(f"From logits: {label_noise_penalty(sure, from_logits=True):.0f}")
try:
    label_noise_penalty(sure.sigmoid())
except ValueError as error:
    print(error)

# %% [markdown] tags=["exercise"]
# exercise 3

# %% [markdown]
# ## What we saw
#
# - Cross-entropy is proper: its best prediction is the chance, or the mean of the smoothed labels.
# - Label smoothing is $(1-\varepsilon)$ times [the hard loss $+ \frac{\varepsilon}{1-\varepsilon} \mathrm{KL}(u\,\|\,\hat y)$],
#   plus a constant.
# - The label noise penalty is $C\,\mathrm{KL}(u\,\|\,\hat y)$ up to a constant, the confidence penalty is $\mathrm{KL}(\hat y\,\|\,u)$ up
#   to a constant.
# - Both want doubt. With the first, certainty costs infinitely much; with the second, $\log C$ at most.
#
# ## What is next
#
# [Lesson 09](09_entropy_penalties.ipynb) puts the penalties beside Dice, Tversky and Jaccard, where label smoothing did
# not work.
#
# ## References
#
# - C. Szegedy, V. Vanhoucke, S. Ioffe, J. Shlens, Z. Wojna: Rethinking the Inception architecture for computer vision.
#   *CVPR*, 2016, pp. 2818–2826. Label smoothing as a divergence from the uniform distribution.
# - G. Pereyra, G. Tucker, J. Chorowski, Ł. Kaiser, G. Hinton: Regularizing neural networks by penalizing confident output
#   distributions. *ICLR* workshop, 2017, arXiv:1701.06548. The confidence penalty, and the two directions.
# - G. Hidy: *The Tversky loss function and its modifications for medical image segmentation*, talk, 2022, Claim 2.
