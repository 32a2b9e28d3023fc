"""Passwords in URLs: no message repeats one, wherever the URL was given."""

from pathlib import Path

import pytest

from ovmr_index import Index
from ovmr_index.errors import OvmrIndexError, RecordError, without_passwords
from tests.support.runs import call
from tests.support.trees import TreeBuilder, vg_image, vg_object, vg_objects
from tests.support.warm import warm_start

URL = "postgresql://user:s3cret@host/x"
OF_NO_SERVER = "postgresql://user:s3cret@127.0.0.1:1/x"
COMMANDS = [
    *("--db {} status", "--db={} ingest", "--root {} status", "--db {} db check"),
    *("ingest coco {} --name x --images {}", "ingest imagenet {}", "ingest lvis {} --split val"),
    *("ingest lvis {}", "ingest --remove {}", "vocabulary add {} --name x", "db backup {}"),
    *("{}", "export {}", "db {} {}", "status {}", "sample rm {}", "import-sample {} --name x"),
    *("export exemplars -o {}", "sample -K {}", "ingest lvis --split {}", "prepare imagenet {}"),
]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, few_synsets: Path) -> Path:
    """Return the root of an index that holds nothing, and stays so: what is asked is refused."""
    made = TreeBuilder(tmp_path_factory.mktemp("passwords") / "datasets", few_synsets)
    made.index().close()
    return made.root


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_no_message_repeats_a_password(root: Path, command: str) -> None:
    for url in (OF_NO_SERVER, URL.replace("s3cret", "s3cret/@:?#"), f"{URL[:18]}s3cret"):
        done = call(*command.format(url, url).split(), root=root)
        assert done.code in (1, 2), url
        assert done.err, url
        assert "s3cret" not in done.out + done.err, url


def test_a_password_in_the_environment(tmp_path: Path) -> None:
    (tmp_path / "datasets").mkdir()
    done = warm_start().run("status", more={"OVMR_INDEX_DB": OF_NO_SERVER}, cwd=tmp_path)
    assert (done.code, done.out) == (1, "")
    assert "postgresql://user@127.0.0.1:1/x: Connection refused" in done.error
    done = warm_start().run(
        "status", more={"OVMR_INDEX_DB": URL.replace("postgresql", "mysql")}, cwd=tmp_path
    )
    assert (done.code, done.out) == (2, "")
    assert "--db mysql://… looks like a URL; give the path of a file, or postgresql" in done.error


def test_a_password_in_python(tmp_path: Path) -> None:
    with pytest.raises(OvmrIndexError) as raised:
        Index.open(tmp_path, Path(OF_NO_SERVER))
    assert "s3cret" not in str(raised.value)


def test_a_password_in_a_record(builder: TreeBuilder) -> None:
    images = [vg_image(1, url="http://user:s3cret@host/..")]
    builder.visual_genome(vg_objects(1, vg_object(5)), images=images)
    builder.index()
    done = call("ingest", "visual-genome", "--on-error", "skip", root=builder.root)
    assert "http://user:***@host/.." in done.err
    query = "SELECT reason FROM ingest_problems ORDER BY 1"
    assert "s3cret" not in call("sql", query, root=builder.root).out


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (URL, "postgresql://user:***@host/x"),
        (f"'{URL}' and {URL}", "'postgresql://user:***@host/x' and postgresql://user:***@host/x"),
        ("postgresql:/user:s3cret@host/x: no", "postgresql:/user:***@host/x: no"),
        ("redis://:s3cret@host", "redis://:***@host"),
        ("http://user:12345@host", "http://user:***@host"),
        ("a://u:s3@cre/t@host", "a://u:***@host"),
        ("a://u:s3cr…cret", "a://u:***"),
        ("a:///x?user=b&password=s3cret&c=d", "a:///x?user=b&password=***&c=d"),
        ("host=h password='s3 cret' dbname=x", "host=h password=*** dbname=x"),
        ("http://host:8080/a.jpg: no such file", None),
        ("http://host/a:b/c.jpg", None),
        ("/data/a.json: [0] (id 1): url 'x' is no path; see a@b", None),
        ("C:/Users/me: no", None),
        ("12:30.jpg: x = 1", None),
    ],
)
def test_what_is_hidden(text: str, shown: str | None) -> None:
    assert without_passwords(text) == (shown or text)
    assert without_passwords(without_passwords(text)) == (shown or text)


def test_an_error_of_a_record_holds_none() -> None:
    error = RecordError(Path("a.json"), URL, f"{URL} is no path", "fix it")
    assert "s3cret" not in f"{error} {error.record} {error.problem} {error.as_issue()}"
