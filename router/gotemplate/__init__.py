"""Go's text/template and html/template, read and translated to jinja2."""
