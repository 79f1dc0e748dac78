"""A book -> the pages of the site, as Markdown files that mkdocs-material builds: what is on each, where it goes, and how it is written."""
