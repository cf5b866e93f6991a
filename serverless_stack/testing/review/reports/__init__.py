"""Reports of a review: text, Markdown and JSON."""
