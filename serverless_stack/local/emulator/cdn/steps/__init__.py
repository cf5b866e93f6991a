"""The steps of a distribution: see ``pipeline.py`` for their order."""
