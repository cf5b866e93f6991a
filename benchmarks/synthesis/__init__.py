"""Synthesis beside the same resources in CDK alone: ``make bench-synth``."""
