from .accuracy import Accuracy as Accuracy
from .composer import Composer as Composer
from .explorer import BrowserExplorer as BrowserExplorer
from .overlap import Overlap as Overlap
from .phase_diagram import PhaseDiagram as PhaseDiagram
from .threshold import Threshold as Threshold
from .weights import Weights as Weights
