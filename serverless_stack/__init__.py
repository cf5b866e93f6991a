"""Constructs, runtime and tools for serverless web applications on AWS.

Importing this package loads nothing. Its parts:

* ``constructs``: CDK constructs, at synthesis.
* ``runtime``: caches and objects inside a Lambda function.
* ``operations``: content, invalidations and advice, on laptops and in CI.
* ``checks``: what AWS refuses, in values and in templates.
* ``testing``: a pytest plugin with snapshots, reviews and assertions.
* ``local``: a local cloud, without Docker or an account.
"""
