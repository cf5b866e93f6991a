"""Changes that widen permissions or open networks."""
