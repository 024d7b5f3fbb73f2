"""A small project to try the generator on; what the generator makes of the real one, test_stored.py looks at."""

from textwrap import dedent

import build
import pytest

HEADER = """\
# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

"""

LESSON = """\
# %% [markdown]
# # Start here
#
# Where does one
# begin?
#
# <!-- lessons -->
# <!-- /lessons -->

# %% tags=["setup"]
from IPython.display import display
from ipywidgets import IntSlider

# %% tags=["check"]
print("a line")
1 + 1

# %%
class Explorer(IntSlider):
    def _repr_mimebundle_(self, **kwargs):
        still = {"image/png": "iVBORw0KGgo=", "text/html": "<img alt='a dot' src='data:image/png;base64,iVBORw0KGgo='>"}
        return {**super()._repr_mimebundle_(**kwargs), **still}, {"image/png": {"alt": "a dot"}}

Explorer()

# %% [markdown] tags=["exercise"]
# Add two and two; [a hint](01_other.ipynb).

# %% tags=["solution"]
2 + 2
"""


@pytest.fixture
def project(tmp_path):
    """A folder with one lesson, a library, a README and no repository address."""
    for path, text in {
        "pyproject.toml": "[project]\nname = 'small'\n",
        "requirements.txt": "numpy==2.0\n",
        "tverskylib/__init__.py": "",
        "README.md": "# Small\n\n<!-- links -->\n<!-- /links -->\n\n<!-- lessons -->\n<!-- /lessons -->\n",
        "notebooks/source/00_start_here.py": HEADER + LESSON,
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return build.Project(tmp_path)


@pytest.fixture
def published(project):
    """The same with an address."""
    with (project.root / "pyproject.toml").open("a") as file:
        file.write("urls.Repository = 'https://github.com/someone/small.git'\n")
    return build.Project(project.root)


@pytest.fixture
def notebook():
    """Make a notebook of code cells, not yet run."""

    def make(*sources):
        text = (
            HEADER + "# %% [markdown]\n# # A title\n\n" + "".join(f"# %%\n{dedent(source)}\n\n" for source in sources)
        )
        return build.jupytext.reads(text, fmt="py:percent")

    return make
