"""Explorers that are computed and drawn in the browser: in a notebook, in Voila, or in a page with no kernel.

An explorer is declared twice, in few lines each; all else is the engine's.

**Python** (``NAME.py``, a subclass of :class:`~tverskylib.explorers.browser.explorer.BrowserExplorer`, listed in this
package's ``__init__.pyi`` and, by the short name that lessons call, in ``explorers/lessons.py``):

- ``name``, ``title``, ``question`` (stands over the figure), ``presets``, ``frames`` (one sentence -> the values at which
  it is seen, the climax last: they make the stored strip), ``guesses`` (the value of which the reader marks a guess).
- its values, from ``values.py``: ``alpha()``, ``beta()``, ``epsilon()``, ``share()``, ``classes()``, or
  ``Number(default, low, high, hint=, scale=linear(low, high, step), say=)``, or ``Choice({value: words}, label=)``.
- ``numbers``: what the page shows, computed by the library, name -> float. A test compares them with the page's at
  random settings, to 1e-9. Lessons check other quantities as properties. Data is shipped as ``Bytes`` traits.

**JavaScript** (``NAME.js``, which exports ``declaration``):

- ``data(get)``, optional: what is prepared once of shipped data. ``derive(values, data) -> now``: everything shown is a
  function of ``now``. Formulas come from ``formulas.js``, which ``formulas.py`` generates of theory/; none is typed.
  ``values`` also has ``guess`` (a number or null) and ``history`` (earlier values, for a trail).
- ``parts(data)``: columns of parts; ``shares``: how wide the columns are. A part is ``chart(...)``, ``errorMap(...)``,
  ``pixelMap(...)``, ``bars(...)``, ``numbers(...)``, ``sentence(...)``, ``legend(...)``; ``live(part)`` leaves it out of
  the strip. It is a function, so that Node imports the module without a page.
- ``chart``: x and y {low, high, log, ticks, label, say}, areas {role, of}, lines {role, dash, of, words, at},
  marks {kind, role, at, words, drag}, each with ``when``. ``of(now)`` is a function of x, or {x, y}, or for areas
  {x, low, high}. Kinds of marks: here (open circle), best (diamond), optimum (star), before (ghost), rule (a line through
  the frame: one coordinate is null), dot, square. ``drag: {label, x: name, y: name}`` makes a mark movable, by mouse and
  by keys; ``{name, of: (x, now) => value, reversed}`` where the axis shows something else than the value.
- ``numbers``: name in ``now`` -> {label, hint, say, role}; ``words(now)``: one or two sentences, for those who listen.

Roles are colours, dashes and patterns of ``figures/grammar.json``, CSS variables here. After a change run
``python -m tverskylib.explorers.browser.formulas`` and ``python notebooks/strips.py``; tests say when. A text may set an
explorer: ``[beta 0.9](#tversky:NAME?beta=0.9)``. An answer that the guess opens is, in the text below the explorer,
``<details class="tversky-answer"><summary>The answer</summary> ... </details>``.
"""

from tverskylib._extras import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
