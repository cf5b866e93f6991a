"""The CDK command line interface, run against the local cloud."""
