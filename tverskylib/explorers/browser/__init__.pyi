from .composer import Composer as Composer
from .equivalence import Equivalence as Equivalence
from .explorer import BrowserExplorer as BrowserExplorer
from .penalised_pixel import PenalisedPixel as PenalisedPixel
from .phase_diagram import PhaseDiagram as PhaseDiagram
from .pushes import Pushes as Pushes
from .three_forms import ThreeForms as ThreeForms
from .threshold import Threshold as Threshold
