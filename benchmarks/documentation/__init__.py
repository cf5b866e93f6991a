"""The documentation of Starlette, deployed again while visitors read it."""
