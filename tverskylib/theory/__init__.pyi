from .chances import lottery as lottery, smoothed_chances as smoothed_chances
from .conditions import (
    best_prediction as best_prediction,
    claim1_holds as claim1_holds,
    claim1_optimum as claim1_optimum,
    critical_delta as critical_delta,
    critical_fraction as critical_fraction,
    optimal_threshold as optimal_threshold,
    smoothed_cut as smoothed_cut,
)
from .derivation import Derivation as Derivation, DerivationError as DerivationError, Step as Step
from .entropy import claim2 as claim2, penalties as penalties
from .gradient import pixel_gradients as pixel_gradients
from .minimum import minimum_form as minimum_form, squared_form as squared_form
from .smoothing import claim1 as claim1, claim1_simplex as claim1_simplex
from .threshold import threshold_theorem as threshold_theorem
from .tversky import (
    batch_mean as batch_mean,
    empty_mask as empty_mask,
    only_minimum as only_minimum,
    tversky_gradient as tversky_gradient,
)
from .weights import ratio_of_weights as ratio_of_weights
