# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Your results
#
# What do the runs in a folder say, and how sure can one be?
#
# This page is no lesson. Point it at a folder of records that `python -m tverskylib.training grid` has made, on synthetic
# tiles or on [images of your own](BRING_YOUR_OWN_IMAGES.md), and run it: it shows the means with their spread, the
# comparisons in pairs, what no network at all would score, how far the probabilities can be believed, and what one of the
# networks draws. It claims nothing about your data; where there are too few runs to say something, the tables say so.
#
# ## Which results
#
# Write the folder's name between the quotes, as `"../results/cpu-glands-1a2b3c4d"`. If the runs were made on images of
# your own and you want to see predictions, name their folder too, and how it was read: what you gave to the command line,
# as `dict(size=256, resize=0.5, foreground="nonzero")`. While no folder is named, four runs of a few seconds are made on
# small synthetic tiles, so that there is something to show. They learn next to nothing.

# %% tags=["setup"]
RESULTS = ""
IMAGES, READ = "", dict(size=64)

# %% tags=["setup"]
import tempfile
from itertools import product

import numpy as np

from tverskylib import explorers, figures, say
from tverskylib.metrics import conventions
from tverskylib.tiles import folder_tiles
from tverskylib.training import paired_differences, read_records, results_frame, run_grid, runs, summary
from tverskylib.training.again import train_again
from tverskylib.training.baselines import trivial_baselines
from tverskylib.training.tables import METRICS, markdown

# %% tags=["setup"]
with tempfile.TemporaryDirectory() as small:
    records = read_records(RESULTS) if RESULTS else run_grid(runs("smoke"), small, jobs=1, progress=False)
frame = results_frame(records)
say(f"{len(records)} runs; seeds: {', '.join(map(str, sorted(set(frame['seed']))))}; "
    f"data: {', '.join(sorted({record['data']['name'] for record in records}))}.")

# %% [markdown]
# ## The data
#
# A score means little without knowing on how many images it stands. This is what the splits of the first record hold; with
# images of your own, other seeds have other splits unless you fixed them. A test split of a handful of positive images can
# favour either loss by chance, whatever the number of seeds.

# %%
splits = records[0]["data"]["splits"]
rows = [f"| {name} | {part['images']} | {part['groups']} | {part['tiles']} | {part['empty']} |" for name, part in splits.items()]
say("\n".join(["| split | images | groups | tiles | empty tiles |", "| --- | --- | --- | --- | --- |", *rows]))

# %% [markdown]
# ## Means over the seeds
#
# The five metrics as means over the positive test images at threshold 0.5, with the standard deviation over seeds. With
# one seed there is no deviation, and nothing to compare it with: `--seeds 0-4` makes five.
#
# *Look for:* whether two rows differ by more than their deviations. If they do not, another seed may turn them round.

# %%
say(markdown(summary(frame, METRICS)))

# %% [markdown]
# The same five metrics have other values when all images are pooled, or when empty images are looked at as well, and a
# paper does not always say which it means. The area ratio is predicted foreground over true foreground: above 1 the
# networks call too much.

# %%
more = ("pooled_dice", "batches_dice", "pooled_dice_all", "flooded_negatives", "missed_positives", "area_ratio")
say(markdown(summary(frame, more)))

# %% [markdown]
# ## Batch-wise against image-wise, in pairs
#
# Two runs with equal seeds differ in nothing but the domain of the loss, so their difference is worth more than the
# difference of two means. The brackets are 95 % intervals, not corrected for the number of comparisons. An interval that
# contains 0 leaves the question open. The table has Dice and average precision under every convention, because the answer
# may depend on it: in our own runs it does, see [lesson 11](11_what_the_experiment_says.ipynb).

# %%
ways = [f"{way}{name}{over}" for name, way, over in product(("dice", "average_precision"), ("", "batches_", "pooled_"), ("", "_all"))]
pairs = paired_differences(frame, ways)
say(markdown(pairs) if len(pairs) else "There is no pair: make runs with both domains and equal seeds.")

# %% [markdown]
# Every difference, for one task and one arm: change `TASK` and `ARM` to see another. *Move this:* the number of seeds, and
# then the convention. *Look for:* how far apart the pairs lie, and how slowly the thin interval narrows.

# %%
TASK, ARM = frame[["task", "arm"]].iloc[0]
chosen = frame.query("task == @TASK and arm == @ARM")
explorers.pairs(chosen, seeds=10) if chosen["domain"].nunique() == 2 else say("There is no pair of this task and arm.")

# %% [markdown]
# ## Without a network
#
# What it is worth to call every pixel foreground, or none. A network that does not beat this has learned nothing that the
# metric can see. Where foreground is common, calling everything foreground scores surprisingly well.

# %%
trivial_baselines(records).round(3)

# %% [markdown]
# ## How far the probabilities can be believed
#
# Of the pixels that a network calls 70 % sure, 70 % should be foreground: then its line lies on the diagonal. The Dice loss
# drives probabilities to 0 and 1, so that few pixels lie between, and those are often badly calibrated. The diagrams are of
# the first seed of each task, on the positive test images.

# %%
def calibration(task):
    """Of both domains, or of the one that there is."""
    own = [one for one in records if one["settings"]["task"] == task]
    first = {one["settings"]["domain"]: one["test"]["over_positive"]["calibration"] for one in reversed(own)}
    return dict(sorted(first.items()))

figures.reliability({f"task: {task}": calibration(task) for task in sorted(set(frame["task"]))})

# %% [markdown]
# ## What one of the networks draws
#
# Records hold numbers, not networks, so one run is made again from its settings, which takes as long as it did the first
# time. If the tiles are not those of the record, an error says so. Change `CHOSEN` to see another run.

# %%
CHOSEN = 0
tiles = folder_tiles(IMAGES, **READ) if IMAGES else None
seen = train_again(records[CHOSEN], tiles, progress=False)
say(f"Made again: {seen.settings.task} tiles, {seen.settings.domain}-wise, seed {seen.settings.seed}; "
    f"it took {records[CHOSEN]['seconds']:.0f} s the first time.")

# %% [markdown]
# The tiles are in grey. What is found is plain, false alarms are striped, and what is missed is dotted. The line is the
# border of the target. Above each tile stands its share of foreground.
#
# *Look for:* one kind of error that comes again and again. If the network misses what you would miss too, look at the
# masks; if it draws what nobody would, look at the tiles that it was trained on.

# %%
images, targets = seen.test.images.permute(0, 2, 3, 1).numpy() / 255, seen.test.targets[:, 0].numpy()
called = seen.probabilities[:, 0] >= 0.5
shown = range(min(24, len(images)))
painted = np.stack([figures.paint(images[k], called[k], targets[k]) for k in shown])
figures.contact_sheet(painted, targets[shown], f"{len(painted)} test tiles with what the network finds, invents and misses.")

# %% [markdown]
# This run under all conventions in use, so that you can compare it with a number that you have read somewhere:

# %%
mask = None if seen.test.mask is None else seen.test.mask.numpy()
conventions(seen.probabilities, seen.test.targets.numpy(), mask=mask).round(3)
