"""How the documentation is built: `make docs`."""

project = "avow"
copyright = "the avow authors"  # noqa: A001 - the name that Sphinx reads
author = "the avow authors"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
html_theme = "alabaster"
html_theme_options = {"description": "a privacy statement as a program", "fixed_sidebar": "true"}
html_copy_source = False
html_show_sphinx = False
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
suppress_warnings: list[str] = []
nitpicky = True
