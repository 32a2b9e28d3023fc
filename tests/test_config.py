"""`ovmr-index.toml`: where it is looked for, which value goes first, and what is refused."""

import os
from pathlib import Path

import pytest

from ovmr_index.config import FILE_NAME, KEYS, Configuration, Setting, user_file
from ovmr_index.errors import UsageError


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working folder, which is empty, beside a folder of the user's settings."""
    folder = tmp_path / "work"
    folder.mkdir()
    (tmp_path / "settings/ovmr-index").mkdir(parents=True)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for key in KEYS.values():
        monkeypatch.delenv(key.variable, raising=False)
    return folder


def _write(text: str, path: Path | None = None) -> Path:
    path = path or Path(FILE_NAME)
    path.write_text(text)
    return path


def test_without_a_file_all_is_default() -> None:
    held = Configuration()
    assert {held.get(name) for name in KEYS} == {Setting(None, "default")}


def test_the_nearest_file_goes_before_key_by_key(work: Path) -> None:
    (work / "data").mkdir()
    users = _write('workers = 1\ncolours = "never"\nrecipe = "mine.json"', user_file())
    roots = _write('workers = 2\ncolours = "always"', work / "data" / FILE_NAME)
    _write('workers = 3\nroot = "data"')
    held = Configuration()
    held.add_root(Path("data"))
    assert held.get("workers") == Setting(3, FILE_NAME)
    assert held.get("root") == Setting(Path("data"), FILE_NAME)
    assert held.get("colours") == Setting("always", f"data/{FILE_NAME}")
    assert held.get("recipe") == Setting(users.parent / "mine.json", str(users))
    assert roots.exists()


def test_the_environment_goes_before_files(monkeypatch: pytest.MonkeyPatch) -> None:
    _write("workers = 3")
    monkeypatch.setenv("OVMR_INDEX_WORKERS", "5")
    assert Configuration().get("workers") == Setting(5, "OVMR_INDEX_WORKERS")
    monkeypatch.setenv("OVMR_INDEX_WORKERS", "")
    assert Configuration().get("workers") == Setting(3, FILE_NAME)


def test_paths_start_from_the_folder_of_the_file_or_from_home(work: Path) -> None:
    users = _write('root = "~/data"\ndb = "here.db"', user_file())
    held = Configuration()
    assert held.get("root").value == work.parent / "home/data"
    assert held.get("db").value == users.parent / "here.db"


def test_the_address_of_a_database_is_no_path() -> None:
    _write('db = "postgresql://me@host/lvis"')
    assert Configuration().get("db").value == "postgresql://me@host/lvis"


def test_the_root_may_be_the_working_folder() -> None:
    _write('root = "."\nworkers = 2')
    held = Configuration()
    held.add_root(held.get("root").value)
    assert held.get("workers").value == 2


def test_the_file_in_the_root_names_no_root(work: Path) -> None:
    (work / "data").mkdir()
    _write('root = "other"', work / "data" / FILE_NAME)
    with pytest.raises(UsageError, match=r"data/ovmr-index.toml: root: .* or leave it out"):
        Configuration().add_root(Path("data"))


@pytest.mark.parametrize("text", ["", "\ufeffworkers = 3", "# nothing\n"])
def test_a_file_may_be_empty_or_begin_with_a_mark(text: str) -> None:
    _write(text)
    assert Configuration().get("workers").value == (3 if "workers" in text else None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("worker = 3", "there is no key 'worker'; did you mean 'workers'?"),
        ("colors = 'never'", "there is no key 'colors'; did you mean 'colours'?"),
        ("zzz = 3", "there is no key 'zzz'; write 'root', 'db', 'workers', 'recipe' or 'colours'"),
        ("[tool]\nroot = 'x'", "there is no key 'tool'; write"),
        ("workers = '3'", "workers is '3': write a whole number from 1 to 256, as 4"),
        ("workers = true", "workers is True: write a whole number"),
        ("workers = 0", "workers is 0: write a whole number"),
        ("workers = 2.0", "workers is 2.0: write a whole number"),
        ("workers = nan", "workers is nan: write a whole number"),
        ("root = 3", "root is 3: write a path in quotes"),
        ("root = ''", "root is '': write a path in quotes"),
        ('root = "a\\u0000b"', r"root is 'a\x00b': write a path in quotes"),
        ("root = ['x']", "root is ['x']: write a path in quotes"),
        ("root = '~nobody-here/x'", "nobody here is '~nobody-here'; write the whole path"),
        ("colours = 'blue'", "colours is 'blue': write 'auto', 'always' or 'never'"),
        ("colours = ['auto']", "colours is ['auto']: write 'auto', 'always' or 'never'"),
        ("root = data", "(at line 1, column 8); write TOML"),
        ("root = 'a'\nroot = 'b'", "Cannot overwrite a value"),
        pytest.param("a = " + "[" * 5000, "write TOML", id="deep"),
        pytest.param("x" * (1 << 20) + "yz", "has more than 1 MiB", id="large"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(text: str, said: str) -> None:
    _write(text)
    with pytest.raises(UsageError) as error:
        Configuration()
    assert str(error.value).startswith(f"{FILE_NAME}: ")
    assert said in str(error.value)


def test_text_that_is_not_utf_8_is_refused_with_its_line() -> None:
    Path(FILE_NAME).write_bytes(b"# one\nroot = '\xff'\n")
    with pytest.raises(UsageError, match="line 2 is not UTF-8; save the file as UTF-8"):
        Configuration()


def test_a_folder_or_a_pipe_of_that_name_is_refused() -> None:
    Path(FILE_NAME).mkdir()
    with pytest.raises(UsageError, match="is not a file; remove it"):
        Configuration()
    Path(FILE_NAME).rmdir()
    os.mkfifo(FILE_NAME)
    with pytest.raises(UsageError, match="is not a file; remove it"):
        Configuration()


def test_a_link_that_leads_nowhere_is_no_file() -> None:
    Path(FILE_NAME).symlink_to("nowhere")
    assert Configuration().get("workers").value is None


@pytest.mark.parametrize("text", ["0", "x", "9" * 30, "1_0", "²", "-1"])
def test_a_wrong_variable_is_named(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVMR_INDEX_WORKERS", text)
    with pytest.raises(UsageError, match=r"^OVMR_INDEX_WORKERS is .*: write a whole number from 1"):
        Configuration().get("workers")


@pytest.mark.skipif(os.geteuid() != 0, reason="gives files to another user, which only root may")
def test_a_file_that_another_user_put_into_the_working_folder_is_left_out(work: Path) -> None:
    os.chown(_write("workers = 3"), 12345, -1)
    held = Configuration()
    assert held.left_out == Path(FILE_NAME)
    assert held.get("workers").value is None
    os.chown(work, 12345, -1)  # whose folder it is has a say there
    assert Configuration().get("workers").value == 3


@pytest.mark.parametrize(
    ("platform", "settings", "folder"),
    [
        ("linux", "", ".config"),
        ("linux", "relative", ".config"),
        ("darwin", "", "Library/Application Support"),
        ("darwin", "/etc/xdg", "/etc/xdg"),
    ],
)
def test_the_users_file_is_where_the_system_keeps_settings(
    platform: str, settings: str, folder: str, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setenv("XDG_CONFIG_HOME", settings)
    assert user_file() == work.parent / "home" / folder / "ovmr-index" / FILE_NAME
