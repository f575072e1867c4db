"""Checks of the source itself, each a sentence that holds or does not."""
