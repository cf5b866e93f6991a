"""Template snapshots."""
