"""How Sphinx makes the site. ``make.py`` lays out the pages and runs it."""

import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "build" / "site-pages"  # where stage.py lays them out
sys.path.insert(0, str(ROOT / "site"))

from live import LANDING  # noqa: E402

import tverskylib  # noqa: E402

project = "The Tversky loss, lesson by lesson"
author = "The tverskylib authors"
copyright = "The tverskylib authors. Lessons: CC BY 4.0, code: MIT"
version = release = tverskylib.__version__
extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.mathjax",
    "sphinxcontrib.bibtex",
    "sphinx_design",
    "docstrings",
    "introduced",
    "lean",
]
exclude_patterns = ["files"]  # for downloads
nitpicky = False

# The notebooks are stored with their outputs. Derivations hold $$...$$, so their Markdown is read as the pages' is.
nb_execution_mode = "off"
nb_render_markdown_format = "myst"
myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath", "html_image", "attrs_inline"]
myst_heading_anchors = 4
myst_links_external_new_tab = False
# Two classes are called Trained, a run and a picture of runs; each is meant where it stands.
suppress_warnings = ["mystnb.unknown_mime_type", "ref.python"]
smartquotes = False

bibtex_bibfiles = [str(PAGES / "references.bib")]
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_inherit_docstrings = False  # what PyTorch says of every module is said elsewhere
autodoc_preserve_defaults = True  # as they are written: a path of this machine means nothing elsewhere
napoleon_google_docstring = True

# Nothing comes from another host: MathJax lies in a package, of which two parts are copied.
mathjax_path = "mathjax/tex-chtml.js"
mathjax3_config = {"options": {"enableMenu": False}}

html_theme = "sphinx_book_theme"
templates_path = ["templates"]
html_title = "The Tversky loss"
html_static_path = [str(PAGES / "_static")]
html_css_files = ["site.css"]
html_js_files = ["site.js", "page.js"]
html_show_search_summary = False  # it fetches pages, which fails where the site is opened from a disk
html_copy_source = False
html_context = {"default_mode": "auto", "landing": LANDING}
html_theme_options = {
    "navbar_start": [],
    "navbar_center": [],
    "navbar_end": [],
    "navbar_persistent": [],
    "show_navbar_depth": 1,
    "use_download_button": False,
    "use_fullscreen_button": False,
    "show_toc_level": 1,
    "footer_end": [],
}
_urls = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"].get("urls", {})
if "Repository" in _urls:
    html_theme_options |= {
        "repository_url": _urls["Repository"],
        "use_repository_button": True,
        "use_issues_button": True,
    }

# Cards that other sites show for a link, and the page of what is not found, need a full address.
if "Documentation" in _urls:
    html_context["address"] = _urls["Documentation"].rstrip("/") + "/"
    extensions.append("sphinxext.opengraph")
    ogp_site_url = html_context["address"]
    ogp_image = "_static/card.png"
    ogp_social_cards = {"enable": False}
