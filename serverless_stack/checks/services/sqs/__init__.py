"""Amazon SQS: rules on the queues of a template."""
