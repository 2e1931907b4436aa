import re

from stages.report.rendering.glossary import Glossary, read_terms


def link(key, words):
    return f'<a class="term" href="#{key}" aria-describedby="{key}">{words}</a>'


def test_every_name_is_defined_once():
    terms = read_terms()
    names = [name.lower() for term in terms for name in term.names]
    assert len(set(names)) == len(names)
    assert len({term.key for term in terms}) == len(terms)
    meanings = {term.names[0]: term.meaning for term in terms}
    assert meanings["recall"] == "the share of positives that are alarms"
    assert meanings["margin"].endswith("(evaluate.margin)")
    assert "champion" not in meanings  # no statistics


def test_a_term_links_to_its_definition_once_in_a_section():
    glossary = Glossary()
    first = f"The {link('term-recall', 'Recall')} and recall"
    assert glossary.link_terms("The Recall and recall") == first
    assert glossary.link_terms("recall") == "recall"
    glossary.start_section()
    assert glossary.link_terms("The Recall and recall") == first


def test_the_longest_name_wins_and_parts_of_words_are_no_terms():
    glossary = Glossary()
    assert glossary.link_terms("calibration slopes") == link("term-calibration-slope", "calibration slopes")
    assert glossary.link_terms("out-of-fold scores") == f"{link('term-out-of-fold', 'out-of-fold')} scores"
    assert glossary.link_terms("recalled, my_recall, self-recall") == "recalled, my_recall, self-recall"


def test_text_around_a_term_is_escaped():
    text = Glossary().link_terms("<b>recall</b> & <i>")
    assert text == f"&lt;b&gt;{link('term-recall', 'recall')}&lt;/b&gt; &amp; &lt;i&gt;"
    assert re.findall("<[^a/]", text) == []
