"""Roles, policies and secrets."""

import string
from typing import Any

from tests.e2e.account import Account
from tests.e2e.resources.registry import AbsentError, Properties, Resource, gives, reads


@reads("AWS::IAM::Role")
def role(account: Account, resource: Resource) -> Properties:
    name = resource.physical_id
    attached = account.iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    found = account.iam.get_role(RoleName=name)["Role"]
    asked = {policy["PolicyName"] for policy in resource.properties.get("Policies", [])}
    inline = [
        account.iam.get_role_policy(RoleName=name, PolicyName=policy)
        for policy in account.iam.list_role_policies(RoleName=name)["PolicyNames"]
        if policy in asked  # the others are resources of their own
    ]
    return {
        "AssumeRolePolicyDocument": found["AssumeRolePolicyDocument"],
        "Description": found.get("Description"),
        "ManagedPolicyArns": [policy["PolicyArn"] for policy in attached],
        "Policies": [
            {"PolicyName": each["PolicyName"], "PolicyDocument": each["PolicyDocument"]}
            for each in inline
        ],
    }


@gives("AWS::IAM::Role", "Arn")
def role_arn(account: Account, name: str) -> str:
    return account.iam.get_role(RoleName=name)["Role"]["Arn"]


@reads("AWS::IAM::Policy")
def policy(account: Account, resource: Resource) -> Properties:
    name = str(resource.properties["PolicyName"])
    holders = []
    document: Any = None
    for role_name in resource.properties["Roles"]:
        if name in account.iam.list_role_policies(RoleName=role_name)["PolicyNames"]:
            holders.append(role_name)
            answer = account.iam.get_role_policy(RoleName=role_name, PolicyName=name)
            document = answer["PolicyDocument"]
    if not holders:
        raise AbsentError(name)
    return {"PolicyName": name, "PolicyDocument": document, "Roles": holders}


@reads("AWS::SecretsManager::Secret")
def secret(account: Account, resource: Resource) -> Properties:
    found = account.secretsmanager.describe_secret(SecretId=resource.physical_id)
    if "DeletedDate" in found:
        raise AbsentError(f"{resource.physical_id} is scheduled for deletion")
    value = account.secretsmanager.get_secret_value(SecretId=resource.physical_id)["SecretString"]
    return {
        "Description": found["Description"],
        "GenerateSecretString": {
            "PasswordLength": len(value),
            "ExcludePunctuation": not set(value) & set(string.punctuation),
        },
    }


@gives("AWS::SecretsManager::Secret", "Ref")
def secret_arn(account: Account, secret_id: str) -> str:
    return account.secretsmanager.describe_secret(SecretId=secret_id)["ARN"]
