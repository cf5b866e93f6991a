"""The commands of `serverless-stack`, put together."""

import typer

from serverless_stack.cli import invalidate, local, objects, review, sync

app = typer.Typer(
    help="Tools for serverless web applications on AWS CDK.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(local.app, name="local")
app.command()(review.review)
app.command()(invalidate.invalidate)
app.command("sync")(sync.run)
app.command()(objects.ls)
app.command()(objects.presign)


@app.callback()
def serverless_stack() -> None:
    """Tools for serverless web applications on AWS CDK."""
