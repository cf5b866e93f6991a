"""`serverless-stack check`: find what AWS refuses in templates, before they are deployed."""
