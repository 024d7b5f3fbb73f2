"""The explorers of the lessons, by the short names that lessons call: each class says what it shows, and where."""

from __future__ import annotations

from tverskylib.explorers.browser.accuracy import Accuracy
from tverskylib.explorers.browser.activation import Activation
from tverskylib.explorers.browser.composer import Composer
from tverskylib.explorers.browser.empty_mask import EmptyMask
from tverskylib.explorers.browser.equivalence import Equivalence
from tverskylib.explorers.browser.landscape import Landscape
from tverskylib.explorers.browser.one_pixel import OnePixel
from tverskylib.explorers.browser.overlap import Overlap
from tverskylib.explorers.browser.pairs import Pairs
from tverskylib.explorers.browser.penalised_landscape import PenalisedLandscape
from tverskylib.explorers.browser.penalised_pixel import PenalisedPixel
from tverskylib.explorers.browser.phase_diagram import PhaseDiagram
from tverskylib.explorers.browser.pushes import Pushes
from tverskylib.explorers.browser.sharpening import Sharpening
from tverskylib.explorers.browser.simplex import Simplex
from tverskylib.explorers.browser.sorted_labels import SortedLabels
from tverskylib.explorers.browser.swipe import Swipe
from tverskylib.explorers.browser.three_forms import ThreeForms
from tverskylib.explorers.browser.threshold import Threshold
from tverskylib.explorers.browser.weights import Weights

accuracy = Accuracy
activation = Activation
composer = Composer
empty_mask = EmptyMask
equivalence = Equivalence
landscape = Landscape
one_pixel = OnePixel
overlap = Overlap
pairs = Pairs
penalised_landscape = PenalisedLandscape
penalised_pixel = PenalisedPixel
phase_diagram = PhaseDiagram
pushes = Pushes
sharpening = Sharpening
simplex = Simplex
sorted_labels = SortedLabels
swipe = Swipe
three_forms = ThreeForms
threshold = Threshold
weights = Weights
