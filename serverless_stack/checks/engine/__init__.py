"""Reading templates, running the rules, and what they find."""
