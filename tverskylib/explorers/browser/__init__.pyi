from .batch import BatchComposer as BatchComposer
from .claim1 import Claim1Explorer as Claim1Explorer
from .explorer import BrowserExplorer as BrowserExplorer
from .threshold import Threshold as Threshold
