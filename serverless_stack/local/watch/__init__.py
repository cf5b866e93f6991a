"""Edit and see: each saved file is deployed to the local cloud."""
