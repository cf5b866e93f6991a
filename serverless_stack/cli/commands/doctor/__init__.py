"""`serverless-stack doctor`: what is missing before a first deployment."""
