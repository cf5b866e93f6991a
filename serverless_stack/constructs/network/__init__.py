"""VPCs, endpoints and flow logs."""
