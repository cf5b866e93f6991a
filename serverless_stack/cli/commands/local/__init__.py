"""`serverless-stack local`: the commands of the local cloud."""
