"""All rules, gathered from the services and the other folders of the checks."""

from typing import Final

from serverless_stack.checks.cross_service import rules as cross_service
from serverless_stack.checks.engine.rules import Rule
from serverless_stack.checks.secrets import rules as secrets
from serverless_stack.checks.services.apigateway import rules as apigateway
from serverless_stack.checks.services.cloudfront import rules as cloudfront
from serverless_stack.checks.services.dynamodb import rules as dynamodb
from serverless_stack.checks.services.ec2 import rules as ec2
from serverless_stack.checks.services.elasticache import rules as elasticache
from serverless_stack.checks.services.events import rules as events
from serverless_stack.checks.services.iam import rules as iam
from serverless_stack.checks.services.kms import rules as kms
from serverless_stack.checks.services.lambda_function import rules as lambda_function
from serverless_stack.checks.services.logs import rules as logs
from serverless_stack.checks.services.s3 import rules as s3
from serverless_stack.checks.services.secretsmanager import rules as secretsmanager
from serverless_stack.checks.services.sns import rules as sns
from serverless_stack.checks.services.sqs import rules as sqs
from serverless_stack.checks.services.wafv2 import rules as wafv2
from serverless_stack.checks.template import rules as template

_MODULES: Final = (
    *(apigateway, cloudfront, dynamodb, ec2, elasticache, events, iam, kms, lambda_function),
    *(logs, s3, secretsmanager, sns, sqs, wafv2, cross_service, secrets, template),
)
RULES: Final[tuple[Rule, ...]] = tuple(
    sorted((rule for module in _MODULES for rule in module.RULES), key=lambda rule: rule.id)
)
"""The rules, by id."""
