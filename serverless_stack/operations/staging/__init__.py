"""Continuous deployment of a distribution: stage a change, promote or discard it."""

from serverless_stack.operations.staging.model import (
    Clients,
    Policy,
    Release,
    StagingError,
    Traffic,
    Version,
    find_distribution,
    read_release,
)
from serverless_stack.operations.staging.planning import Action, plan
from serverless_stack.operations.staging.steps import Step, discard, merged, promote, stage

__all__ = [
    "Action",
    "Clients",
    "Policy",
    "Release",
    "StagingError",
    "Step",
    "Traffic",
    "Version",
    "discard",
    "find_distribution",
    "merged",
    "plan",
    "promote",
    "read_release",
    "stage",
]
