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
# Lesson 07 ended with a loss that ignores label smoothing, or worse. So what is smoothing good for? With cross-entropy
# it does something that can be said in one formula: it adds a **penalty** for being too sure. Once the penalty stands
# alone, it can be added to any loss. This lesson derives it, with all the constants that the talk leaves out, and meets
# its twin.
#
# ## What you will learn
#
# - entropy, cross-entropy and Kullback–Leibler divergence, seen on a triangle
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

from tverskylib import confidence_penalty, explorers, label_noise_penalty, say, smooth_labels, theory

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
# - **Kullback–Leibler divergence** $D(t\,\|\,\hat y) = \sum_c t_c \log \frac{t_c}{\hat y_c}$: the surprise that is the
#   prediction's own fault.

# %% tags=["setup"]
def entropy(q):
    return -(q * np.log(q)).sum()


def cross_entropy(t, q):
    return -(t * np.log(q)).sum()


def divergence(t, q):
    return (t * np.log(t / q)).sum()

# %% [markdown]
# They belong together: cross-entropy is the entropy of the label plus the divergence.

# %%
t, q = np.array([0.5, 0.3, 0.2]), np.array([0.6, 0.1, 0.3])
assert np.isclose(cross_entropy(t, q), entropy(t) + divergence(t, q))
say(f"{cross_entropy(t, q):.3f} = {entropy(t):.3f} + {divergence(t, q):.3f}")

# %% [markdown]
# *Move this:* the share of class 1, which is the right one, and how the rest is split between the other two. *Look
# for:* the triangle is the space of all distributions over three classes; the corners are certain, the cross in the
# middle is uniform. Walk into the corner of class 1. The cross-entropy of the one-hot label falls to 0. The one of the
# smooth label falls, turns, and rises again: with the split at 0.5, its lowest point is the green dot. Both divergences
# from the uniform distribution grow towards every edge, KL(uniform ‖ prediction) without bound.

# %%
explorers.simplex()

# %%
explorer = explorers.simplex()
shares, smooth_entropies = np.arange(0.5, 1.0, 0.01), []
for share in shares:
    explorer.set(share=share)
    smooth_entropies.append(explorer.drawing.values[2])
assert np.isclose(shares[np.argmin(smooth_entropies)], 1 - 0.2 + 0.2 / 3, atol=0.01)

# %% [markdown]
# A divergence is never negative, and it is 0 only if both distributions are equal. It is *not* symmetric, and the two
# directions will be two different penalties.

# %%
draws = np.random.default_rng(0).dirichlet(np.ones(3), size=2000)
assert all(divergence(u, v) > 0 for u, v in zip(draws[::2], draws[1::2]))
assert divergence(t, t) == 0 and divergence(t, q) != divergence(q, t)

# %% [markdown]
# ## Claim 2
#
# > **Claim 2** (the talk). *When using cross-entropy loss, label smoothing is equivalent to adding*
# > $\varepsilon D(u \,\|\, \hat y)$, where $u = (\frac1C, \dots, \frac1C)$ is the uniform distribution.
#
# Let us smooth a one-hot label and look. Cross-entropy is linear in the label, so it splits into a part of the hard
# label and a part of the uniform one, and $H(u, \hat y) = D(u\,\|\,\hat y) + \log C$. Hence
#
# $$H(\tilde y, \hat y) = (1 - \varepsilon)\left[\, H(y, \hat y) + \frac{\varepsilon}{1 - \varepsilon}\, D(u \,\|\, \hat y) \right] + \varepsilon \log C.$$
#
# Each step holds for every class term, so it holds for any number of classes:

# %%
claim = theory.claim2()
claim.check()
claim

# %% [markdown]
# The same with numbers, for five classes.

# %%
epsilon, C = 0.2, 5
y, u = np.eye(C)[0], np.full(C, 1 / C)
q = np.random.default_rng(3).dirichlet(np.ones(C))
smooth = smooth_labels(y.reshape(1, C, 1, 1), epsilon).ravel()
hard = -np.log(q[0])

# %%
penalised = hard + epsilon / (1 - epsilon) * divergence(u, q)
assert np.isclose(cross_entropy(smooth, q), (1 - epsilon) * penalised + epsilon * np.log(C))

# %% [markdown]
# So the talk's statement is exact up to three things: a factor $1 - \varepsilon$ in front, a constant at the end, and
# the weight, which is $\frac{\varepsilon}{1-\varepsilon}$ and not $\varepsilon$. The factor and the constant do not
# move a minimum. The weight does.
#
# *Move this:* the weight, while epsilon stays. *Look for:* the two minima come together only when the weight is
# $\varepsilon/(1-\varepsilon)$; the button sets 0.25 for $\varepsilon = 0.2$. Then the thin curve, the second loss
# scaled and lifted, lies on the solid one. For small epsilon the difference is hardly seen, which is why it is often
# forgotten.

# %%
explorers.equivalence()

# %%
explorer = explorers.equivalence()
assert not explorer.drawing.same
explorer.set(epsilon=0.2, weight=0.25)
assert explorer.drawing.same
say(f"With weight 0.25 the two losses differ by a factor and a constant, to {explorer.drawing.gap:.0e}.")

# %% [markdown]
# ### What "equivalent" means for a network
#
# Training sees gradients, not values. So: the gradient of the smoothed loss must be $(1 - \varepsilon)$ times that of
# the penalised loss, at any logits. We ask PyTorch.

# %%
def gradient(loss):
    logits = torch.linspace(-2, 3, C, dtype=torch.float64).requires_grad_()
    loss(logits.log_softmax(0)).backward()
    return logits.grad


# %%
label, uniform = torch.tensor(smooth), torch.tensor(u)
of_smooth = gradient(lambda log_q: -(label * log_q).sum())
of_penalised = gradient(lambda log_q: -log_q[0] - epsilon / (1 - epsilon) * (uniform * log_q).sum())
assert torch.allclose(of_smooth, (1 - epsilon) * of_penalised)

# %% [markdown]
# (The divergence itself was not needed: $D(u\,\|\,\hat y)$ and $-\sum_c u_c \log \hat y_c$ differ by a constant.)
#
# ## Two penalties
#
# The talk writes the penalty in two ways. They are the two directions of the divergence from the uniform distribution.
#
# - The **label noise penalty** is $-\sum_c \log \hat y_c$. It is $C\, D(u\,\|\,\hat y)$ plus a constant: mind the
#   factor $C$.
# - The **confidence penalty** is $-H(\hat y)$. It is $D(\hat y\,\|\,u)$ minus a constant, exactly.

# %%
pixel = torch.tensor(q).reshape(1, C, 1, 1)
noise, confidence = label_noise_penalty(pixel).item(), confidence_penalty(pixel).item()
assert np.isclose(noise, C * divergence(u, q) + C * np.log(C))
assert np.isclose(confidence, divergence(q, u) - np.log(C))

# %%
penalties = theory.penalties()
penalties.check()
penalties

# %% [markdown]
# For a whole image the library takes the *mean* over the pixels. A sum would make epsilon depend on the size of the
# image.

# %%
image = torch.rand(1, 1, 32, 32, dtype=torch.float64)
four = image.repeat(1, 1, 2, 2)
assert torch.isclose(label_noise_penalty(image), label_noise_penalty(four))
assert torch.isclose(confidence_penalty(image), confidence_penalty(four))

# %% [markdown]
# One channel means two classes, with probabilities $(q, 1 - q)$.
#
# ## How hard they push
#
# Both are lowest at the uniform distribution. The difference is at the edge. (From here on the number in front of a
# penalty is a *weight*, with the factor $C$ and $1 - \varepsilon$ absorbed: smoothing with $\varepsilon = 0.2$ and two
# classes is the label noise penalty with weight 0.125.) *Move this:* the weight. *Look for:* on the right, with both
# axes logarithmic, the push towards one half. The label noise penalty pushes like $1/q$, and certainty costs infinitely
# much. The confidence penalty pushes like $\log(1/q)$, and certainty costs $\log C$ at most. So on the left, with the
# same weight, its minimum stays much nearer to 1.

# %%
explorers.pushes()

# %% [markdown]
# With cross-entropy of a foreground pixel beside it, and a weight $w$, the label noise penalty has its minimum at
# $\frac{1 + w}{1 + 2w}$. *Check:* the derivative is zero there. With $w = 0.125$ it is the 0.9 of label smoothing.

# %%
explorer = explorers.pushes()
for w in (0.1, 0.3, 1.0):
    explorer.set(weight=w)
    lowest, other = explorer.drawing.at
    assert np.isclose(lowest, (1 + w) / (1 + 2 * w))
    assert np.isclose(-(1 + w) / lowest + w / (1 - lowest), 0) and other > lowest
assert np.isclose((1 + 0.125) / (1 + 2 * 0.125), 0.9)

# %% [markdown]
# *Question:* a network is already wrong and sure of it, $q = 0.001$ on a foreground pixel. Which penalty helps it back
# faster?

# %%
say(f"Push per unit of weight: label noise {1 / 0.001 - 1 / 0.999:.0f}, confidence {np.log(0.999 / 0.001):.1f}.")

# %% [markdown]
# A network is trained through its logits, and there the picture is milder. One step by the logit $z$ is $q(1-q)$ times
# one by $q$: the label noise penalty then pushes with at most 1, and the confidence penalty fades to 0 exactly where
# the network is surest.

# %%
q_wrong = 0.001
per_logit = [force * q_wrong * (1 - q_wrong) for force in (1 / q_wrong - 1 / (1 - q_wrong), np.log((1 - q_wrong) / q_wrong))]
assert per_logit[0] < 1
say(f"Per logit: label noise {per_logit[0]:.3f}, confidence {per_logit[1]:.4f}.")

# %% [markdown]
# ### From logits
#
# A logit of 1,000 is a probability of 1 to every digit that a computer keeps, and $\log(1 - 1)$ is minus infinity.
# Computed from logits the penalties stay finite. From probabilities the label noise penalty can not, and the library
# says so instead of clipping in silence.

# %%
sure = torch.full((1, 1, 4, 4), 1000.0)
assert label_noise_penalty(sure, from_logits=True) == 1000
try:
    label_noise_penalty(sure.sigmoid())
except ValueError as error:
    print(error)

# %% [markdown]
# ## Exercises

# %% [markdown] tags=["exercise"]
# **1.** Which weight of the *label noise penalty* (with its factor C) gives the same minimum as label smoothing with
# $\varepsilon = 0.1$ and two classes? Call it `weight`.
#
# *If yours is 0.111:* you forgot the factor $C$.

# %% tags=["solution"]
weight = 0.1 / 0.9 / 2
assert np.isclose((1 + weight) / (1 + 2 * weight), 0.95)

# %% [markdown] tags=["exercise"]
# **2.** For two classes, find the prediction `doubt` of the right class that minimises cross-entropy plus 0.5 times the
# *confidence* penalty. Use a grid.
#
# *If yours is 0.75:* that is the label noise penalty.

# %% tags=["solution"]
grid = np.linspace(0.001, 0.999, 999)
losses = [-np.log(g) - 0.5 * entropy(np.array([g, 1 - g])) for g in grid]
doubt = grid[np.argmin(losses)]
assert np.isclose(doubt, 0.902)

# %% [markdown] tags=["exercise"]
# **3.** Let $q = (s, \frac{1-s}{2}, \frac{1-s}{2})$ and let $s$ grow in steps of 0.01. From which $s$ on, `twice`, is
# $D(u\,\|\,q)$ more than twice $D(q\,\|\,u)$?

# %% tags=["solution"]
even, steps = np.full(3, 1 / 3), np.arange(0.5, 1.0, 0.01)
sure = [np.array([s, (1 - s) / 2, (1 - s) / 2]) for s in steps]
twice = steps[np.argmax([divergence(even, q) > 2 * divergence(q, even) for q in sure])]
assert np.isclose(twice, 0.98)

# %% [markdown]
# ## What we saw
#
# - With cross-entropy, label smoothing is $(1-\varepsilon)$ times [the hard loss $+ \frac{\varepsilon}{1-\varepsilon}
#   D(u\,\|\,\hat y)$], plus a constant.
# - The label noise penalty is $C\,D(u\,\|\,\hat y)$ up to a constant, the confidence penalty is $D(\hat y\,\|\,u)$ up
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
# - C. Szegedy et al.: Rethinking the Inception architecture for computer vision. *CVPR*, 2016, pp. 2818–2826.
# - G. Pereyra et al.: Regularizing neural networks by penalizing confident output distributions. 2017,
#   arXiv:1701.06548.
# - G. Hidy: *The Tversky loss function and its modifications for medical image segmentation*, talk, 2022, Claim 2.
