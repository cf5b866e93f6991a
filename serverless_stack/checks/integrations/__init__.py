"""The checks as a CDK plugin and on cloud assemblies."""
