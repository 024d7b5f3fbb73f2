// Written by `python -m tverskylib.explorers.browser.formulas`. Change it there, not here.

export const STEPS = 1000;
export const NEAR = 30;
export const FRACTIONS = [0.0001, 0.5];
export const STRENGTH = 0.72;
export const TIE = 1e-13;
export const INKS = {"TP": "#00795A", "FP": "#B84A00", "FN": "#00629B", "OTHER": "#8A3E73"};
export const PRESETS = {"Dice": {"alpha": 0.5, "beta": 0.5}, "Jaccard": {"alpha": 1.0, "beta": 1.0}, "F2": {"alpha": 0.2, "beta": 0.8}, "F½": {"alpha": 0.8, "beta": 0.2}};
