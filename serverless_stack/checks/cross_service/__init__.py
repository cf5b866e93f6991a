"""What holds between resources of several services: rules on templates (``rules``)."""
