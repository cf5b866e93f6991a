"""The CloudFront Functions of a distribution, composed of snippets of JavaScript."""
