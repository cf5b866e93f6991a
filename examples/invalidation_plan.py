"""Plan an invalidation by hand."""

from serverless_stack.operations.invalidation import plan

everything = ["index.html", "blog/index.html", "blog/one.html", "blog/two.html", "logo.png"]
changed = ["blog/index.html", "blog/one.html", "blog/two.html"]

planned = plan(changed, everything, exclude_paths=["/api/*"])
print(planned.paths)  # ('/blog*',)
print(planned.cost, planned.collateral)  # 1 0
