"""The connections of a function to other resources, as a method."""


class Connections:
    """The method ``connect`` of ``LambdaHandler``."""
