"""Reads Go templates as text/template/parse does, and says what is wrong in its words."""

from collections.abc import Collection

from router.gotemplate.lexer import Token, tokens
from router.gotemplate.literals import char, number, quoted
from router.gotemplate.nodes import (
    Action,
    Branch,
    Call,
    Chain,
    Comment,
    Dot,
    Field,
    Function,
    Jump,
    Literal,
    Nil,
    Node,
    Operand,
    Pipeline,
    Template,
    TemplateError,
    Text,
    Variable,
)

_DEEP = 200
"""So deep may things be nested: deeper, nobody reads them and Python would not."""
_WORDS = "bool char . field name number nil raw string variable ("
_BEGINS = frozenset(_WORDS.split())


def parse(source: str, file: str, functions: Collection[str], name: str = "") -> list[Template]:
    """The template called *name* (by default as its file) and those it defines, it the first.

    Raises:
        TemplateError: Go would not take it.
    """
    return _Parser(source, file, functions).run(name or file)


class _Parser:
    def __init__(self, source: str, file: str, functions: Collection[str]) -> None:
        self._file = file
        self._functions = functions
        self._tokens = iter(tokens(source, file))
        self._ahead: list[Token] = []
        self._variables = ["$"]
        self._defined: list[Template] = []
        self._loops = 0
        self._depth = 0

    def run(self, name: str) -> list[Template]:
        main = Template(name, self._file, 1)
        while (token := self._next()).kind != "eof":
            if token.kind == "{{" and self._peek().kind == "define":
                self._next()
                self._define()
                continue
            found = self._node(token)
            if isinstance(found, Token):
                raise self._error(found.line, f"unexpected {{{{{found.text}}}}}")
            main.body.append(found)
        return [main, *self._defined]

    def _next(self) -> Token:
        return self._ahead.pop() if self._ahead else next(self._tokens)

    def _peek(self) -> Token:
        if not self._ahead:
            self._ahead.append(next(self._tokens))
        return self._ahead[-1]

    def _back(self, token: Token) -> None:
        self._ahead.append(token)

    def _error(self, line: int, what: str) -> TemplateError:
        return TemplateError(self._file, line, what)

    def _unexpected(self, token: Token, context: str) -> TemplateError:
        shown = "EOF" if token.kind == "eof" else f"{token.text[:40]!r}".replace("'", '"')
        shown = f"<{token.text}>" if token.kind in ("end", "else", "define", "block") else shown
        return self._error(token.line, f"unexpected {shown} in {context}")

    def _expect(self, kind: str, context: str) -> Token:
        token = self._next()
        if token.kind != kind:
            raise self._unexpected(token, context)
        return token

    def _define(self) -> None:
        token = self._next()
        if token.kind not in ("string", "raw"):
            raise self._unexpected(token, "define clause")
        template = Template(quoted(token, self._file), self._file, token.line)
        self._expect("}}", "define clause")
        kept = self._variables, self._loops
        self._variables, self._loops = ["$"], 0
        template.body, end = self._list()
        self._variables, self._loops = kept
        if end.kind != "end":
            raise self._unexpected(end, "define clause")
        self._expect("}}", "end")
        self._add(template)

    def _add(self, template: Template) -> None:
        for at, other in enumerate(self._defined):
            if other.name == template.name:
                if not other.empty and not template.empty:
                    what = f"template: multiple definition of template {template.name!r}"
                    raise self._error(template.line, what.replace("'", '"'))
                if other.empty:
                    self._defined[at] = template
                return
        self._defined.append(template)

    def _list(self) -> tuple[list[Node], Token]:
        """The nodes up to `end` or `else`, and that."""
        self._depth += 1
        if self._depth > _DEEP:
            raise self._error(self._peek().line, f"nested more than {_DEEP} deep")
        found: list[Node] = []
        while (token := self._next()).kind != "eof":
            node = self._node(token)
            if isinstance(node, Token):
                self._depth -= 1
                return found, node
            found.append(node)
        raise self._error(token.line, "unexpected EOF")

    def _node(self, token: Token) -> Node | Token:
        if token.kind == "text":
            return Text(token.text, token.line)
        if token.kind == "comment":
            return Comment(token.text, token.line)
        token = self._next()
        match token.kind:
            case "end" | "else":
                return token
            case "if" | "with" | "range":
                return self._branch(token)
            case "template":
                return self._call(token)
            case "block":
                return self._block(token)
            case "break" | "continue":
                self._expect("}}", f"{{{{{token.text}}}}}")
                if not self._loops:
                    raise self._error(token.line, f"{{{{{token.text}}}}} outside {{{{range}}}}")
                return Jump(token.kind, token.line)
            case "define":
                raise self._unexpected(token, "command")
        self._back(token)
        return Action(self._pipeline("command", "}}"), token.line)

    def _branch(self, keyword: Token) -> Branch:
        kept = len(self._variables)
        name = keyword.kind
        pipeline = self._pipeline(name, "}}")
        self._loops += name == "range"
        body, end = self._list()
        self._loops -= name == "range"
        otherwise: list[Node] = []
        if end.kind == "else":
            also = ("if",) if name == "if" else ("with",) if name == "with" else ()
            if self._peek().kind in also:
                otherwise = [self._branch(self._next())]
                del self._variables[kept:]
                return Branch(name, pipeline, body, otherwise, keyword.line)
            self._expect("}}", "else")
            otherwise, end = self._list()
            if end.kind != "end":
                raise self._error(end.line, f"expected end; found {{{{{end.text}}}}}")
        self._expect("}}", "end")
        del self._variables[kept:]
        return Branch(name, pipeline, body, otherwise, keyword.line)

    def _named(self, context: str) -> str:
        token = self._next()
        if token.kind not in ("string", "raw"):
            raise self._unexpected(token, context)
        return quoted(token, self._file)

    def _call(self, keyword: Token) -> Call:
        name = self._named("template clause")
        pipeline = None
        if self._peek().kind == "}}":
            self._next()
        else:
            pipeline = self._pipeline("template clause", "}}")
        return Call(name, pipeline, keyword.line)

    def _block(self, keyword: Token) -> Call:
        name = self._named("block clause")
        pipeline = self._pipeline("block clause", "}}")
        kept = self._variables, self._loops
        self._variables, self._loops = ["$"], 0
        body, end = self._list()
        self._variables, self._loops = kept
        if end.kind != "end":
            raise self._unexpected(end, "block clause")
        self._expect("}}", "end")
        self._add(Template(name, self._file, keyword.line, body))
        return Call(name, pipeline, keyword.line)

    def _pipeline(self, context: str, end: str) -> Pipeline:
        first = self._peek()
        names, assigns = self._targets(context) if end == "}}" else ([], False)
        commands: list[list[Operand]] = []
        while (token := self._next()).kind != end:
            if token.kind not in _BEGINS:
                raise self._unexpected(token, context)
            self._back(token)
            commands.append(self._command(commands))
        if not commands:
            raise self._error(first.line, f"missing value for {context}")
        for stage, command in enumerate(commands[1:], 2):
            if isinstance(command[0], Dot | Nil | Literal):
                what = f"non executable command in pipeline stage {stage}"
                raise self._error(first.line, what)
        return Pipeline(names, assigns, commands, first.line)

    def _targets(self, context: str) -> tuple[list[str], bool]:
        """The variables a pipeline fills, and whether it assigns to ones there were."""
        names: list[Token] = []
        while self._peek().kind == "variable":
            variable = self._next()
            follows = self._next()
            if follows.kind in (":=", "="):
                names.append(variable)
                assigns = follows.kind == "="
                for each in names:
                    if assigns and each.text not in self._variables:
                        raise self._error(each.line, f'undefined variable "{each.text}"')
                    if not assigns:
                        self._variables.append(each.text)
                return [each.text[1:] for each in names], assigns
            if follows.kind == "," and context == "range" and not names:
                names.append(variable)
                if self._peek().kind == "variable":
                    continue
                raise self._unexpected(self._peek(), "range")
            if follows.kind == ",":
                raise self._error(variable.line, f"too many declarations in {context}")
            if names:
                raise self._error(variable.line, "range can only initialize variables")
            self._back(follows)
            self._back(variable)
            break
        return [], False

    def _command(self, before: list[list[Operand]]) -> list[Operand]:
        found: list[Operand] = []
        while True:
            found.append(self._operand())
            token = self._peek()
            if token.kind in ("}}", ")"):
                return found
            if token.kind == "|":
                self._next()
                return found  # Go minds no `|` that nothing follows.
            if not token.spaced or token.kind not in _BEGINS:
                raise self._unexpected(token, "operand")

    def _operand(self) -> Operand:
        node = self._term()
        names: list[str] = []
        while (token := self._peek()).kind == "field" and not token.spaced:
            names.append(self._next().text[1:])
        if not names:
            return node
        if isinstance(node, Field | Variable):
            node.names.extend(names)
            return node
        if isinstance(node, Dot | Nil | Literal):
            raise self._error(node.line, f'unexpected . after term "{_shown(node)}"')
        return Chain(node, names, node.line)

    def _term(self) -> Operand:
        token = self._next()
        line, text = token.line, token.text
        match token.kind:
            case "name":
                if text not in self._functions:
                    raise self._error(line, f'function "{text}" not defined')
                return Function(text, line)
            case ".":
                return Dot(line)
            case "nil":
                return Nil(line)
            case "variable":
                if text not in self._variables:
                    raise self._error(line, f'undefined variable "{text}"')
                return Variable(text[1:], [], line)
            case "field":
                return Field([text[1:]], line)
            case "bool":
                return Literal(text == "true", text, line)
            case "char":
                return Literal(char(token, self._file), text, line)
            case "number":
                return Literal(number(token, self._file), text, line)
            case "string" | "raw":
                return Literal(quoted(token, self._file), text, line)
            case "(":
                self._depth += 1
                if self._depth > _DEEP:
                    raise self._error(line, f"nested more than {_DEEP} deep")
                found = self._pipeline("parenthesized pipeline", ")")
                self._depth -= 1
                return found
        raise self._unexpected(token, "operand")


def _shown(node: Dot | Nil | Literal) -> str:
    return node.written if isinstance(node, Literal) else "." if isinstance(node, Dot) else "nil"
