from .batch import BatchComposer as BatchComposer
from .explorer import BrowserExplorer as BrowserExplorer
from .overlap import Overlap as Overlap
from .phase_diagram import PhaseDiagram as PhaseDiagram
from .threshold import Threshold as Threshold
