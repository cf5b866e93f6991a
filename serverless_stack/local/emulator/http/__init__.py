"""The HTTP ports: the AWS endpoint, the APIs and the distributions."""
