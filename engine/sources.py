"""A document's text that tells quickly where in it something stands."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from graphql import GraphQLError, Source, SourceLocation


class FastSource(Source):
    """graphql-core's source, which itself looks at every line before a location, for each that is asked of it."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def get_location(self, position: int) -> SourceLocation:
        """Line and column of a character, each counted from 1, as graphql-core gives them."""
        before = self.text[:position]
        line, start = before.count("\n") + 1, before.rfind("\n") + 1
        if "\r" in before:
            line += before.count("\r") - before.count("\r\n")
            start = max(start, before.rfind("\r") + 1)
            # A break of two characters ends with the second, though the position be between them.
            start += self.text[start - 1 : start + 1] == "\r\n"
        return SourceLocation(line, position + 1 - start)

    @contextmanager
    def unread(self) -> Iterator[None]:
        """Meanwhile errors are made without a look at the text, and have locations only once they are `located`.

        An error that points to several nodes does not ask for their locations but reads all lines by itself.
        """
        self.body = ""
        try:
            yield
        finally:
            self.body = self.text

    def located(self, errors: Iterable[GraphQLError]) -> list[GraphQLError]:
        """The errors, with the locations of what they point to."""
        found = list(errors)
        for error in found:
            if error.positions:
                error.locations = [self.get_location(position) for position in error.positions]
        return found
