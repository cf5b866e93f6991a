"""Records of queues and streams, one at a time, and the objects of an event of S3.

``process`` answers Lambda with the records that failed, so that the others are not repeated. The
triggers of ``LambdaHandler`` expect that answer. Standard library only.
"""

from serverless_stack.runtime.batches.objects import ObjectEvent, objects
from serverless_stack.runtime.batches.processing import BatchResponse, Failure, process

__all__ = ["BatchResponse", "Failure", "ObjectEvent", "objects", "process"]
