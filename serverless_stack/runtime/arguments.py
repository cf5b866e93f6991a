"""Refuses arguments of a wrong type where they come in, in the words of the user.

It is a `ValueError`, as for texts and numbers that cannot be used.
"""

_MAX_SHOWN = 100  # characters of a value in a message


def check_kind(argument: str, value: object, kind: type | tuple[type, ...], expected: str) -> None:
    """Check that an argument is an instance of a class.

    Raises:
        ValueError: It is not.
    """
    if not isinstance(value, kind):
        raise ValueError(f"`{argument}` must be {expected}, got: {_shown(value)}")


def check_functions(**functions: object) -> None:
    """Check that arguments, named like the parameters of this function's caller, are callable.

    Raises:
        ValueError: One is not.
    """
    for argument, value in functions.items():
        if not callable(value):
            raise ValueError(f"`{argument}` must be a function, got: {_shown(value)}")


def check_optional_functions(**functions: object) -> None:
    """Check that arguments are None or callable; see `check_functions`."""
    check_functions(**{name: value for name, value in functions.items() if value is not None})


def check_methods(argument: str, value: object, methods: tuple[str, ...], expected: str) -> None:
    """Check that an argument has methods, and is no class, which has them, too.

    Raises:
        ValueError: It has not, or is one.
    """
    if isinstance(value, type) or not all(hasattr(value, method) for method in methods):
        raise ValueError(f"`{argument}` must be {expected}, got: {_shown(value)}")


def check_text(argument: str, value: object) -> None:
    """Check that an argument is text: as part of a key, any object would be its description.

    Raises:
        ValueError: It is not.
    """
    if not isinstance(value, str):
        raise ValueError(f"`{argument}` must be a string, got: {_shown(value)}")


def check_texts(**texts: object) -> None:
    """Check that arguments are text; see `check_text`."""
    for argument, value in texts.items():
        check_text(argument, value)


def _shown(value: object) -> str:
    if isinstance(value, str) and "://" in value:  # a URL, perhaps with a password
        scheme, mark, place = value.partition("://")
        value = f"{scheme}{mark}{place.rpartition('@')[2]}"
    text = repr(value)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"
