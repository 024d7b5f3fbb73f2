from . import explorers as explorers, figures as figures, tiles as tiles
from .counts import Counts as Counts, soft_counts as soft_counts
from .index import (
    dice_index as dice_index,
    jaccard_index as jaccard_index,
    tversky_from_counts as tversky_from_counts,
    tversky_index as tversky_index,
)
from .labels import one_hot as one_hot, smooth_labels as smooth_labels
from .losses import TverskyLoss as TverskyLoss, tversky_loss as tversky_loss

__version__: str
