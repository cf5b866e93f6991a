from pathlib import Path

from serverless_stack.synthesis.traceback_text import failure_in


def test_the_last_line_of_the_app_is_named(tmp_path: Path) -> None:
    log = f"""
WARNING something
Traceback (most recent call last):
  File "{tmp_path}/app.py", line 4, in <module>
    Stack(app, "Shop", memory="much")
  File "{tmp_path}/stacks/shop.py", line 12, in __init__
    Function(memory)
  File "{tmp_path}/.venv/lib/python3.13/site-packages/jsii/_runtime.py", line 99, in __call__
    inst = super().__call__(*args, **kwargs)
RuntimeError: Error: memory must be a number
"""
    assert failure_in(log, tmp_path) == (
        "stacks/shop.py:12: RuntimeError: Error: memory must be a number\n  Function(memory)"
    )


def test_a_syntax_error_is_named(tmp_path: Path) -> None:
    log = f"""
  File "{tmp_path}/app.py", line 3
    def f(:
          ^
SyntaxError: invalid syntax
"""
    assert failure_in(log, tmp_path) == "app.py:3: SyntaxError: invalid syntax\n  def f(:"


def test_outputs_without_a_traceback(tmp_path: Path) -> None:
    assert failure_in("Error: no such thing\n", tmp_path) == ""
    log = 'Traceback:\n  File "/usr/lib/x.py", line 1\n    f()\nValueError: too late\n'
    assert failure_in(log, tmp_path) == "ValueError: too late"


def test_a_message_is_shown_to_its_end(tmp_path: Path) -> None:
    trace = f'Traceback (most recent call last):\n  File "{tmp_path}/app.py", line 3\n    f()\n'
    message = "ValueError: the installer says:\n  x cannot be found\n\n  hint: look elsewhere"
    shown = f"app.py:3: {message}\n  f()"
    assert failure_in(f"{trace}{message}\n", tmp_path) == shown
    assert (
        failure_in(
            f"{trace}{message}\n\npython3 app.py: Subprocess exited with error 1\n", tmp_path
        )
        == shown
    )


def test_colors_are_left_out(tmp_path: Path) -> None:
    log = f'  File \x1b[35m"{tmp_path}/app.py"\x1b[0m, line \x1b[35m3\x1b[0m\n    f()\n'
    log += "\x1b[1;35mValueError\x1b[0m: \x1b[35mtoo late\x1b[0m\n"
    assert failure_in(log, tmp_path) == "app.py:3: ValueError: too late\n  f()"


def test_a_long_message_is_cut(tmp_path: Path) -> None:
    log = f'  File "{tmp_path}/app.py", line 3\nValueError: many\n' + "again\n" * 50
    lines = failure_in(log, tmp_path).splitlines()
    assert lines[0] == "app.py:3: ValueError: many"
    assert lines[1:] == ["again"] * 19 + ["... (`--verbose` shows the rest)"]
