"""Templates cannot reach out of the sandbox, run on, or grow; decent ones work as in jinja2."""

import contextlib
import resource
import time
from typing import Any

import pytest

from router.senders.budget import OUTPUT_MAX
from router.senders.sandbox import SOURCE_MAX, Sandbox

GROWING = "{%% set ns = namespace(x='ab') %%}{%% for i in range(99) %%}%s{%% endfor %%}{{ ns.x }}"


def render(source: str, data: dict[str, Any] | None = None, *, escape: bool = False) -> str:
    return Sandbox(escape=escape).prepare(source)(data or {})


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("{% for i in range(1000000000) %}x{% endfor %}", id="a long range"),
        pytest.param("{% for i in range(10**9) %}x{% endfor %}", id="a long range by power"),
        pytest.param("{% for a in range(999) %}" * 4 + "{% endfor %}" * 4, id="nested loops"),
        pytest.param("{% for a in range(999) %}" * 4 + "x" + "{% endfor %}" * 4, id="that write"),
        pytest.param(
            "{% set x %}"
            + "{% for a in range(999) %}" * 3
            + "x" * 999
            + "{% endfor %}" * 3
            + "{% endset %}",
            id="nested loops that write into a variable",
        ),
        pytest.param("{{ 'x' * 10**9 }}", id="a repeated text"),
        pytest.param("{{ [1] * 1000000000 }}", id="a repeated list"),
        pytest.param("{{ 10 ** 10 ** 8 }}", id="a huge power"),
        pytest.param("{{ '%0999999999d' % 1 }}", id="a wide number by %"),
        pytest.param("{{ '%0999999999d'|format(1) }}", id="a wide number by filter"),
        pytest.param("{{ '{:>999999999}'.format(1) }}", id="a wide number by method"),
        pytest.param("{{ '{x:>999999999}'.format_map({'x': 1}) }}", id="a wide number by map"),
        *(
            pytest.param(f"{{{{ 'x'.{method}(2000000000) }}}}", id=f"a padded text: {method}")
            for method in ("center", "ljust", "rjust", "zfill", "expandtabs")
        ),
        pytest.param("{{ 'x'|center(2000000000) }}", id="a centred text"),
        pytest.param("{{ 'x'|indent(2000000000, true) }}", id="an indented text"),
        pytest.param("{{ {'a': 1}|tojson(2000000000) }}", id="indented JSON"),
        pytest.param("{{ ('a,' * 99999).split(',') }}", id="a list out of a repeated text"),
        pytest.param("{{ lipsum(n=100000) }}", id="filler text"),
        pytest.param(GROWING % "{% set ns.x = ns.x ~ ns.x %}", id="doubling by ~"),
        pytest.param(GROWING % "{% set ns.x = ns.x + ns.x %}", id="doubling by +"),
        pytest.param(GROWING % "{% set ns.x = [ns.x, ns.x] %}", id="doubling by nesting"),
        pytest.param(GROWING % "{% set ns.x = {1: ns.x, 2: ns.x} %}", id="doubling dicts"),
        pytest.param(GROWING % "{% set ns.x = (ns.x, ns.x) %}", id="doubling tuples"),
        pytest.param(GROWING % "{% set ns.x = [ns.x, ns.x]|join %}", id="doubling by join"),
        pytest.param(GROWING % "{% set ns.x = ns.x|replace('a', 'aaaa') %}", id="replace"),
        pytest.param(GROWING % "{% set ns.x = ns.x.replace('a', 'aaaa') %}", id="str.replace"),
        pytest.param(GROWING % "{% set ns.x = ns.x.join(['', '', '']) %}", id="str.join"),
        pytest.param(
            GROWING % "{% set y %}{{ ns.x }}{{ ns.x }}{% endset %}{% set ns.x = y %}",
            id="doubling by capture",
        ),
        pytest.param("{% set x = " + "~".join(["y"] * 500) + " %}", id="very many operands"),
        pytest.param("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", id="endless recursion"),
        pytest.param(
            "{% macro m(n) %}{% if n %}{{ m(n-1) }}{{ m(n-1) }}{% endif %}{% endmacro %}"
            "{{ m(50) }}",
            id="exponential recursion",
        ),
        pytest.param(
            "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}", id="recursive loop"
        ),
        pytest.param("x" * (OUTPUT_MAX + 1), id="more text than a page may have"),
        pytest.param("x" * (SOURCE_MAX + 1), id="more source than a template may have"),
        pytest.param("{{ " + "(" * 5000 + ")" * 5000 + " }}", id="deep nesting"),
        pytest.param("{{ " + "9" * 5000 + " }}", id="a number of five thousand digits"),
    ],
)
def test_a_bomb_is_stopped_soon_and_small(source: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    with pytest.raises(Exception) as caught:
        render(source, {"y": "z" * 999})
    assert not isinstance(caught.value, MemoryError)
    assert time.process_time() - began < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000, "kilobytes"


class Owner:
    token = "SECRET"

    def reveal(self) -> str:
        return self.token


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ ''['__class__'] }}",
        "{{ ''|attr('__class__') }}",
        "{{ x|map(attribute='__class__')|list }}",
        "{{ x|map('attr', '__class__')|list }}",
        "{{ x|selectattr('__class__')|list|length }}{{ x|groupby('__class__') }}",
        "{{ namespace.__init__.__globals__ }}",
        "{{ range.__globals__ }}{{ range.__call__.__self__ }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ self.__init__.__globals__ }}{{ self._TemplateReference__context }}",
        "{{ m.__globals__ }}{% macro m() %}{% endmacro %}{{ m._func.__globals__ }}",
        "{% for i in [1] %}{{ loop.__init__.__globals__ }}{% endfor %}",
        "{{ '{0.__class__}'.format(x) }}",
        "{{ '{a.__class__}'.format_map({'a': 1}) }}",
        "{{ ('%s'|string).__class__ }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}{{ os }}",
        "{% from 'os' import popen %}",
        "{% extends '/etc/passwd' %}",
        "{{ environment.filters }}{{ context.parent }}",
        "{{ x.append(1) }}{{ x }}",
        "{{ {}.setdefault('a', 1) }}",
        "{{ owner.reveal() }}",
        "{{ x|xmlattr }}",
        "{{ x|pprint }}",
        "{{ x|random }}",
        "{{ caller() }}",
    ],
)
def test_an_escape_leads_nowhere(source: str) -> None:
    shown = ""
    with contextlib.suppress(Exception):  # Refused is as good as nothing shown.
        shown = render(source, {"x": ["item"], "owner": Owner()})
    for found in ("<class", "<built-in", "<function", "<module", "root:", "uid=", "SECRET", "0x"):
        assert found not in shown


@pytest.mark.parametrize(
    "source",
    [
        "{% autoescape false %}{{ x }}{% endautoescape %}",
        "{{ x|safe }}",
        "{{ x|safe|upper }}",
        "{% filter safe %}{{ x }}{% endfilter %}",
        "{% set y %}{{ x }}{% endset %}{{ y }}",
        "{% macro m(v) %}{{ v }}{% endmacro %}{{ m(x) }}{{ [m(x), x]|join(x) }}",
        "{{ x ~ m }}{{ m ~ x }}{{ x + x }}{{ x|replace('<', '<<') }}{{ x|tojson }}",
        "{{ x|upper }}{{ [x]|join }}{{ [x] }}{{ {'a': x} }}{{ x|truncate(3) }}{{ x|default(x) }}",
        "{{ x|format }}",
        "{{ x|urlize }}",
        "{{ '%s'|format(x) }}",
    ],
)
def test_no_value_gets_past_the_escaping(source: str) -> None:
    shown = ""
    with contextlib.suppress(Exception):  # Refused is as good as nothing shown.
        shown = render(source, {"x": "<b>"}, escape=True)
    assert "<b" not in shown.lower()


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{% for k, v in d|dictsort %}{{ loop.index }}{{ k }}={{ v }}{% if not loop.last %},"
         "{% endif %}{% endfor %}", "1a=1,2items=x"),
        ("{{ d.items }} {{ d['items'] }} {{ d.a }} {{ d.b }}{{ d.b.c }}|", "x x 1 |"),
        ("{% for i in range(3) %}{{ i }}{% else %}none{% endfor %}", "012"),
        ("{% for i in [] %}{% else %}none{% endfor %}", "none"),
        ("{{ items|map('upper')|join('-') }}", "A-B"),
        ("{{ items|select('equalto', 'a')|list|length }}", "1"),
        ("{{ rows|map(attribute='n')|join('+') }}", "1+2"),
        ("{{ rows|selectattr('n', 'gt', 1)|map(attribute='n')|first }}", "2"),
        ("{{ rows|groupby('n')|length }}", "2"),
        ("{% macro m(x, y=2) %}[{{ x }}{{ y }}]{% endmacro %}{{ m(1) }}{{ m(1, y=3) }}",
         "[12][13]"),
        ("{% set ns = namespace(n=0) %}{% for i in range(5) %}{% set ns.n = ns.n + i %}{% endfor %}"
         "{{ ns.n }}", "10"),
        ("{{ 'a-b'.split('-')[1] }} {{ 'ab'.upper() }} {{ 'x.y'.partition('.')|length }}",
         "b AB 3"),
        ("{{ 2 * 3 }} {{ 7 % 4 }} {{ 7 // 2 }} {{ 1.5 * 2 }} {{ 3.14159|round(2) }}",
         "6 3 3 3.0 3.14"),
        ("{{ 'a' ~ 1 ~ 'b' }} {{ 'a' if items else 'b' }} {{ 'a' in items }}", "a1b a True"),
        ("{{ missing }}{{ missing.deeper }}{{ missing|default('-') }}{{ nothing }}", "-"),
        ("{% with x = 1 %}{{ x }}{% endwith %}{% set a, b = (1, 2) %}{{ a }}{{ b }}", "112"),
        ("{% for i in [1, [2, [3]]] recursive %}{{ loop(i) if i is iterable else i }}{% endfor %}",
         "123"),
        ("{{ d|tojson }} {{ items|last }} {{ items|reverse|join }}", '{"a": 1, "items": "x"} b ba'),
        ("{{ 'javascript:x'|link }}{{ 'https://e.com'|link }}", "https://e.com"),
        ("{{ 'one two three'|truncate(9, leeway=0) }} {{ ' x '|trim }} {{ 'a b'|urlencode }}",
         "one... x a%20b"),
    ],
)  # fmt: skip
def test_decent_templates_work(source: str, shown: str) -> None:
    data = {
        "d": {"a": 1, "items": "x"},
        "items": ["a", "b"],
        "rows": [{"n": 1}, {"n": 2}],
        "nothing": None,
    }
    assert render(source, data) == shown


def test_a_budget_is_for_one_rendering() -> None:
    """A template that uses most of its steps does so every time."""
    run = Sandbox(escape=False).prepare("{% for i in range(600) %}{{ i * 1 }}{% endfor %}")
    assert len({run({}) for _ in range(60)}) == 1
