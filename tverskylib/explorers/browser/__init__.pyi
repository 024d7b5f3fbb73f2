from .composer import Composer as Composer
from .equivalence import Equivalence as Equivalence
from .explorer import BrowserExplorer as BrowserExplorer
from .phase_diagram import PhaseDiagram as PhaseDiagram
from .pushes import Pushes as Pushes
from .threshold import Threshold as Threshold
