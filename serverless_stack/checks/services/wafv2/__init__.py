"""AWS WAF: rules on the web ACLs of a template."""
