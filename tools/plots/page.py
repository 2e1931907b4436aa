"""The page in which DVC puts its plots, with the drawing library inside it instead of at a network address."""

import re

#: DVC writes one line per plot: `var spec = {…};`
_SPEC = re.compile(r"^(\s*var spec = )(.*)$", re.MULTILINE)

#: What DVC's plots call. The menu lacks the entry that would send the data to a public editor. DVC's templates name an
#: older version of Vega-Lite, of which the newer one would complain in the console; they mean the same in both. A plot
#: without data, such as a training curve where nothing is trained in epochs, is an empty object.
_SNIPPET = """
window.vegaEmbed = (place, {$schema, ...spec}) => Object.keys(spec).length
  ? vegaEmbed(place, spec, {renderer: "svg", actions: {export: true, source: false, compiled: false, editor: false}})
  : document.querySelector(place).remove();
"""

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data:">
<title>Plots</title>
<style>
body {{ font-family: system-ui, sans-serif; margin: 1.5rem; background: #fff; color: #222 }}
body > div {{ overflow-x: auto; margin-bottom: 2rem }}
</style>
<script>
{library}
</script>
</head>
<body>
{{plot_divs}}
</body>
</html>
"""


def template() -> str:
    """What `dvc plots --html-template` takes: a page whose classic script is Vega, Vega-Lite and Vega-Embed.

    A module script would run after those that DVC writes into the page. The library stands in a function of its own, so
    that none of its short names is in the way of DVC's.
    """
    from vl_convert import javascript_bundle

    return _PAGE.format(library=f"(() => {{{javascript_bundle(_SNIPPET)}}})();")


def escaped(page: str) -> str:
    """The `page` that DVC wrote, with no `<` in its data: a label such as `</script>` would end the script."""
    return _SPEC.sub(lambda match: match[1] + match[2].replace("<", "\\u003c"), page)
