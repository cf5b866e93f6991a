"""What laptops, CI and functions that run at deploy time do with content: boto3 on first use."""
