"""The function behind `ContentDeployment`."""
