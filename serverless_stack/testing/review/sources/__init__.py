"""The sides of a review: files, revisions, CDK apps and deployed stacks."""
