"""A template can be tried out before a page depends on it."""

from support.site import Site

DATA = {"status": "resolved", "alerts": [{"status": "resolved", "labels": {"a": "b"}}]}


async def test_a_go_template_is_rendered_and_shown_in_the_other_notation(here: Site) -> None:
    body = {"text": "{{ .Status | toUpper }} {{ len .Alerts.Resolved }}", "data": DATA}
    answer = await here.http.post("/api/v1/templates/render", json=body)
    assert answer.status == 200
    assert await answer.json() == {
        "text": "RESOLVED 1",
        "jinja2": "{{ toUpper(data.Status) }} {{ len(data.Alerts.Resolved) }}",
    }


async def test_jinja2_and_html_and_the_example_are_to_be_had(here: Site) -> None:
    body = {"text": "{{ title }} {{ data.Status }}", "engine": "jinja2"}
    answer = await here.http.post("/api/v1/templates/render", json=body)
    assert (await answer.json())["text"] == "DiskFull firing"
    html = {"text": '<a href="{{ "javascript:x" }}">', "type": "html"}
    answer = await here.http.post("/api/v1/templates/render", json=html)
    assert (await answer.json())["text"] == '<a href="#ZgotmplZ">'


async def test_what_is_wrong_is_said(here: Site) -> None:
    for body, status, said in (
        ({"text": "{{ foo }}"}, 422, 'template: template:1: function "foo" not defined'),
        ({"text": "a\n{{ .Foo }}"}, 422, "can't evaluate field Foo in type template.Data"),
        ({"text": "x", "data": {"alerts": 3}}, 422, "alerts must be a list"),
        ({"text": "x", "engine": "perl"}, 400, "engine"),
        ({"text": "x", "date": {}}, 400, "date"),
        ({"text": "{% for i in range(999) %}{{ i }" * 9, "engine": "jinja2"}, 422, "line 1"),
    ):
        answer = await here.http.post("/api/v1/templates/render", json=body)
        assert answer.status == status
        assert said in (await answer.json())["error"]
