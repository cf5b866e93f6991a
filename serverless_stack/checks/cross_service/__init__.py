"""Resources of several services together."""
