"""What a tree of content is and how it is served: shared by synthesis, operations and Lambda.

Standard library only.
"""
