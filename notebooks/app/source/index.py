# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # All explorers
#
# Every explorer of the lessons on one page, without the code. Move a slider with the mouse, or reach it with the Tab key
# and press the arrow keys.
#
# Two pages tell a story with them: [weights and loss](weights_and_loss.ipynb) and [label
# smoothing](label_smoothing.ipynb).

# %%
import ipywidgets as widgets

from tverskylib import explorers, tiles

# %% [markdown]
# ## Cut a prediction at a threshold
#
# Belongs to lesson 02. *Look for:* the threshold with the largest index. It is not one half.

# %%
explorers.threshold()

# %% [markdown]
# ## One batch, two losses
#
# Belongs to lesson 05. *Look for:* which image decides the batch-wise loss.

# %%
explorers.composer()

# %% [markdown]
# ## Where Claim 1 holds
#
# Belongs to lesson 07. *Look for:* the corner of small lesions and strong smoothing.

# %%
explorers.phase_diagram()

# %% [markdown]
# ## All others, one at a time
#
# Choose one.

# %%
tile = tiles.real_crop()
choices = {
    "00 Two discs and their three counts": explorers.overlap,
    "01 Logits, softmax and sigmoid": explorers.activation,
    "01 Accuracy when the foreground is rare": explorers.accuracy,
    "03 What one missed pixel is worth": lambda: explorers.weights(tile),
    "04 From soft counts to counts": lambda: explorers.sharpening(tile),
    "04 The loss as a landscape": explorers.landscape,
    "05 An image without foreground": explorers.empty_mask,
    "06 The labels sorted and cut": explorers.sorted_labels,
    "07 One pixel, two losses": explorers.one_pixel,
    "08 Entropy over three classes": explorers.simplex,
    "08 Smooth labels against a penalty": explorers.equivalence,
    "08 How hard two penalties push": explorers.pushes,
    "09 A penalty along one pixel": explorers.penalised_pixel,
    "09 A penalty over the landscape": explorers.penalised_landscape,
    "09 Three forms of the index": explorers.three_forms,
    "10 Two trained networks, one tile": explorers.swipe,
    "11 Two losses in pairs of seeds": explorers.pairs,
}

# %%
chosen = widgets.Dropdown(options=choices, description="lesson", layout={"width": "min(34em, 98%)"})
shown = widgets.VBox([chosen.value()])
chosen.observe(lambda change: setattr(shown, "children", [change.new()]), "value")
widgets.VBox([chosen, shown])
