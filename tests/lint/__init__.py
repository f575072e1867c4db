"""Checks of the source itself, each a sentence that holds or does not."""


class Skipped(Exception):
    """Why a check cannot be made here."""
