"""AWS CloudFormation itself: rules on templates as a whole (``rules``)."""
