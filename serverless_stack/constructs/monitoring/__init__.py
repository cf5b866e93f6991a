"""Dashboards with the metrics of several constructs."""
