"""The definitions of glossary.md, to which the first occurrence of a term in a section links."""

from dataclasses import dataclass, field
import re

from markupsafe import Markup, escape

from stages.report.rendering.markdown import TEMPLATES


@dataclass(frozen=True)
class Term:
    """A term with its other names, and its meaning."""

    names: tuple[str, ...]
    meaning: str

    @property
    def key(self) -> str:
        """The id of the definition in the page."""
        return "term-" + re.sub(r"\W+", "-", self.names[0].lower())


def read_terms() -> list[Term]:
    """Return the statistical terms of glossary.md, in its order."""
    text = (TEMPLATES / "glossary.md").read_text(encoding="utf-8")
    statistics = text.split("\n## ")[1]
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", statistics, re.MULTILINE)[1:]  # after the heading
    return [Term(tuple(names.split(", ")), meaning.replace("`", "")) for names, meaning in rows]


@dataclass
class Glossary:
    """The terms, and the keys of those that the current section already links."""

    terms: list[Term] = field(default_factory=read_terms)
    linked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._by_name = {name.lower(): term for term in self.terms for name in term.names}
        names = "|".join(re.escape(name) for name in sorted(self._by_name, key=len, reverse=True))
        self._pattern = re.compile(rf"(?<![\w-])({names})s?(?![\w-])", re.IGNORECASE)

    def start_section(self) -> str:
        """Clear the linked terms; return an empty text for the template."""
        self.linked.clear()
        return ""

    def link_terms(self, text: object) -> Markup:
        """Return escaped text in which the first occurrence of each term in a section links to its definition."""
        parts, end = [], 0
        for match in self._pattern.finditer(str(text)):
            key = self._by_name[match[1].lower()].key
            if key not in self.linked:
                self.linked.add(key)
                parts.append(escape(match.string[end : match.start()]))
                link = Markup('<a class="term" href="#{0}" aria-describedby="{0}">{1}</a>')
                parts.append(link.format(key, match[0]))
                end = match.end()
        return Markup("").join([*parts, escape(str(text)[end:])])
