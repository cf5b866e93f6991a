"""Content, invalidations and advice, for laptops, CI and deployed functions."""
