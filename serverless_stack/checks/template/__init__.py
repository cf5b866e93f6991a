"""CloudFormation templates as a whole."""
