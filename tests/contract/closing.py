"""Descriptions leave their objects open, as OpenAPI does where nothing is said: a misspelt field would pass unseen.

`closed` shuts every object whose fields are described, so that one that isn't there is found.
"""

from typing import Any

_NAMED = ("properties", "patternProperties")
_SCHEMA = ("schema", "items", "additionalProperties", "not")
_JOINED = ("allOf", "anyOf", "oneOf", "if", "then", "else")


def closed(document: dict[str, Any]) -> dict[str, Any]:
    """A copy of an OpenAPI document in which objects have their described fields and no others."""
    shut: dict[str, Any] = _Closing(document).shut(document, False)
    return shut


class _Closing:
    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def shut(self, node: Any, whole: bool) -> Any:
        """`whole`: the node describes a value by itself, not a part of what another one describes."""
        if isinstance(node, list):
            return [self.shut(item, whole) for item in node]
        if not isinstance(node, dict):
            return node
        made = {key: self._member(key, value) for key, value in node.items()}
        if whole and self._has_fields(node) and "additionalProperties" not in node:
            made.setdefault("unevaluatedProperties", False)
        return made

    def _member(self, key: str, value: Any) -> Any:
        if key in _NAMED and isinstance(value, dict):
            return {name: self.shut(schema, True) for name, schema in value.items()}
        if key in _JOINED:
            return self.shut(value, False)
        return self.shut(value, key in _SCHEMA)

    def _has_fields(self, node: Any) -> bool:
        """Whether fields are described here: `{type: object}` alone is an object of anything."""
        if not isinstance(node, dict):
            return False
        if "$ref" in node:
            target: Any = self._document
            for part in node["$ref"].split("/")[1:]:
                target = target[part.replace("~1", "/").replace("~0", "~")]
            return self._has_fields(target)
        return "properties" in node or any(
            self._has_fields(m) for key in ("allOf", "anyOf", "oneOf") for m in node.get(key, ())
        )
