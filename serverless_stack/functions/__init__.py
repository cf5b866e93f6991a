"""Functions that CloudFormation calls while it deploys a stack."""
