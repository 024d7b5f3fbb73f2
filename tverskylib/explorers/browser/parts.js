// Parts of a figure, and where they are shown.

/** A part for those who can move something: it is left out of the strip. */
export function live(make) {
  return (view, declaration) => (view.still ? null : make(view, declaration));
}
