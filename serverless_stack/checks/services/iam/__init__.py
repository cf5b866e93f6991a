"""AWS Identity and Access Management: rules on the policies of a template."""
