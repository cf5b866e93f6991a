"""Memcached clusters."""
