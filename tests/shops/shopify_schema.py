"""Shopify's own description of its API, and what it says about documents and answers.

Without ../shared the tests that need it are skipped, saying so.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    build_client_schema,
    get_named_type,
    parse,
)

SCHEMA = Path(__file__).parents[3] / "shared/specs/shopify/admin_2026-10.json.gz"
needs_schema = pytest.mark.skipif(
    not SCHEMA.is_file(), reason="Shopify's schema (../shared) is not here"
)
CONNECTION, OBJECT, MUTATION = 2, 1, 10
"""What these cost by Shopify's published rules."""


@cache
def schema() -> GraphQLSchema:
    with gzip.open(SCHEMA) as file:
        document = json.load(file)
    return build_client_schema(document.get("data", document), assume_valid=True)


@dataclass
class Walk:
    """A document with the schema's types beside its fields."""

    document: DocumentNode
    variables: Mapping[str, Any]

    @classmethod
    def of(cls, text: str, variables: Mapping[str, Any]) -> Walk:
        return cls(parse(text), variables)

    @property
    def operation(self) -> OperationDefinitionNode:
        (found,) = (
            one for one in self.document.definitions if isinstance(one, OperationDefinitionNode)
        )
        return found

    @property
    def root(self) -> GraphQLObjectType:
        found = schema().get_root_type(self.operation.operation)
        assert found
        return found

    def fragment(self, name: str) -> FragmentDefinitionNode:
        (found,) = (
            one
            for one in self.document.definitions
            if isinstance(one, FragmentDefinitionNode) and one.name.value == name
        )
        return found

    def parts(self, selection: SelectionSetNode | None) -> Iterator[tuple[str, FieldNode]]:
        """Yield (type condition, field) of a selection, fragments opened; "": unconditional."""
        for node in selection.selections if selection else ():
            if isinstance(node, FieldNode):
                yield "", node
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition.name.value if node.type_condition else ""
                for inner, field in self.parts(node.selection_set):
                    yield inner or condition, field
            elif isinstance(node, FragmentSpreadNode):
                fragment = self.fragment(node.name.value)
                for inner, field in self.parts(fragment.selection_set):
                    yield inner or fragment.type_condition.name.value, field

    def type_of(self, parent: GraphQLCompositeType, condition: str, field: FieldNode) -> Any:
        owner = schema().type_map[condition] if condition else parent
        if field.name.value == "__typename":
            return GraphQLNonNull(schema().type_map["String"])
        return owner.fields[field.name.value].type  # type: ignore[attr-defined]

    # What it costs

    def points(self) -> int:
        """Add up what an operation costs at most."""
        cost = 0
        for _, field in self.parts(self.operation.selection_set):
            its = self.type_of(self.root, "", field)
            mutation = self.root.name == "Mutation"
            cost += (MUTATION - OBJECT if mutation else 0) + self._cost(field, its)
        return cost

    def _cost(self, field: FieldNode, its: GraphQLOutputType) -> int:
        named = get_named_type(its)
        if isinstance(named, GraphQLScalarType | GraphQLEnumType):
            return 0
        if named.name.endswith("Connection"):
            return CONNECTION + self._size(field) * self._node_cost(field, named)
        each = OBJECT + self._inner(field.selection_set, named)
        return each * (self._size(field) if is_list(its) else 1)

    def _inner(self, selection: SelectionSetNode | None, named: Any) -> int:
        """Add up a selection; of what is chosen by type, the dearest counts."""
        by_type: dict[str, int] = {}
        for condition, field in self.parts(selection):
            cost = self._cost(field, self.type_of(named, condition, field))
            key = condition if isinstance(named, GraphQLInterfaceType) else ""
            by_type[key] = by_type.get(key, 0) + cost
        return by_type.pop("", 0) + max(by_type.values(), default=0)

    def _node_cost(self, field: FieldNode, connection: Any) -> int:
        cost = 0
        for _, part in self.parts(field.selection_set):
            if part.name.value == "nodes":
                cost += OBJECT + self._inner(part.selection_set, node_type(connection))
            else:
                assert part.name.value == "pageInfo"
        return cost

    def _size(self, field: FieldNode) -> int:
        for argument in field.arguments or ():
            value = argument.value
            if argument.name.value == "first":
                if isinstance(value, IntValueNode):
                    return int(value.value)
                assert isinstance(value, VariableNode)
                return int(self.variables[value.name.value])
            if argument.name.value == "ids":
                assert isinstance(value, VariableNode)
                return len(self.variables[value.name.value])
        return 1  # a list without a size counts as one object

    # What is answered

    def faults(self, data: Any) -> list[str]:
        """Say where an answer is not what was selected, by the schema's types."""
        return list(self._faults("data", data, self.operation.selection_set, self.root))

    def _faults(
        self, path: str, value: Any, selection: SelectionSetNode | None, named: Any
    ) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{path}: no object"
            return
        wanted: dict[str, tuple[FieldNode, Any]] = {}
        for condition, field in self.parts(selection):
            owner = _owner_of(value, named)
            if condition in {"", named.name, owner}:
                name = field.alias.value if field.alias else field.name.value
                wanted[name] = field, self.type_of(named, condition, field)
        for name in wanted.keys() ^ value.keys():
            yield f"{path}.{name}: {'missing' if name in wanted else 'not selected'}"
        for name in wanted.keys() & value.keys():
            field, its = wanted[name]
            yield from self._fault(f"{path}.{name}", value[name], field, its)

    def _fault(self, path: str, value: Any, field: FieldNode, its: Any) -> Iterator[str]:
        if isinstance(its, GraphQLNonNull):
            if value is None:
                yield f"{path}: null"
                return
            its = its.of_type
        if value is None:
            return
        if isinstance(its, GraphQLList):
            if not isinstance(value, list):
                yield f"{path}: no list"
                return
            for index, one in enumerate(value):
                yield from self._fault(f"{path}[{index}]", one, field, its.of_type)
        elif isinstance(its, GraphQLScalarType | GraphQLEnumType):
            if not _fits(value, its):
                yield f"{path}: {value!r} is no {its.name}"
        else:
            yield from self._faults(path, value, field.selection_set, its)


def is_list(its: GraphQLOutputType) -> bool:
    inner = its.of_type if isinstance(its, GraphQLNonNull) else its
    return isinstance(inner, GraphQLList)


def node_type(connection: Any) -> Any:
    return get_named_type(connection.fields["nodes"].type)


def _owner_of(value: Mapping[str, Any], named: Any) -> str:
    """Tell the type of an object behind an interface, by its id."""
    if not isinstance(named, GraphQLInterfaceType):
        return str(named.name)
    return str(value.get("id", "")).removeprefix("gid://shopify/").partition("/")[0]


PYTHON = {"Boolean": bool, "Int": int, "UnsignedInt64": str, "Decimal": str, "Money": str}


def _fits(value: Any, its: GraphQLScalarType | GraphQLEnumType) -> bool:
    if isinstance(its, GraphQLEnumType):
        return value in its.values
    if its.name == "Float":
        return isinstance(value, int | float) and not isinstance(value, bool)
    wanted = PYTHON.get(its.name, str)
    return isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))
