"""The console: a page on a port of its own, for whoever has the key of this cloud."""
