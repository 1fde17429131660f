"""Examples of the bodies of all operations in the OpenAPI description."""

from collections.abc import Iterator, Mapping
from typing import Any

from krafter_audit.api.openapi.example_values import BY_FORMAT, COMPONENTS, FIELDS

JSON = "application/json"
COMPONENT = "#/components/schemas/"
PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
PLACEHOLDER = "a string"  # a test asserts that no example has it: give the field a value
SCALARS: dict[str, Any] = {
    "integer": 1,
    "number": 0.5,
    "boolean": True,
    "string": PLACEHOLDER,
    "null": None,
}


def add_examples(description: dict[str, Any]) -> None:
    schemas = description["components"]["schemas"]
    bodies = [description["components"]["responses"]["Error"]]
    for item in description["paths"].values():
        for operation in item.values():
            bodies += [operation.get("requestBody", {}), *operation["responses"].values()]
    for body in bodies:
        content = body.get("content", {}).get(JSON)
        if content and content["schema"].get("format") != "binary":
            content["example"] = Example(schemas).build(content["schema"])


class Example:
    def __init__(self, schemas: Mapping[str, Any]) -> None:
        self._schemas = schemas

    def build(self, schema: Mapping[str, Any], field: str = "") -> Any:
        """Return an example of a schema; `field` is the name of its field."""
        reference = schema.get("$ref")
        if reference:
            name = reference.removeprefix(COMPONENT)
            return COMPONENTS[name] if name in COMPONENTS else self.build(self._schemas[name], field)
        for known in FIELDS.get(field, ()):
            if self._accepts(schema, known):
                return known
        alternatives = [*schema.get("allOf", ()), *schema.get("oneOf", ()), *schema.get("anyOf", ())]
        if alternatives:
            return self.build(alternatives[0], field)
        if "enum" in schema:
            return schema["enum"][0]
        return self._by_type(schema, field)

    def _by_type(self, schema: Mapping[str, Any], field: str) -> Any:
        kind = _types(schema)[0]
        if kind == "object":
            return {name: self.build(inner, name) for name, inner in self._required(schema)}
        if kind == "array":
            return [self.build(schema["items"], field)]
        return BY_FORMAT.get(schema.get("format", ""), SCALARS[kind])

    def _required(self, schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        required = schema.get("required", ())
        return ((name, inner) for name, inner in schema.get("properties", {}).items() if name in required)

    def _accepts(self, schema: Mapping[str, Any], value: Any) -> bool:
        if "enum" in schema:
            return value in schema["enum"]
        if {"allOf", "oneOf", "anyOf", "properties"} & set(schema):
            return False  # the value is built of its parts
        if isinstance(value, list) and value and not self._accepts(schema.get("items", {}), value[0]):
            return False
        accepted = [kind for name in _types(schema) for kind in PYTHON_TYPES[name]]
        return "$ref" not in schema and type(value) in accepted


def _types(schema: Mapping[str, Any]) -> list[str]:
    # A schema without a type allows every value.
    kinds = schema.get("type", [*PYTHON_TYPES])
    return [kinds] if isinstance(kinds, str) else list(kinds)
