"""The ports that a browser opens: one for API Gateway, one for CloudFront."""
