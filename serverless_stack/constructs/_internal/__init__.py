"""What the folders of constructs share."""
