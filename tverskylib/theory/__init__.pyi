from .conditions import (
    best_prediction as best_prediction,
    claim1_holds as claim1_holds,
    claim1_optimum as claim1_optimum,
    critical_fraction as critical_fraction,
    optimal_threshold as optimal_threshold,
)
from .derivation import Derivation as Derivation, DerivationError as DerivationError, Step as Step
from .entropy import claim2 as claim2, penalties as penalties
from .gradient import pixel_gradients as pixel_gradients
from .minimum import minimum_form as minimum_form
from .smoothing import claim1 as claim1, claim1_simplex as claim1_simplex
from .threshold import threshold_theorem as threshold_theorem
from .tversky import tversky_gradient as tversky_gradient
