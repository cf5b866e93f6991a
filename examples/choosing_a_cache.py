"""Recommendation of a cache for the needs of an application."""

from serverless_stack.operations.advice import advise

sessions = advise(needs=["persistence", "replication", "control"])
print(sessions.option.title)  # Redis on nodes
print(sessions.call)  # RedisCache(self, "Cache", replicas=1, snapshot_retention_days=7)
why = sessions.reasons[0]
print(f"{why.need}: {why.text}")  # persistence: It has automatic and manual backups.

pages = advise(needs=["multi-threading", "data-types"])
print([each.need for each in pages.shortfalls])  # ['multi-threading']
print(pages.conflicts[0].needs)  # ('data-types', 'multi-threading')
