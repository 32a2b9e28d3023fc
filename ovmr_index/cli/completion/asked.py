"""What is asked for at the end of a line: a command, an option, or the value of a parameter."""

from collections.abc import Iterable, Iterator
from typing import Any


class Asked:
    """The command that a line has come to, and what its next word is.

    Commands and parameters are Typer's, whose classes have changed from version to version.

    Attributes:
        command: The command or group, None after a word that is no command.
        path: The names of the command and of the groups that it is in.
        given: The values of options, by the name of the parameter.
        waiting: The option whose value comes next, None if it is not one.
        takes_options: Whether an option may come next: none may after `--`.
    """

    def __init__(self, command: Any, words: Iterable[str]) -> None:
        """Follow the words of a line, without the last one, from the main command."""
        self.command = command
        self.path: tuple[str, ...] = ()
        self.given: dict[str, str] = {}
        self.waiting: Any = None
        self.takes_options = True
        self._arguments = 0
        for word in words:
            self._take(word)

    def options(self) -> Iterator[Any]:
        """Yield the options of the command that are shown in its help."""
        for parameter in self._parameters("option"):
            if not parameter.hidden:
                yield parameter

    def option(self, name: str) -> Any:
        """Return the option of a name as it is typed, None if there is none."""
        found = self._parameters("option")
        return next((one for one in found if name in (*one.opts, *one.secondary_opts)), None)

    def commands(self) -> dict[str, Any]:
        """Return the commands of the group, by name; there are none in a command."""
        found = getattr(self.command, "commands", {})
        return {name: one for name, one in found.items() if not one.hidden}

    def argument(self) -> Any:
        """Return the argument that comes next, None if there is no more."""
        for place, argument in enumerate(self._parameters("argument")):
            if place == self._arguments or argument.nargs < 0:
                return argument
        return None

    def _parameters(self, kind: str) -> list[Any]:
        found = getattr(self.command, "params", [])
        return [one for one in found if one.param_type_name == kind]

    def _take(self, word: str) -> None:
        if self.waiting is not None:
            self.given[self.waiting.name], self.waiting = word, None
        elif self.takes_options and word == "--":
            self.takes_options = False
        elif self.takes_options and word.startswith("-") and len(word) > 1:
            self._take_option(word)
        elif hasattr(self.command, "commands"):
            self.command = self.command.commands.get(word)
            self.path = (*self.path, word)
        else:
            self._arguments += 1

    def _take_option(self, word: str) -> None:
        name, is_joined, value = word.partition("=")
        if not word.startswith("--"):
            name, is_joined, value = word[:2], word[2:3], word[2:]
        option = self.option(name)
        if option is None or option.is_flag or option.count:
            return
        if is_joined:
            self.given[option.name] = value
        else:
            self.waiting = option
