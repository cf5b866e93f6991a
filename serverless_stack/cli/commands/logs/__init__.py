"""`serverless-stack logs`: what a function writes, read or followed."""
