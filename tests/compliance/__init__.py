"""What cdk-nag, checkov, cfn-lint and CDK's own validator find in the stacks of this library."""
