"""The formats of a diagram: SVG, a page, Mermaid and D2."""
