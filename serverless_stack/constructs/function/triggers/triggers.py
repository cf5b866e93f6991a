"""The triggers of a function, as methods."""


class Triggers:
    """The methods ``on_*`` of ``LambdaHandler``."""
