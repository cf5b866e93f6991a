"""Deploying a tree of content to a bucket: what changed, in an order that breaks no page."""
