"""Images to segment, with a ground truth and a prediction.

Imported at once and not lazily, for it costs nothing (scikit-image and scikit-learn load on the first call), and
because the function ``real_image`` must win over the module of the same name.
"""

from tverskylib.tiles.real_image import RealImage, real_crop, real_image

__all__ = ["RealImage", "real_crop", "real_image"]
