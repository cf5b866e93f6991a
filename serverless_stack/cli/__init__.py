"""The command `serverless-stack`: thin over the packages that do the work."""
