"""Files that come with a request, as the GraphQL multipart request specification has it."""

from dataclasses import dataclass
from typing import IO, Any

import graphene
from graphql import Undefined, ValueNode


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file that came with the request. Two are the same input where their content is the same."""

    name: str
    size: int
    sha256: str
    content: IO[bytes]

    def __repr__(self) -> str:
        return f"<file {self.sha256}>"


class Upload(graphene.Scalar):
    """A file, sent by a multipart request: see https://github.com/jaydenseric/graphql-multipart-request-spec."""

    @staticmethod
    def serialize(value: Any) -> Any:
        raise ValueError("A file is only ever sent.")

    @staticmethod
    def parse_value(value: Any) -> UploadedFile:
        if not isinstance(value, UploadedFile):
            raise ValueError("Expected a file: send it by a multipart request, and null in its place.")
        return value

    @classmethod
    def parse_literal(cls, node: ValueNode, _variables: Any = None) -> Any:
        return Undefined
