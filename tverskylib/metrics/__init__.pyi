from .confidence import Calibration as Calibration
from .conventions import conventions as conventions
from .evaluation import Evaluation as Evaluation, PerImage as PerImage, Summary as Summary, evaluate as evaluate
from .histogram import Histogram as Histogram
from .printed import PrintedScores as PrintedScores, printed_scores as printed_scores
from .scores import (
    Scores as Scores,
    average_precision as average_precision,
    balanced_accuracy as balanced_accuracy,
    dice as dice,
    hd95 as hd95,
    jaccard as jaccard,
)
