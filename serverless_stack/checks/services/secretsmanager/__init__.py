"""AWS Secrets Manager: rules on the secrets of a template."""
