"""The five metrics of the comparison, what surrounds them, and what each says of an empty mask.

``evaluate`` gives the whole record, ``conventions`` a table of all conventions in use, this project's among them. The prediction's mask is ``probability >= threshold``. An image is positive if
its target has foreground, negative otherwise.

One image:

=================  =======================  ========================  =====================  =======================
metric             only prediction empty    only target empty         both empty             otherwise
=================  =======================  ========================  =====================  =======================
average precision  of the probabilities     undefined: None           undefined: None        of the probabilities
balanced accuracy  1/2                      specificity               specificity: 1         mean of the two rates
Dice, Jaccard      0                        0                         1                      of the counts
HD95               1                        1                         0                      distance / diagonal
=================  =======================  ========================  =====================  =======================

A target without background leaves balanced accuracy the sensitivity alone.

Three ways to many images, each over the positive images and over all:

- **mean of images**: every image scored, then averaged. This is the project's convention.
- **mean of batches**: consecutive images in batches of ``batch_size`` (the last may be smaller and weighs as much as
  the others), each batch scored as one large image, then averaged. Over the positive images, the batches are made
  of positive images only.
- **pooled**: all images scored as one large image.

What is undefined is left out of a mean; a mean of nothing is None, JSON's null, and never NaN:

- Average precision needs foreground. Images without it are left out, so that its mean of images is the same number
  over all images as over the positive ones, and batches without foreground are left out of the mean of batches.
  False alarms on negative images count only where they share a batch or a pool with foreground.
- HD95 is a distance within an image. A batch has the mean of its images; pooled, there is none: None.
- Without positive images, what is over the positive images is None; without negative ones, ``flooded_negatives`` is;
  without ``batch_size``, all means of batches are.

What a ``mask`` excludes is in no number. HD95 then takes what is excluded as neither predicted nor foreground.

Means are rounded once (``math.fsum``), so that the order of the images changes nothing but the batches.
"""

from tverskylib._extras import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
