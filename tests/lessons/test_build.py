"""The generator, on a small project of its own."""

import json
import re
import subprocess
import sys

import build
import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

LESSON = "notebooks/00_start_here.ipynb"
EXERCISES = "notebooks/exercises/00_start_here_exercises.ipynb"
SOLUTIONS = "notebooks/exercises/00_start_here_solutions.ipynb"


@pytest.fixture
def built(project):
    assert build.main([], project) == 0
    return project


def stored(project, path):
    return nbformat.read(project.root / path, as_version=4)


def sources(project, path):
    [document] = [
        document
        for lesson in project.lessons
        for document in build.documents(project, lesson)
        if path.endswith(document.path)
    ]
    return [cell.source for cell in document.cells]


def test_a_lesson_says_its_title_and_question(project):
    [lesson] = project.lessons
    assert (lesson.title, lesson.question) == ("Start here", "Where does one begin?")


def test_minutes_are_computed_and_written_at_the_end_of_the_first_cell(project):
    """Imports and a class are two cells that are not folded; the lesson has one exercise."""
    [lesson] = project.lessons
    assert (lesson.minutes, lesson.exercise_minutes) == (1, 3)
    assert sources(project, LESSON)[0].endswith("\n\n**Time:** 1 minutes, and 3 for the exercises.")
    more = "# %% [markdown]\n# " + "word " * 400 + "\n\n# %%\nfirst = 1\nexplorers.overlap()\n\n# %%\nexplorers\n"
    longer = build.Lesson(lesson.name, f"{lesson.text}\n\n{more}")
    assert longer.minutes == lesson.minutes + 400 / 200 + 2 * 0.5 + 2
    assert build.Lesson(lesson.name, longer.text.replace("# %%\nfirst", '# %% tags=["check"]\nfirst')).minutes == 4


@pytest.mark.parametrize(
    ("text", "count"),
    [("two words", 2), ("[a link](to_somewhere.ipynb) <!-- a comment -->", 2), ("$T = 1$ | `tp_k`", 4), ("---", 0)],
)
def test_words_are_what_is_read(text, count):
    assert build.words(text) == count


def test_cells_that_check_are_folded_and_keep_their_output(built):
    folded = [cell for cell in stored(built, LESSON).cells if cell.metadata.get("jupyter") == {"source_hidden": True}]
    assert [cell.metadata["tags"] for cell in folded] == [["check"]]
    assert folded[0].outputs


@pytest.mark.parametrize(
    ("old", "new", "missing"),
    [
        ("# # Start here", "# Start here", "# Title"),
        ("# Where does one\n# begin?", "# ## A section", "a question under the title"),
        ("name: python3", "name: julia", "kernelspec"),
    ],
)
def test_a_lesson_without_its_header_says_so(project, old, new, missing):
    source = project.notebooks / "source" / "00_start_here.py"
    source.write_text(source.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(build.LessonError, match=re.escape(missing)):
        build.table(project)


def test_a_page_without_a_number_is_built_and_is_no_lesson(project):
    source = project.notebooks / "source" / "00_start_here.py"
    page = source.with_name("your_page.py")
    page.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    project = build.Project(project.root)
    assert [lesson.name for lesson in project.lessons] == ["00_start_here"]
    assert [one.name for one in build.chosen_lessons(project, ["your"])] == ["your_page"]
    assert "your_page" not in build.readme(project)
    assert build.outdated(project)["notebooks/your_page.ipynb"] == "it was never built"


def test_without_an_address_there_are_no_links(project):
    assert project.repository is None
    everything = "\n".join([*sources(project, LESSON), build.readme(project)])
    assert "https:" not in everything
    assert "colab" not in everything.lower()


def test_with_an_address_lessons_and_readme_have_links(published):
    assert published.repository == "https://github.com/someone/small"
    title, colab, *_ = sources(published, LESSON)
    readme = build.readme(published)
    for text in (title, readme):
        assert "https://mybinder.org/v2/gh/someone/small/main?urlpath=lab/tree/notebooks/00_start_here.ipynb" in text
        assert "https://colab.research.google.com/github/someone/small/blob/main/notebooks/00_start_here.ipynb" in text
    assert title.startswith("# Start here\n\nWithout installing")
    assert "git clone --quiet --depth 1 https://github.com/someone/small" in colab
    assert 'pip install --quiet "./small[train]"' in colab
    assert "notebooks/exercises/00_start_here_solutions.ipynb)" in sources(published, SOLUTIONS)[0]


@pytest.mark.parametrize(
    ("path", "folder"),
    [("00_start_here.ipynb", "notebooks"), ("exercises/00_start_here_solutions.ipynb", "notebooks/exercises")],
)
@pytest.mark.parametrize("in_colab", [False, True])
def test_the_colab_cell_installs_in_colab_only(monkeypatch, in_colab, path, folder):
    if in_colab:
        monkeypatch.setitem(sys.modules, "google.colab", sys)
    ran = []

    class Shell:
        def run_line_magic(self, name, line):
            ran.append(f"{name} {line}")

        def system(self, line):
            ran.append(line)

    code = TransformerManager().transform_cell(build.colab_code("https://github.com/someone/small", path))
    exec(code, {"get_ipython": Shell})
    fetch = ["git clone --quiet --depth 1 https://github.com/someone/small", 'pip install --quiet "./small[train]"']
    assert ran == ([*fetch, f"cd small/{folder}"] if in_colab else [])


@pytest.mark.parametrize(
    ("address", "repository"),
    [
        ("https://github.com/a/b.c", "https://github.com/a/b.c"),
        ("https://github.com/a/b/", "https://github.com/a/b"),
        ("https://example.org/a/b", None),
    ],
)
def test_only_a_github_address_makes_links(project, address, repository):
    (project.root / "pyproject.toml").write_text(f"[project]\nurls.Repository = '{address}'\n")
    assert build.Project(project.root).repository == repository


def test_the_table_of_lessons_goes_into_the_readme_and_where_a_lesson_asks_for_it(project):
    row = "| [00 Start here]({}00_start_here.ipynb) | Where does one begin? | 1 | 3 |\n<!-- /lessons -->"
    assert row.format("notebooks/") in build.readme(project)
    assert row.format("") in sources(project, LESSON)[0]


def test_solutions_leave_the_lesson_and_go_to_their_own_notebook(project):
    assert "2 + 2" not in sources(project, LESSON)
    assert sources(project, LESSON)[-1].endswith(
        "Add two and two; [a hint](01_other.ipynb).\n\n[Work on it here](exercises/00_start_here_exercises.ipynb), "
        "or [look at a solution](exercises/00_start_here_solutions.ipynb)."
    )
    statement = "Add two and two; [a hint](../01_other.ipynb)."
    imports = sources(project, LESSON)[1]
    assert sources(project, EXERCISES)[1:] == [imports, statement, ""]
    assert sources(project, SOLUTIONS)[1:] == [imports, statement, "2 + 2"]


def test_paths_in_code_lead_to_the_same_files_from_the_exercises():
    cell = build.new_code_cell('read("../results/cpu"), "a/../b"')
    assert build.one_folder_down(cell).source == 'read("../../results/cpu"), "a/../b"'


def test_a_lesson_without_solutions_has_no_exercises(project):
    [lesson] = project.lessons
    lesson = build.Lesson(lesson.name, lesson.text.replace("solution", "other"))
    assert [document.path for document in build.documents(project, lesson)] == ["00_start_here.ipynb"]


def test_building_runs_and_cleans(built):
    lesson = stored(built, LESSON)
    code = [cell for cell in lesson.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [1, 2, 3]
    assert [output.output_type for output in code[1].outputs] == ["stream", "execute_result"]
    assert code[2].outputs[0].data.keys() == {"image/png", "text/html", "text/plain"}
    assert code[2].outputs[0].data["text/plain"] == "a dot"
    assert lesson.metadata.keys() == {"kernelspec", "language_info", "tverskylib"}
    assert stored(built, SOLUTIONS).cells[-1].outputs[0].data == {"text/plain": "4"}
    assert stored(built, EXERCISES).cells[-1].execution_count is None


def test_building_twice_writes_the_same_bytes(built):
    paths = [LESSON, EXERCISES, SOLUTIONS, "README.md"]
    first = [(built.root / path).read_bytes() for path in paths]
    assert build.main(["00"], build.Project(built.root)) == 0
    assert [(built.root / path).read_bytes() for path in paths] == first


def test_what_is_out_of_date_is_named_with_its_reason(built, capsys):
    def reasons():
        return build.outdated(build.Project(built.root))

    assert reasons() == {}
    assert build.main(["--check"], build.Project(built.root)) == 0

    (built.root / "tverskylib" / "__init__.py").write_text("answer = 42\n")
    assert reasons() == dict.fromkeys([LESSON, SOLUTIONS], "the library changed since it was run")
    assert build.main(["--check"], build.Project(built.root)) == 2
    assert "python notebooks/build.py" in capsys.readouterr().out
    (built.root / "tverskylib" / "__init__.py").write_text("")

    source = built.notebooks / "source" / "00_start_here.py"
    text = source.read_text(encoding="utf-8")
    source.write_text(text + "# a comment that no notebook shows\n", encoding="utf-8")
    assert reasons()[LESSON] == "the source changed since it was run"
    source.write_text(text.replace("1 + 1", "1 + 2"), encoding="utf-8")
    assert reasons()[LESSON] == "its cells are not those of the source"
    source.write_text(text.replace("one\n# begin", "one\n# start"), encoding="utf-8")
    assert reasons()["README.md"] == "its table of lessons or its links changed"
    source.write_text(text, encoding="utf-8")

    (built.notebooks / "01_old.ipynb").write_text("{}")
    assert reasons() == {"notebooks/01_old.ipynb": "it has no source: remove it"}
    (built.notebooks / "01_old.ipynb").unlink()
    (built.root / EXERCISES).unlink()
    assert reasons() == {EXERCISES: "it was never built"}


def test_line_endings_do_not_change_the_hash(project):
    path = project.root / "tverskylib" / "__init__.py"
    path.write_bytes(b"a = 1\nb = 2\n")
    unix = build.Project(project.root).library_hash
    path.write_bytes(b"a = 1\r\nb = 2\r\n")
    assert build.Project(project.root).library_hash == unix


def test_a_lesson_that_fails_is_reported_and_kept_aside(project, capsys):
    source = project.notebooks / "source" / "00_start_here.py"
    source.write_text(source.read_text(encoding="utf-8").replace("1 + 1", "1 / 0"), encoding="utf-8")
    assert build.main([], build.Project(project.root)) == 1
    assert "00_start_here: cell 3, under 'Start here', failed: ZeroDivisionError" in capsys.readouterr().err
    assert not (project.root / LESSON).exists()
    assert stored(project, "notebooks/failed/00_start_here.ipynb").cells[2].outputs[-1].ename == "ZeroDivisionError"


def test_a_lesson_that_does_not_exist_is_refused(project):
    with pytest.raises(build.LessonError, match="there are: 00_start_here"):
        build.main(["07"], project)


PICTURE = {"image/png": "iVBORw0KGgo="}
HTML = {"text/html": '<img src="data:image/png;base64,iVBORw0KGgo=" alt="a dot">'}
ALT = {"image/png": {"alt": "a dot"}}


@pytest.mark.parametrize(
    ("data", "metadata", "fault"),
    [
        (PICTURE | HTML, ALT, None),
        (PICTURE | HTML, {}, "without an alt text in its metadata"),
        (PICTURE | HTML, {"image/png": {"alt": " "}}, "without an alt text in its metadata"),
        (PICTURE, ALT, "without an <img alt"),
        (PICTURE | {"text/html": "<img alt='' src='x.png'>"}, ALT, "without an <img alt"),
        (PICTURE | {"text/html": '<img src="x.png">'}, ALT, "without an <img alt"),
        ({"text/plain": "'/some/where/file.py'"}, {}, "of this machine: /some/where/file.py"),
        ({"text/plain": r"C:\Users\someone"}, {}, "of this machine"),
        ({"text/plain": "<object at 0x7f1c2a3b4c5d>"}, {}, "of this machine"),
        ({"text/plain": "TP/(TP + FP) and 1/2/3"}, {}, None),
        ({"text/latex": r"$f:\mathbb{R} / 2$"}, {}, None),
        ({"text/html": "<p>and/or</p></div>, https://example.org/a/b"}, {}, None),
        ({build.WIDGET: {}, "text/plain": "Slider()"}, {}, "a widget without a picture"),
    ],
)
def test_outputs_that_may_not_be_stored(data, metadata, fault):
    output = nbformat.v4.new_output("display_data", data, metadata=metadata)
    found = list(build.faults_of_output(output))
    assert len(found) == (fault is not None), found
    assert fault is None or fault in found[0]


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("import warnings; warnings.warn('careful')", "an error or a warning"),
        ("import ipywidgets; ipywidgets.IntSlider()", "a widget without a picture"),
        ("print('x\\n' * 1_000_000)", "more than 1500000 bytes"),
        ("object()", "of this machine"),
    ],
)
def test_a_lesson_with_such_an_output_is_not_stored(project, capsys, code, fault):
    source = project.notebooks / "source" / "00_start_here.py"
    source.write_text(source.read_text(encoding="utf-8").replace("1 + 1", code), encoding="utf-8")
    assert build.main([], build.Project(project.root)) == 1
    assert fault in capsys.readouterr().err
    assert not (project.root / LESSON).exists()


def test_widget_state_is_a_fault():
    notebook = nbformat.v4.new_notebook(metadata={"widgets": {}})
    assert list(build.faults(notebook)) == ["widget state in the metadata"]


def test_the_command_runs_anywhere(tmp_path):
    done = subprocess.run(
        [sys.executable, build.__file__, "--help"], cwd=tmp_path, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0
    assert "--check" in done.stdout


def test_a_stored_lesson_is_valid(built):
    notebook = json.loads((built.root / LESSON).read_text(encoding="utf-8"))
    nbformat.validate(notebook)
    assert (notebook["nbformat"], notebook["nbformat_minor"]) >= (4, 5)
