"""AWS Key Management Service: rules on the keys of a template."""
