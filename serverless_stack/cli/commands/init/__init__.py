"""`serverless-stack init`: a new project from a template."""
