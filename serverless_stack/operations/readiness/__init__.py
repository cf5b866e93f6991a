"""What an account lacks before a first deployment, for `serverless-stack doctor --account`."""

from serverless_stack.operations.readiness.account import Needs, account_findings
from serverless_stack.operations.readiness.findings import Finding, State

__all__ = ["Finding", "Needs", "State", "account_findings"]
