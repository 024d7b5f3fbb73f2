# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Label smoothing
#
# What smooth labels ask of a network, with cross-entropy and with a Tversky loss. The proofs are in lesson 07. [All
# explorers](index.ipynb), [weights and loss](weights_and_loss.ipynb).
#
# $$\tilde y = (1 - \varepsilon)\, y + \frac{\varepsilon}{C}$$

# %%
from tverskylib import explorers

# %% [markdown]
# ## One pixel, two losses
#
# The label of one pixel is smoothed, and the curves show each loss over what the network says of this pixel. *Guess
# first:* where do the minima go when epsilon grows, on the left and on the right?

# %%
explorers.one_pixel()

# %% [markdown]
# *Look for:* the minima of cross-entropy move to the smoothed labels. Those of Dice stay at 0 and 1: no doubt is asked
# for. Then set C to 1 and epsilon to 0.45, and the background's minimum jumps to the wrong end.
#
# ## Three candidates
#
# Only three predictions can be best against a smoothed mask: nothing, the mask, everything. *Guess first:* epsilon is
# 0.2 and the lesion gets smaller and smaller. Is the mask always the best of the three?

# %%
explorers.phase_diagram(p=0.1)

# %% [markdown]
# *Look for:* the longest bar. For Dice and C = 2 it is "everything" once less than 1.389 % of the image is foreground.
# Below the bars stands why: the threshold tau has left the space between the two labels. *Guess next:* does a large delta
# mend it? And with alpha 1.8 and beta 0.2?
#
# *Look for:* T, where the mask is best; O, where "everything" is; Z, where "nothing" is. For Dice a large delta takes O
# away. With alpha 1.8 and beta 0.2 it brings Z.
#
# ## The same threshold on a real prediction
#
# The theorem behind the map says that every optimum cuts the *chance* of foreground at tau, for Dice at half of the best
# index. *Guess first:* where is the best cut of this prediction?

# %%
explorers.threshold()

# %% [markdown]
# *Look for:* the two marks, the best threshold and tau. They differ where the prediction's probabilities are not its
# chances; the share of foreground near the best threshold says what the chance is there.
