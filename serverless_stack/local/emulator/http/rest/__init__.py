"""The data plane of REST APIs: what a client sends, the function gets, and the client gets back."""
