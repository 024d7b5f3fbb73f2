"""The same loss in other libraries: what each does, which call of theirs equals ours, and what differs where none does.

What is known of a library was found by running it (:mod:`.probes`, :mod:`.metric_probes`) on the calls listed in
:mod:`.calls`; the answers are stored in ``results/peers`` with the versions, and put into words by :mod:`.table`.
No library but PyTorch is needed to read them. ``python -m tverskylib.peers run`` asks again.
"""

from tverskylib._extras import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
