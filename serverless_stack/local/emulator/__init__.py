"""The local cloud's process: MiniStack, adapted so that the stacks of this library run on it.

It is run as a folder by a Python of its own (``python serverless_stack/local/emulator``), whose
virtual environment holds MiniStack and not this library, so its modules use relative imports, the
standard library and what MiniStack itself depends on.
"""
