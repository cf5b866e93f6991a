"""Amazon DynamoDB: rules on the tables of a template."""
