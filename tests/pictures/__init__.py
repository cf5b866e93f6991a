"""The pictures and terminal screens of the documentation, made by ``make pictures``."""
