"""The content engine: what is different, in which order it is written, and what is recorded."""
