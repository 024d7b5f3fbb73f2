# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Weights and loss
#
# What alpha and beta do to a given mask, to the best threshold, and to what a network learns. The proofs are in
# lessons 03 to 05. [All explorers](index.ipynb), [label smoothing](label_smoothing.ipynb).
#
# $$T_{\alpha,\beta} = \frac{TP + \delta}{TP + \alpha\, FP + \beta\, FN + \delta}$$
#
# $$L = 1 - T_{\alpha,\beta}$$

# %%
from tverskylib import explorers, tiles

tile = tiles.real_crop()

# %% [markdown]
# ## The weights judge
#
# A mask makes two kinds of mistake. Alpha weighs the false positives (striped), beta the false negatives (dotted). Dice,
# Jaccard and F2 are three choices. *Guess first:* does the mask change when beta goes up? Where does the best threshold
# go? And where, when you press Dice and then Jaccard?

# %%
explorers.weights(tile)

# %% [markdown]
# *Look for:* the mask stays, and only its mark changes. The line joins masks with the same index; it gets flat when beta
# is large against alpha. Only the threshold moves the point along its curve. The black diamond is the best mask, where
# such a line touches the curve: a large beta pulls its threshold down, a large alpha pushes it up. From Dice to Jaccard
# the index drops, and the diamond stays.
#
# ## The loss pulls
#
# As a loss the index compares probabilities with the target. All foreground pixels have one derivative, all background
# pixels another. *Guess first:* where is a foreground pixel pulled harder, where all is
# wrong or where nothing is predicted?

# %%
explorers.landscape()

# %% [markdown]
# *Look for:* the way downhill turns to the right with beta and down with alpha. The only minimum is the star. At foreground
# 0 and delta 0 the background does not pull at all.
#
# ## An image without foreground
#
# Here nothing but delta decides. *Guess first:* the network says 0.5 everywhere, and delta is a tiny 10⁻⁵. How hard is it
# pulled towards the right answer?

# %%
explorers.empty_mask()

# %% [markdown]
# *Look for:* a plateau, then a cliff. With a tiny delta the network stands far out on the plateau, where the slope is
# next to nothing. Raise delta, and the cliff comes to meet it.
#
# ## One batch, two losses
#
# Image-wise takes the mean of the images' indices; batch-wise adds up the counts first. *Guess first:* make the small
# lesion perfect. Which of the two moves?

# %%
explorers.composer()

# %% [markdown]
# *Look for:* the weight beside each image, its share of the batch's denominator. "Equal lesions" makes both ways agree.
# "False alarm on an empty image" costs a fixed price image-wise, and a growing one batch-wise.
