"""One folder per AWS service: limits on values, rules on templates."""
