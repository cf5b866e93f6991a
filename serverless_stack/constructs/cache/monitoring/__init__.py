"""Alarms and dashboards of caches."""
