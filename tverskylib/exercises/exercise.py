"""One exercise: a function that states, solves and answers it, and the mistakes that are known."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tverskylib.exercises.compare import EXACT, same

Make = Callable[[], Any]


@dataclass
class Mistake:
    """A slip that has a name.

    Args:
        made: returns what one gets who makes it, as the solution returns the answer.
        seen: (answers) -> whether they show it, where there are many answers; by default they equal what it makes.
    """

    made: Make
    seen: Callable[..., Any] | None = None


@dataclass
class Exercise:
    """An exercise as :func:`exercise` declares it.

    Args:
        lesson, number: where it stands.
        names: of the answers, as the statement has them.
        section: the heading of the lesson to read again.
        see: an explorer, set where the slip can be seen, as ``weights(alpha=0.2)``.
        stub: starting code; by default the names, to be filled in.
        probe: (answers) -> what is compared, where an answer is a function, or only a part of it counts; a part for
            each where there are several.
        accepts: (answers) -> whether they are right, where there is more than one right answer.
        solution: returns the answer, or a tuple of them. Its docstring is the statement.
        mistakes: the slip in words -> what one gets who makes it. The first that an answer shows is named.
    """

    lesson: int
    number: int
    names: tuple[str, ...]
    section: str
    solution: Make
    see: str = ""
    stub: str = ""
    probe: Callable[..., Any] | None = None
    accepts: Callable[..., Any] | None = None
    mistakes: dict[str, Mistake] = field(default_factory=dict)

    def mistake(self, words: str, made: Make, seen: Callable[..., Any] | None = None) -> None:
        """Declare what one gets with a slip; the words go on "This is what comes out ..."."""
        self.mistakes[words] = Mistake(made, seen)

    def off_by_one(self, step: float) -> None:
        """Declare the slips of a search in steps: that it stopped one too early, or one too late."""
        self.mistake("one step early: what is asked for does not hold there yet", lambda: self.solution() - step)
        self.mistake("one step late: what is asked for holds one step before already", lambda: self.solution() + step)

    def shows(self, mistake: Mistake, answers: tuple[Any, ...]) -> bool:
        """Whether the answers are those of the mistake. It is only named where they are so exactly."""
        if mistake.seen is not None:
            return bool(mistake.seen(*answers))
        return same(self.compared(answers), self.compared(self.answers(mistake.made)), EXACT)

    @property
    def statement(self) -> str:
        """As the lesson shows it, Markdown."""
        return f"**Exercise {self.number}.** {inspect.getdoc(self.solution)}"

    @property
    def code(self) -> str:
        """The solution, to be shown: the body of the function, without its docstring and its last line."""
        source = textwrap.dedent(inspect.getsource(self.solution))
        (function,) = ast.parse(source).body
        assert isinstance(function, ast.FunctionDef)
        _, first, *_ = function.body
        lines = source.splitlines()[first.lineno - 1 : function.body[-1].lineno - 1]
        above = source.splitlines()[function.body[0].end_lineno : first.lineno - 1]  # comments
        return textwrap.dedent("\n".join([*above, *lines])).strip("\n")

    @property
    def call(self) -> str:
        """What asks whether an answer is right."""
        return f"exercises.check({self.lesson}, {self.number}, {', '.join(self.names)})"

    @property
    def starting_code(self) -> str:
        """The stub, and the call that checks it."""
        dots = ", ".join(["..."] * len(self.names))
        stub = self.stub or f"{', '.join(self.names)} = {dots}"
        return f"{stub}\n\n{self.call}"

    def compared(self, answers: tuple[Any, ...]) -> Any:
        """What stands for the answers when they are compared."""
        return answers if self.probe is None else self.probe(*answers)

    def answers(self, made: Make) -> tuple[Any, ...]:
        """What a solution or a mistake returns, as a tuple."""
        found = made()
        return found if len(self.names) > 1 else (found,)


def exercise(lesson: int, number: int, names: str, section: str, **more: Any) -> Callable[[Make], Exercise]:
    """Declare a function as the solution of an exercise; the names are separated by commas."""
    split = tuple(name.strip() for name in names.split(","))

    def declared(solution: Make) -> Exercise:
        return Exercise(lesson, number, split, section, solution, **more)

    return declared


def of_lesson(lesson: int) -> list[Exercise]:
    """The exercises of a lesson, by number; none where it has no file here."""
    name = f"tverskylib.exercises.lessons.lesson_{lesson:02}"
    if importlib.util.find_spec(name) is None:
        return []
    module = importlib.import_module(name)
    found = [one for one in vars(module).values() if isinstance(one, Exercise)]
    return sorted(found, key=lambda one: one.number)
