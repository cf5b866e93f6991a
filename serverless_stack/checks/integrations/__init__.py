"""The checks in CDK: a validation plugin, and reading cloud assemblies."""
