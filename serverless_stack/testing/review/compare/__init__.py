"""The comparison of templates and stacks."""
