"""What a function may use: the method ``connect`` of ``LambdaHandler``."""
