// Written by `python -m tverskylib.explorers.browser.formulas`. Change it there, not here.

export const STEPS = 1000;
export const NEAR = 30;
export const FRACTIONS = [0.0001, 0.5];
export const STRENGTH = 0.72;
export const TIE = 1e-13;
export const ROLES = {"tp": {"light": "#00795A", "dark": "#35C99C", "pattern": "plain", "dash": "solid", "mark": "circle"}, "fp": {"light": "#B84A00", "dark": "#FF9A52", "pattern": "stripes", "dash": "dashed", "mark": "up"}, "fn": {"light": "#00629B", "dark": "#62B8F0", "pattern": "dots", "dash": "dotted", "mark": "down"}, "batch": {"light": "#4A3AA7", "dark": "#B3A6FF", "pattern": "plain", "dash": "solid", "mark": "square"}, "image": {"light": "#806000", "dark": "#E0B84A", "pattern": "plain", "dash": "dashed", "mark": "circle"}, "level": {"light": "#8A3E73", "dark": "#E39BD0", "pattern": "cross", "dash": "dashed", "mark": "square"}, "noise": {"light": "#8A3E73", "dark": "#E39BD0", "pattern": "cross", "dash": "dashdot", "mark": "square"}, "confidence": {"light": "#8A3E73", "dark": "#E39BD0", "pattern": "cross", "dash": "dotted", "mark": "square"}, "loss": {"light": "#1A1A1A", "dark": "#F1F1EF", "pattern": "plain", "dash": "solid", "mark": "diamond"}, "faint": {"light": "#5C5C5C", "dark": "#B4B4B4", "pattern": "plain", "dash": "dotted", "mark": "circle"}};
export const DASHES = {"solid": [], "dashed": [8, 5], "dotted": [2, 4], "dashdot": [9, 4, 2, 4]};
export const SIZES = {"question": 20, "label": 16, "tick": 14, "least": 12, "present": 24, "present_tick": 20, "target": 24};
export const PRESETS = {"Dice": {"alpha": 0.5, "beta": 0.5}, "Jaccard": {"alpha": 1.0, "beta": 1.0}, "F2": {"alpha": 0.2, "beta": 0.8}, "F½": {"alpha": 0.8, "beta": 0.2}};
