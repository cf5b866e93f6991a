"""Amazon SNS: rules on the topics of a template."""
