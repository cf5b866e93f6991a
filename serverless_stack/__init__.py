"""Constructs, runtime and tools for serverless web applications on AWS.

Importing this package loads nothing. Its parts:

* ``constructs``: CDK constructs, at synthesis.
* ``runtime``: caches and objects inside a Lambda function.
* ``operations``: content, invalidations and advice, on laptops and in CI.
* ``checks``: what AWS refuses, in values and in templates.
* ``testing``: a pytest plugin with snapshots, reviews and assertions.
* ``local``: a local cloud, without Docker or an account.

``__version__`` is the version of the installed package.
"""


def __getattr__(name: str) -> str:
    """Return ``__version__``, which is read when somebody asks."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import version

    return version("serverless-stack")
