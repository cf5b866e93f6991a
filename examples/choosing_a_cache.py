"""Recommendation of a cache for the needs of an application."""

from serverless_stack.operations.advice import advise

sessions = advise(needs=["persistence", "replication", "control"])
print(sessions.option.title)  # Redis on nodes
why = sessions.reasons[0]
print(f"{why.need}: {why.text}")  # persistence: It has automatic and manual backups.
print(sessions.call)
# RedisCache(
#     self,
#     "Cache",
#     engine=RedisEngine.VALKEY_8_1,
#     topology=RedisTopology.replicated(1),
#     backup=Backup(retention=cdk.Duration.days(7)),
# )

pages = advise(needs=["multi-threading", "data-types"])
print([each.need for each in pages.shortfalls])  # ['multi-threading']
print(pages.conflicts[0].needs)  # ('data-types', 'multi-threading')
