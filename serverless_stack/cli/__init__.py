"""The command `serverless-stack`: a thin layer over the packages that do the work."""
