"""The emulator, whose CloudFront and Secrets Manager the function calls with real boto3."""

from tests.local.emulator.conftest import cloud, overlays  # noqa: F401 - fixtures
