"""The CDK CLI and CloudFormation stacks of the local cloud."""
