"""A mapping file: how the sheets of some files become case tables. Unknown keys are refused, each with its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from graphkit.model.errors import InputError, UsageError
from graphkit.model.tables import TABLES

MAX_BYTES = 1_000_000
FIELD = re.compile(r"\{([^{}]+)\}")
"""A place in a template: `{column}` or `{parameter}`."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


def _many(value: Any) -> Any:
    return value if isinstance(value, list) or value is None else [value]


def _parameter(value: Any) -> Any:
    return {"parameter": value} if isinstance(value, str) else value


def _regex(value: str | None) -> str | None:
    if value is not None:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"is no regular expression: {error}") from None
    return value


class Branch(_Strict):
    """One of several cases: what the text matches, and the value that it then has (null: none)."""

    matches: str
    value: str | None = Field(alias="is")

    _checked = field_validator("matches")(_regex)


class Lookup(_Strict):
    """A value from the first row of another source whose `where` equals a value of this row.

    `where` is a column, or a template of several: "{report_id}/{award_reference}".
    """

    source: str
    where: str
    equals: Expression
    take: Expression


class Expression(_Strict):
    """Where a value comes from, and what is done to it, in the order in which the keys are listed here."""

    column: Annotated[list[str] | None, BeforeValidator(_many)] = Field(
        default=None, description="the column, or several: the first that is filled"
    )
    constant: str | None = Field(default=None, description="always this text")
    template: str | None = Field(default=None, description="a text with {columns} and {parameters}")
    parameter: str | None = Field(default=None, description="a parameter of the mapping")
    lookup: Lookup | None = Field(default=None, description="a value of another source")
    first_of: list[Expression] | None = Field(default=None, description="the first of these that is filled")

    extract: str | None = Field(
        default=None, description="only what the regular expression finds (its first group, if any)"
    )
    cases: list[Branch] | str | None = Field(
        default=None, description="the first case that matches decides; or the name of some of the mapping's cases"
    )
    map: dict[str, str | None] | str | None = Field(
        default=None, description="other values for some texts, or the name of a value map"
    )
    split: str | None = Field(default=None, description="cut into parts at the regular expression")
    take: Literal["first", "last"] | None = Field(default=None, description="only this part")
    dates: Literal["first", "last"] | None = Field(default=None, description="the first or last date in the text")
    add_months: int | None = Field(default=None, description="months later than a date")
    add_days: int | None = Field(default=None, description="days later than a date")
    not_before: Annotated[Expression | None, BeforeValidator(_parameter)] = Field(
        default=None, description="only a date that is not before this one (a plain text is a parameter's name)"
    )
    prefix: str | None = Field(default=None, description="text before each part")
    suffix: str | None = Field(default=None, description="text behind each part")
    unit: str | None = Field(
        default=None, description="what an amount is counted in: 元, 万元, 亿元, thousand, million …"
    )
    otherwise: str | None = Field(default=None, description="when nothing is left")
    collect: bool = Field(
        default=False, description="all values of a group of rows (or of a source, for a parameter), not only the first"
    )

    _checked = field_validator("extract", "split")(_regex)

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: Any) -> Any:
        """Let a plain text stand for a column, or for a template if it has braces."""
        if isinstance(data, str):
            return {"template": data} if FIELD.search(data) else {"column": data}
        return data

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        given = [
            name
            for name in ("column", "constant", "template", "parameter", "lookup", "first_of")
            if getattr(self, name) is not None
        ]
        if len(given) != 1:
            raise ValueError("give exactly one of column, constant, template, parameter, lookup, first_of")
        return self


class Condition(_Strict):
    """When a row is written: all that is given must hold of the value.

    `every` asks it of every row of a group (`group_by`): if one row fails, nothing is written for the group. Without
    it, rows that fail are left out of the group.
    """

    value: Expression
    filled: bool | None = None
    is_in: list[str] | None = Field(default=None, alias="in")
    not_in: list[str] | None = None
    matches: str | None = None
    not_matches: str | None = None
    every: bool = False

    _checked = field_validator("matches", "not_matches")(_regex)

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if all(getattr(self, name) is None for name in ("filled", "is_in", "not_in", "matches", "not_matches")):
            raise ValueError("asks nothing: give filled, in, not_in, matches or not_matches")
        return self


class Source(_Strict):
    """A sheet: the file (a name with * and ?), which sheet (or several alike), where its header is, how it is laid out.

    `layout` table has a header and rows; objects is JSON (a list of objects at `path`, or JSON lines); ranges is JSON
    as the US Federal Audit Clearinghouse dumps workbooks: sheets of named columns.
    """

    file: str = "*"
    but_not: str | None = Field(default=None, description="files of this name are none of its")
    sheet: str | int | list[str | int] | None = None
    header: int | None = Field(default=None, ge=1, description="row of the header; none: the row that fits best")
    layout: Literal["table", "objects", "ranges"] | None = None
    path: str | None = None
    required: bool = True
    rows: list[Condition] = Field(default_factory=list, description="only rows that meet all of these")
    absent_thresholds: dict[str, str] = Field(
        default_factory=dict,
        description="thresholds of the case where no file of the source is there, so that nobody looked",
    )

    def sheets(self) -> list[str | int | None]:
        """Return the sheets to read of each file; None is the first that is filled."""
        return [*self.sheet] if isinstance(self.sheet, list) else [self.sheet]


class Parameter(_Strict):
    """A value for the whole run: given with --set, or else from the first row of a source, or else the default."""

    description: str = ""
    source: str | None = None
    value: Expression | None = None
    type: Literal["text", "date"] = "text"
    default: str | None = None


class Output(_Strict):
    """Rows of one case table: one a source row, or one a group of rows, or one a part of a value (`each`)."""

    table: str
    source: str = Field(alias="from")
    when: Annotated[list[Condition], BeforeValidator(_many)] = Field(default_factory=list)
    group_by: Expression | None = None
    each: Expression | None = Field(
        default=None, description="one row for each part; in templates and columns the part is called _each"
    )
    columns: dict[str, Expression]
    keep_rest: bool = Field(
        default=False, description="columns of the source that these rows do not use become their attributes"
    )

    @model_validator(mode="after")
    def _known_columns(self) -> Self:
        if self.table == "policies":
            known, required = set(POLICY_COLUMNS), {"id"}
        elif self.table in TABLES:
            known = set(TABLES[self.table].column_names)
            required = {column.name for column in TABLES[self.table].columns if column.required}
        else:
            raise ValueError(f"table '{self.table}': there are policies, {', '.join(TABLES)}")
        missing = sorted(required - set(self.columns))
        if missing:
            raise ValueError(f"table {self.table} needs the column {', '.join(missing)}")
        unknown = sorted(name for name in self.columns if name not in known and not name.startswith("attribute:"))
        if unknown:
            raise ValueError(
                f"table {self.table} has no column {', '.join(unknown)}; write attribute:{unknown[0]} to keep it beside"
            )
        return self


POLICY_COLUMNS = (
    "id", "title_zh", "title_en", "document_number", "document_issued_on", "document_issuer",
    "effective_from", "effective_to",
)  # fmt: skip


class Mapping(_Strict):
    """A mapping file."""

    description: str = ""
    case: dict[str, Any]
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    values: dict[str, dict[str, str | None]] = Field(default_factory=dict)
    cases: dict[str, list[Branch]] = Field(default_factory=dict)
    sources: dict[str, Source] = Field(min_length=1)
    policies: list[dict[str, Any]] = Field(default_factory=list)
    tables: list[Output] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        if not self.case.get("id"):
            raise ValueError("case: id is missing")
        for output in self.tables:
            self._source_is_known(output.source, f"table {output.table}")
            for expression in _inside(
                [output.group_by, output.each, *output.columns.values(), *(one.value for one in output.when)]
            ):
                if expression.lookup:
                    self._source_is_known(expression.lookup.source, f"table {output.table}: lookup")
                self._names_are_known(expression, f"table {output.table}")
        for name, parameter in self.parameters.items():
            if parameter.source:
                self._source_is_known(parameter.source, f"parameter {name}")
            for expression in _inside([parameter.value]):
                self._names_are_known(expression, f"parameter {name}")
        return self

    def _source_is_known(self, source: str, where: str) -> None:
        if source not in self.sources:
            raise ValueError(f"{where}: no source is called '{source}'; there are {', '.join(self.sources)}")

    def _names_are_known(self, expression: Expression, where: str) -> None:
        if expression.parameter and expression.parameter not in self.parameters:
            raise ValueError(f"{where}: no parameter is called '{expression.parameter}'")
        if isinstance(expression.cases, str) and expression.cases not in self.cases:
            raise ValueError(f"{where}: no cases are called '{expression.cases}'")
        if isinstance(expression.map, str) and expression.map not in self.values:
            raise ValueError(f"{where}: no value map is called '{expression.map}'")

    def columns_of_output(self, output: Output) -> set[str]:
        """Return the columns of its source that an output names."""
        own = [output.group_by, output.each, *output.columns.values(), *(one.value for one in output.when)]
        return {name for one in _inside(own) for name in _columns(one)} - set(self.parameters)

    def columns_inside(self, expression: Expression) -> set[str]:
        """Return the columns that an expression names."""
        return {name for one in _inside([expression]) for name in _columns(one)} - set(self.parameters)

    def columns_of(self, source: str) -> set[str]:
        """Return every column of a source that the mapping names."""
        found: set[str] = set()
        for output in self.tables:
            if output.source == source:
                found |= self.columns_of_output(output)
            for expression in _inside([output.group_by, output.each, *output.columns.values()]):
                if expression.lookup and expression.lookup.source == source:
                    sought = [Expression.model_validate(expression.lookup.where), expression.lookup.take]
                    found |= {name for one in _inside(sought) for name in _columns(one)}
        for parameter in self.parameters.values():
            if parameter.source == source:
                for expression in _inside([parameter.value]):
                    found |= _columns(expression)
        for condition in self.sources[source].rows:
            for expression in _inside([condition.value]):
                found |= _columns(expression)
        return found - set(self.parameters)


def _columns(expression: Expression) -> set[str]:
    names = set(expression.column or [])
    if expression.template:
        names |= set(FIELD.findall(expression.template))
    return {name for name in names if not name.startswith("_")}


def _inside(expressions: Sequence[Expression | None]) -> list[Expression]:
    """Return the expressions with those inside them, except what a lookup takes from elsewhere."""
    found: list[Expression] = []
    for expression in expressions:
        if expression is None:
            continue
        found.append(expression)
        found += _inside(list(expression.first_of or []))
        found += _inside([expression.not_before])
        if expression.lookup:
            found += _inside([expression.lookup.equals])
    return found


class _Loader(yaml.SafeLoader):
    """YAML in which a plain scalar is a text, except true, false and null: `on` is a column, 01 keeps its zero."""


_Loader.yaml_implicit_resolvers = {}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("^(?:~|null|)$"), ["~", "n", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:merge", re.compile("^<<$"), ["<"])


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file. InputError says in one line what is wrong, and where."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path}: larger than {MAX_BYTES:,} bytes, which no mapping needs")
        return parse_mapping(path.read_text(encoding="utf-8-sig"), str(path))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not UTF-8 text") from None


def parse_mapping(text: str, name: str) -> Mapping:
    """Parse the text of a mapping; `name` is what errors call it. InputError when it is not one."""
    try:
        data = yaml.load(text, Loader=_Loader)  # noqa: S506  (a SafeLoader)
    except yaml.MarkedYAMLError as error:
        where = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise InputError(f"{name}{where}: {error.problem or 'not YAML'}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise InputError(f"{name}: not YAML: {' '.join(str(error).split())[:200]}") from None
    if not isinstance(data, dict):
        raise InputError(f"{name}: must be a map of key: value lines")
    try:
        return Mapping.model_validate(data)
    except ValidationError as error:
        lines = [_line(one) for one in error.errors(include_url=False)]
        raise InputError(f"{name}: {'; '.join(lines[:5])}{' …' if len(lines) > 5 else ''}") from None


def _line(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"])
    reason = error["msg"].removeprefix("Value error, ")
    reason = {"missing": "is missing", "extra_forbidden": "is not known here"}.get(error["type"], reason)
    return f"{where}: {reason}" if where else str(reason)


def bundled() -> dict[str, str]:
    """Return the mappings that graphkit brings along: what each is for, by name."""
    found = {}
    for entry in sorted(
        resources.files("graphkit.standards.mapping").joinpath("mappings").iterdir(), key=lambda one: one.name
    ):
        if entry.name.endswith(".yaml"):
            name = entry.name.removesuffix(".yaml")
            found[name] = parse_mapping(entry.read_text(encoding="utf-8"), name).description
    return found


def bundled_mapping(name: str) -> Mapping:
    """Return a mapping that graphkit brings along. UsageError when there is none of that name."""
    entry = resources.files("graphkit.standards.mapping").joinpath("mappings", f"{name}.yaml")
    if not re.fullmatch(r"[a-z0-9-]+", name) or not entry.is_file():
        raise UsageError(f"{name}: no such file, and no mapping of graphkit's own; those are {', '.join(bundled())}")
    return parse_mapping(entry.read_text(encoding="utf-8"), name)
