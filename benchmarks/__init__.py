"""Measures of this library, each as ratios within one run: ``make bench``."""
