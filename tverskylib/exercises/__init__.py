"""The exercises of the lessons, and what answers them.

``exercises.check(3, 2, mean_j, j_of_mean)`` says in words whether the answer is right, and, where it looks like a known
slip, which one. ``exercises.show(3, 2)`` shows a solution. Each exercise is one function in the file of its lesson:
its docstring is the statement, its body the solution, and what it returns the answer; its mistakes compute what one gets
who makes them. ``notebooks/build.py`` puts statement, starting code and solution where the lesson names the exercise.
"""

from tverskylib._extras import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
