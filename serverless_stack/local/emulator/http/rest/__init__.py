"""The data plane of REST APIs: requests, events of the function, and responses."""
