"""Content and its headers, as synthesis, operations and Lambda see them. Standard library only."""
