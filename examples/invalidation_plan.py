"""Which paths to invalidate when some objects of a bucket have changed."""

from serverless_stack.operations.invalidation import plan

everything = ["index.html", "blog/index.html", "blog/one.html", "blog/two.html", "logo.png"]
changed = ["blog/index.html", "blog/one.html", "blog/two.html"]

planned = plan(changed, everything, protected=["/api/*"])
print(planned.paths)  # ('/blog*',)
print(planned.cost, planned.collateral)  # 1 0
