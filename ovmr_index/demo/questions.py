"""Questions in SQL to try on an index, which the demo prints and the page of queries offers."""

from typing import NamedTuple


class Question(NamedTuple):
    """A question, and the query of the public views that answers it."""

    question: str
    query: str


QUESTIONS = (
    Question(
        "Which categories have the fewest exemplars, and where do they come from?",
        "SELECT category, count(*) AS exemplars, count(DISTINCT dataset) AS datasets"
        " FROM exemplars GROUP BY category ORDER BY exemplars, category LIMIT 5",
    ),
    Question(
        "Which categories borrow exemplars from other synsets?",
        "SELECT category_synset, synset, dataset, count(*) AS exemplars FROM exemplars"
        " WHERE synset <> category_synset GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    ),
    Question(
        "How many exemplars show an animal, by WordNet?",
        "SELECT category, count(*) AS exemplars FROM category_ancestors"
        " JOIN exemplars USING (category_id, category)"
        " WHERE vocabulary = 'lvis_v1_train' AND ancestor = 'animal.n.01'"
        " GROUP BY category ORDER BY exemplars DESC, category",
    ),
)
