"""The code of the functions that CloudFormation calls while it deploys a stack."""
