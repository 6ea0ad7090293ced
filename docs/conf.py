"""Sphinx settings of the site; `make site` lays out its source and calls Sphinx with them."""

from importlib.metadata import version as _version
from pathlib import Path

project = "gradcourse"
author = "The gradcourse authors"
copyright = author
version = release = _version("gradcourse")
extensions = ["myst_nb"]

nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3
myst_links_external_new_tab = False
suppress_warnings = ["mystnb.unknown_mime_type", "myst.xref_missing"]

_here = Path(__file__).resolve().parent
html_theme = "sphinx_book_theme"
html_title = "gradcourse"
html_static_path = [str(_here / "_static")]
html_favicon = str(_here / "_static" / "icon.svg")
html_css_files = ["site.css"]
html_js_files = [("panel.js", {"defer": "defer"})]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_show_copyright = False
html_show_search_summary = False  # it would fetch pages, which a browser refuses for files
html_last_updated_fmt = None
html_context = {"default_mode": "auto"}
html_theme_options = {
    "show_prev_next": True,
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "use_download_button": False,
    "use_fullscreen_button": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "home_page_in_toc": False,
    "navbar_persistent": [],
    "footer_content_items": [],
}
exclude_patterns = ["extra"]

mathjax_path = "../mathjax/tex-svg.js"  # seen from _static
mathjax3_config = {
    "options": {"enableMenu": False},
    "svg": {"fontCache": "global"},
}

