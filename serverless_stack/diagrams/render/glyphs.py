"""The library's own glyphs: paths on a canvas of 24 pixels, drawn as lines."""

from __future__ import annotations

from typing import Final

# The path of each glyph, by the category of a box.
GLYPHS: Final = {
    "alarm": "M12 4a6 6 0 0 1 6 6v4l2 3H4l2-3v-4a6 6 0 0 1 6-6zM10 20h4",
    "api": "M8 5 3 12l5 7M16 5l5 7-5 7M13.5 5l-3 14",
    "balancer": "M12 4v5M5 20v-5h14v5M12 9v6M12 15v5M9 4h6v0H9zM3 20h4M10 20h4M17 20h4",
    "brain": "M12 4v16M12 6a3 3 0 0 0-6 0 3 3 0 0 0-2 5 3 3 0 0 0 2 5 3 3 0 0 0 6 2"
    "M12 6a3 3 0 0 1 6 0 3 3 0 0 1 2 5 3 3 0 0 1-2 5 3 3 0 0 1-6 2",
    "bucket": "M4 6.5c0-1.4 3.6-2.5 8-2.5s8 1.1 8 2.5-3.6 2.5-8 2.5-8-1.1-8-2.5z"
    "M4 6.5l2 12c.2 1 2.9 2 6 2s5.8-1 6-2l2-12",
    "bus": "M3 9h18M3 15h18M7 9V5M12 9V5M17 9V5M7 15v4M12 15v4M17 15v4",
    "cache": "M5 6c0-1.1 3.1-2 7-2s7 .9 7 2-3.1 2-7 2-7-.9-7-2zM5 6v12c0 1.1 3.1 2 7 2"
    "s7-.9 7-2V6M13 10l-3 4h4l-3 4",
    "cdn": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c5 5 5 13 0 18M12 3c-5 5-5 13 0 18",
    "clock": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l4 2",
    "container": "M12 3l8 4.5v9L12 21l-8-4.5v-9zM4 7.5l8 4.5 8-4.5M12 12v9",
    "database": "M5 6c0-1.1 3.1-2 7-2s7 .9 7 2-3.1 2-7 2-7-.9-7-2zM5 6v12c0 1.1 3.1 2 7 2"
    "s7-.9 7-2V6M5 12c0 1.1 3.1 2 7 2s7-.9 7-2",
    "deploy": "M12 15V4M7.5 8.5 12 4l4.5 4.5M4 15v5h16v-5",
    "dns": "M4 5h16v6H4zM4 13h16v6H4zM8 8h.01M8 16h.01M12 8h5M12 16h5",
    "edge": "M7 5H4v14h3M17 5h3v14h-3M9 12h6M12 9v6",
    "files": "M4 6h6l2 2h8v11H4zM8 13h8M8 16h5",
    "function": "M5 20 11 9 9 4H6M13 13l3.5 7H20",
    "globe": "M12 21s7-6 7-11a7 7 0 0 0-14 0c0 5 7 11 7 11zM12 7.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0"
    " 0 0 0-5z",
    "key": "M8 11a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM11 12l8-8M16 7l3 3M13.5 9.5l2 2",
    "log": "M6 3h9l4 4v14H6zM14 3v5h5M9 12h7M9 16h7",
    "network": "M9 4h6v5H9zM3 15h6v5H3zM15 15h6v5h-6zM12 9v3M6 15v-3h12v3",
    "other": "M5 5h14v14H5zM9 9h6v6H9z",
    "queue": "M3 7h4v10H3zM10 7h4v10h-4zM17 7h4v10h-4z",
    "rule": "M4 5h16l-6 7v6l-4 2v-8z",
    "schedule": "M4 6h16v14H4zM4 10h16M8 3v5M16 3v5M12 13v3h3",
    "search": "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5 20 20",
    "secret": "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 14.5v2",
    "server": "M4 4h16v7H4zM4 13h16v7H4zM8 7.5h.01M8 16.5h.01",
    "shield": "M12 3l8 3v6c0 5-3.5 8-8 9-4.5-1-8-4-8-9V6zM8.5 12l2.5 2.5 4.5-5",
    "stack": "M12 3l9 5-9 5-9-5zM3 12l9 5 9-5M3 16l9 5 9-5",
    "stream": "M3 8c3-3 6 3 9 0s6 3 9 0M3 13c3-3 6 3 9 0s6 3 9 0M3 18c3-3 6 3 9 0s6 3 9 0",
    "subnets": "M4 5h7v6H4zM13 5h7v6h-7zM4 13h7v6H4zM13 13h7v6h-7z",
    "table": "M4 5h16v14H4zM4 10h16M4 14.5h16M10 5v14",
    "topic": "M4 10v4h4l8 4V6l-8 4zM19 9.5c1.3 1.5 1.3 3.5 0 5",
    "users": "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-4 2.5-6 6-6s6 2 6 6"
    "M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14.5c2 1 3 3 3 5.5",
    "viewers": "M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-5 3.5-7 8-7s8 2 8 7",
    "vpc": "M7 18a4 4 0 0 1-.5-8A6 6 0 0 1 18 9.5a4.3 4.3 0 0 1-.5 8.5z",
    "workflow": "M4 4h6v5H4zM14 9.5h6v5h-6zM4 15h6v5H4zM10 6.5h3.5a3.5 3.5 0 0 1 3.5 3"
    "M10 17.5h3.5a3.5 3.5 0 0 0 3.5-3",
}

# The colour of each glyph.
FAMILIES: Final = {
    "compute": ("function", "edge", "server", "container", "deploy", "brain"),
    "front": ("api", "cdn", "balancer", "network", "dns", "vpc", "globe"),
    "storage": ("bucket", "files"),
    "data": ("database", "table", "cache", "search"),
    "messages": ("queue", "topic", "rule", "bus", "schedule", "clock", "stream", "workflow"),
    "security": ("secret", "key", "users", "shield", "alarm"),
}


def family_of(category: str) -> str:
    """Return the family of a glyph, which decides its colour."""
    return next((name for name, each in FAMILIES.items() if category in each), "plain")
