"""Rules on values that AWS refuses at deploy time, as pure functions; no ``aws_cdk`` needed."""
