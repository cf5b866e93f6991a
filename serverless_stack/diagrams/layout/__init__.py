"""Where the boxes, frames and edges of a diagram go."""
