from . import (
    explorers as explorers,
    figures as figures,
    metrics as metrics,
    peers as peers,
    theory as theory,
    tiles as tiles,
    training as training,
)
from .counts import Counts as Counts, soft_counts as soft_counts
from .environment import check_environment as check_environment
from .index import (
    dice_index as dice_index,
    jaccard_index as jaccard_index,
    tversky_from_counts as tversky_from_counts,
    tversky_index as tversky_index,
)
from .labels import one_hot as one_hot, smooth_labels as smooth_labels
from .losses import TverskyLoss as TverskyLoss, tversky_loss as tversky_loss
from .notebook import checked as checked, say as say
from .penalties import (
    Regularised as Regularised,
    confidence_penalty as confidence_penalty,
    label_noise_penalty as label_noise_penalty,
)
from .thresholds import threshold_counts as threshold_counts

__version__: str
