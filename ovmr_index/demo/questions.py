"""Questions in SQL to try on an index, which the demo prints and the page of queries offers."""

from typing import NamedTuple


class Question(NamedTuple):
    """A question, and the query of the public views that answers it.

    One that `is_slow` takes more than a second on the real datasets.
    """

    question: str
    query: str
    is_slow: bool = False


QUESTIONS = (
    Question(
        "Which categories have the fewest exemplars, and where do they come from?",
        "SELECT category, count(*) AS exemplars, count(DISTINCT dataset) AS datasets"
        " FROM exemplars GROUP BY category ORDER BY exemplars, category LIMIT 5",
        is_slow=True,
    ),
    Question(
        "Which categories borrow exemplars from other synsets?",
        "SELECT category_synset, synset, dataset, count(*) AS exemplars FROM exemplars"
        " WHERE synset <> category_synset GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        is_slow=True,
    ),
    Question(
        "How many exemplars show an animal, by WordNet?",
        "SELECT category, count(*) AS exemplars FROM category_ancestors"
        " JOIN exemplars USING (category_id, category)"
        " WHERE vocabulary = 'lvis_v1_train' AND ancestor = 'animal.n.01'"
        " GROUP BY category ORDER BY exemplars DESC, category",
    ),
)

# Those of docs/sql.md, which are asked of larger indexes too.
MORE_QUESTIONS = (
    Question(
        "Which rare categories have the fewest exemplars, and from how many datasets?",
        "SELECT category, count(*) AS exemplars, count(DISTINCT dataset) AS datasets"
        " FROM exemplars WHERE frequency = 'r'"
        " GROUP BY category_id ORDER BY exemplars, category LIMIT 5",
    ),
    Question(
        "How many annotations of a category are small, medium and large, by COCO's limits, and on"
        " how many images?",
        "SELECT"
        " CASE WHEN area < 32 * 32 THEN 'small' WHEN area < 96 * 96 THEN 'medium' ELSE 'large' END"
        " AS size, count(*) AS annotations, count(DISTINCT image_id) AS images"
        " FROM boxes WHERE vocabulary = 'lvis_v1_train' AND category = 'apple'"
        " GROUP BY 1 ORDER BY min(area)",
    ),
    Question(
        "Of which categories does LVIS train say most often that they are absent, or not all"
        " marked?",
        "SELECT category, sum(kind = 'negative') AS absent,"
        " sum(kind = 'not_exhaustive') AS not_all_marked"
        " FROM image_labels WHERE source = 'lvis_v1_train'"
        " GROUP BY category_id ORDER BY not_all_marked DESC, absent DESC, category LIMIT 5",
        is_slow=True,
    ),
    Question(
        "Which exemplars of a category show an image of LVIS val?",
        "SELECT exemplars.file_name, twin_file_name, count(*) AS exemplars"
        " FROM exemplars JOIN image_twins USING (source, file_name)"
        " WHERE category = 'carrot' AND twin_source = 'lvis_v1_val' AND by = 'id'"
        " GROUP BY 1, 2 ORDER BY 1",
    ),
    Question(
        "How many boxes has a synset in each source?",
        "SELECT source, count(*) AS boxes FROM box_synsets WHERE synset = 'mug.n.04'"
        " GROUP BY source ORDER BY source",
    ),
)
