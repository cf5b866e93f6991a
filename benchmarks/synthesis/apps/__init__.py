"""The applications that are measured: ours, and twins without this library."""
