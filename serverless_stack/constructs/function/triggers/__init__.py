"""What calls a function: the methods ``on_*`` of ``LambdaHandler``."""
