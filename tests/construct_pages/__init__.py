"""What the pages of the constructs say, computed from a synthesis of their examples.

``python -m tests.construct_pages`` writes the tables into ``docs/constructs/generated``; the tests
compare them.
"""
