"""Every explorer that is declared, as a page of its own: numbers, keys, mouse, words, and who can read it."""

from __future__ import annotations

import random
import re

import pytest
import traitlets
from axe import barriers

from tverskylib.explorers.browser.catalogue import catalogue
from tverskylib.explorers.browser.values import Choice, Number

pytestmark = pytest.mark.browser

EXPLORERS = catalogue()
each_explorer = pytest.mark.parametrize("name", EXPLORERS)
SAME = {"rel": 1e-9, "abs": 1e-12, "nan_ok": True}
SETTINGS = 25
NUMBERS = """async (settings) => {
  const found = [];
  for (const values of settings) {
    for (const one of Object.entries(values)) explorer.set(...one);
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    if (document.querySelector("[role=alert]")) found.push({ alert: "1" });
    else found.push(Object.fromEntries([...document.querySelectorAll("data[data-name]")].map((d) => [d.dataset.name, d.value])));
  }
  return found;
}"""
LOOKS = """() => [...document.querySelectorAll('.tversky-side canvas, .tversky-side svg')].map((picture) =>
  picture.toDataURL ? picture.toDataURL() : picture.outerHTML)"""
SIZES = """() => [...document.querySelectorAll('.tversky-explorer :is(button, summary, input)')]
  .filter((node) => node.offsetParent).map((node) => [node.textContent || node.type, node.offsetWidth, node.offsetHeight])"""
SMALL = """() => [...document.querySelectorAll('.tversky-explorer :is(p, span, text, th, td, button, label)')]
  .filter((node) => node.getClientRects().length && node.textContent.trim() && !node.closest('.tversky-spoken'))
  .map((node) => [node.textContent, parseFloat(getComputedStyle(node).fontSize)])"""


@pytest.fixture(scope="module")
def tabs(browser):
    """A tab for each kind of reader, opened once: a new one takes as long as a page."""
    contexts = {}

    def tab_for(**options):
        key = tuple(sorted(options.items()))
        if key not in contexts:
            context = browser.new_context(viewport={"width": 1000, "height": 800}, offline=True, **options)
            contexts[key] = context, context.new_page()
        return contexts[key][1]

    yield tab_for
    for context, _ in contexts.values():
        context.close()


@pytest.fixture
def shown(tabs, tmp_path):
    """Show an explorer's page; it must need no network and raise no error."""
    faults, heard = [], []

    def show(name, *, width=1000, **options):
        tab = tabs(**options)
        listeners = {
            "pageerror": lambda error: faults.append(str(error)),
            "console": lambda said: faults.append(said.text) if said.type in ("error", "warning") else None,
        }
        for event, listener in listeners.items():
            tab.on(event, listener)
        heard.append((tab, listeners))
        tab.set_viewport_size({"width": width, "height": 800})
        tab.goto(EXPLORERS[name]().save_html(tmp_path / "page.html").as_uri())
        drawn(tab)
        return tab

    yield show
    for tab, listeners in heard:
        for event, listener in listeners.items():
            tab.remove_listener(event, listener)
    assert faults == []


def drawn(tab):
    """Wait for the redraw of what was just changed."""
    tab.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def values_of(tab, name):
    names = list(EXPLORERS[name].declared())
    return tab.evaluate("(names) => Object.fromEntries(names.map((name) => [name, explorer.get(name)]))", names)


def random_values(explorer, draw):
    """Values within the ranges, near both ends as well; of other traits, what the explorer itself offers."""
    found = {}
    for name, trait in explorer.declared().items():
        if isinstance(trait, Choice):
            found[name] = draw.choice(list(trait.options))
        elif isinstance(trait, Number) and trait.scale and trait.scale["kind"] == "logarithmic":
            power = draw.uniform(trait.scale["low"], trait.scale["high"])
            found[name] = min(max(10**power, trait.low), trait.high)
        elif isinstance(trait, Number):
            low, high = trait.low, trait.high
            value = draw.choice([draw.uniform(low, high), draw.uniform(low, high), low, high])
            found[name] = float(round(value)) if trait.whole else value
        else:
            presets = [values for group in explorer.presets.values() for values in group.values() if name in values]
            found |= draw.choice(presets) if presets else {}
    return found


@each_explorer
def test_numbers_are_those_of_python_at_random_settings(name, shown):
    explorer, tab, draw = EXPLORERS[name](), shown(name), random.Random(0)
    settings = [dict(values) for values in explorer.frames.values()]
    settings += [random_values(explorer, draw) for _ in range(SETTINGS)]
    states, wanted = [], []
    for values in settings:
        explorer.set(**values)
        states.append({key: value for key, value in explorer.state().items() if not isinstance(value, bytes)})
        wanted.append(explorer.numbers)
    for values, found, numbers in zip(settings, tab.evaluate(NUMBERS, states), wanted, strict=True):
        assert {key: float(value) for key, value in found.items()} == pytest.approx(numbers, **SAME), values


@each_explorer
def test_every_slider_moves_the_picture_by_key_and_by_mouse(name, shown):
    tab = shown(name)
    for slider in tab.locator("input[type=range]").all():
        for move in ("key", "mouse"):
            before = values_of(tab, name), tab.evaluate(LOOKS), slider.get_attribute("aria-valuetext")
            if move == "key":
                slider.focus()
                at_the_end = float(slider.input_value()) >= float(slider.get_attribute("max"))
                for _ in range(5):
                    tab.keyboard.press("ArrowLeft" if at_the_end else "ArrowRight")
            else:
                low, high = (float(slider.get_attribute(one)) for one in ("min", "max"))
                share = 0.2 if float(slider.input_value()) > (low + high) / 2 else 0.8
                slider.click(position={"x": slider.bounding_box()["width"] * share, "y": 12})
            drawn(tab)
            after = values_of(tab, name), tab.evaluate(LOOKS), slider.get_attribute("aria-valuetext")
            assert [one != other for one, other in zip(before, after, strict=True)] == [True] * 3, (move, before[2])


@each_explorer
def test_everything_that_can_be_dragged_goes_by_key_and_by_mouse(name, shown):
    tab = shown(name)
    for handle in tab.locator(".tversky-handle").all():
        if not handle.is_visible():
            continue
        label = handle.get_attribute("aria-label")
        before = values_of(tab, name)
        handle.focus()
        for key in ("ArrowRight", "ArrowUp"):
            tab.keyboard.press(key)
        for key in ("ArrowRight", "ArrowDown"):
            tab.keyboard.press(key)
        drawn(tab)
        tab.keyboard.press("ArrowLeft")
        drawn(tab)
        moved = values_of(tab, name)
        assert moved != before, f"{label}: keys do nothing"
        handle.scroll_into_view_if_needed()
        box = handle.locator("path, line").last.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        tab.mouse.move(x, y)
        tab.mouse.down()
        tab.mouse.move(x - 25, y + 15, steps=3)
        tab.mouse.move(x - 40, y + 25, steps=3)
        tab.mouse.up()
        drawn(tab)
        assert values_of(tab, name) != moved, f"{label}: the mouse does nothing"
        touch = handle.locator(".tversky-touch").bounding_box()
        assert min(touch["width"], touch["height"]) >= 24, label


@each_explorer
def test_every_button_works_and_reset_brings_back_the_start(name, shown):
    tab = shown(name)
    start = values_of(tab, name), tab.evaluate(LOOKS)
    for button in tab.locator(".tversky-presets button").all():
        if button.is_visible() and button.inner_text() != "Present":
            button.click()
    tab.get_by_role("button", name="Reset").click()
    drawn(tab)
    assert (values_of(tab, name), tab.evaluate(LOOKS)) == start


@each_explorer
def test_values_are_spoken_in_words(name, shown):
    tab = shown(name)
    spoken = tab.locator("output[aria-live=polite]")
    tab.wait_for_function("document.querySelector('output').textContent.length > 10")
    before = spoken.inner_text()
    slider = tab.locator("input[type=range]").first
    slider.focus()
    for key in ("PageUp", "ArrowLeft"):
        tab.keyboard.press(key)
    tab.wait_for_function("(words) => document.querySelector('output').textContent !== words", arg=before)
    texts = [
        spoken.inner_text(),
        *(one.get_attribute("aria-valuetext") for one in tab.locator("[role=slider], input").all()),
    ]
    texts += [one.get_attribute("aria-label") for one in tab.locator("svg, canvas").all()]
    assert all(texts)
    assert [text for text in texts if re.search(r"NaN|\d\.\d{5,}|\de-\d|undefined\b.*undefined", text)] == []


@each_explorer
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barrier_is_found(name, scheme, shown):
    tab = shown(name, color_scheme=scheme)
    tab.locator("summary").first.click()
    assert barriers(tab) == ""


@each_explorer
def test_a_phone_shows_all_of_it_and_targets_are_large(name, shown):
    tab = shown(name, width=390)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    assert [one for one in tab.evaluate(SIZES) if one[2] < 24] == []
    assert [one for one in tab.evaluate(SMALL) if one[1] < 12] == []


@each_explorer
def test_present_makes_letters_large(name, shown):
    tab = shown(name, width=1600)
    tab.get_by_role("button", name="Present").click()
    drawn(tab)
    assert [one for one in tab.evaluate(SMALL) if one[1] < 20] == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= 1600


@each_explorer
def test_colours_of_the_readers_own_are_taken(name, shown):
    tab = shown(name, forced_colors="active")
    ink = "getComputedStyle(document.querySelector('.tversky-explorer')).getPropertyValue('--ink').trim()"
    assert tab.evaluate(ink) == "CanvasText"


@each_explorer
def test_a_link_sets_the_explorer(name, shown):
    tab = shown(name)
    values = next(iter(EXPLORERS[name].frames.values()))
    values = {key: value for key, value in values.items() if isinstance(value, (int, float, str)) and key != "guess"}
    query = "&".join(f"{key}={value}" for key, value in values.items())
    tab.evaluate(
        "(href) => document.querySelector('main').insertAdjacentHTML('beforeend', `<p><a href='${href}'>set it</a></p>`)",
        f"#tversky:{name}?{query}",
    )
    tab.get_by_role("link", name="set it").click()
    drawn(tab)
    assert {key: values_of(tab, name)[key] for key in values} == values
    assert "#tversky" not in tab.url


@pytest.mark.parametrize("name", [name for name, kind in EXPLORERS.items() if kind.guesses])
def test_a_guess_stays_and_opens_the_answer(name, shown):
    tab = shown(name)
    answer = "<details class='tversky-answer'><summary>The answer</summary>It is this.</details>"
    tab.evaluate("(html) => document.querySelector('main').insertAdjacentHTML('beforeend', html)", answer)
    before = tab.evaluate(LOOKS)
    tab.get_by_role("button", name="My guess").click()
    drawn(tab)
    guessed = tab.evaluate("explorer.get('guess')")
    assert guessed == values_of(tab, name)[EXPLORERS[name].guesses]
    tab.locator("input[type=range]").first.press("PageUp")
    drawn(tab)
    assert tab.evaluate("explorer.get('guess')") == guessed and tab.evaluate(LOOKS) != before
    tab.get_by_role("button", name="Show the answer").click()
    assert tab.locator("details.tversky-answer").get_attribute("open") is not None


def test_an_error_is_shown_to_the_reader(browser, tmp_path):
    tab = browser.new_page()
    tab.goto(EXPLORERS["composer"]().save_html(tmp_path / "page.html").as_uri())
    tab.evaluate("explorer.set('counts', 5)")
    assert "This could not be drawn" in tab.get_by_role("alert").inner_text()
    tab.evaluate("explorer.set('counts', [[1, 2, 3], [4, 5, 6]])")
    drawn(tab)
    assert tab.get_by_role("alert").count() == 0
    tab.close()


@each_explorer
def test_a_value_out_of_range_is_refused_and_nothing_is_set(name):
    explorer = EXPLORERS[name]()
    before = explorer.values
    number = next((key, trait) for key, trait in explorer.declared().items() if isinstance(trait, Number))
    with pytest.raises(traitlets.TraitError, match=f"{number[0]} must be a"):
        explorer.set(**{number[0]: number[1].high + 1})
    with pytest.raises(ValueError, match="values must be named"):
        explorer.set(nothing_like_this=1)
    assert explorer.values == before


@pytest.mark.parametrize("name", ["threshold", "landscape"])  # the latter has a unit as long on both axes
def test_present_takes_the_screen_and_gives_it_back(name, shown):
    tab = shown(name)
    button = tab.get_by_role("button", name="Present")
    small = tab.evaluate("() => getComputedStyle(document.querySelector('.tversky-explorer')).fontSize")
    button.click()
    tab.wait_for_function("() => document.fullscreenElement?.matches('.tversky-explorer')")
    drawn(tab)
    assert tab.evaluate("() => getComputedStyle(document.fullscreenElement).fontSize") == "24px" != small
    highest = "() => Math.max(...[...document.querySelectorAll('.tversky-side svg')].map((one) => one.clientHeight))"
    assert tab.evaluate(highest) <= 0.62 * tab.evaluate("innerHeight")
    tab.evaluate("() => document.exitFullscreen()")  # as Escape does
    tab.wait_for_function("() => document.querySelector('.tversky-present') === null")
    assert button.get_attribute("aria-pressed") == "false"
