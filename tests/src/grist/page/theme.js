// Grist's theme as it reaches a widget: the keys of which Relais makes use, and those that say the same by another name.
const COMMON = {
  "white": "#ffffff",
  "black": "#000000",
  "font-family":
    "-apple-system,BlinkMacSystemFont,Segoe UI,Liberation Sans,\n    Helvetica,Arial,sans-serif,Apple Color Emoji,Segoe UI Emoji,Segoe UI Symbol",
  "font-family-data": "Liberation Sans,Helvetica,Arial,sans-serif",
  "font-family-mono": "Menlo,Consolas,Liberation Mono,monospace",
  "medium-font-size": "13px",
  "control-border-radius": "4px",
};

const LIGHT = {
  ...COMMON,
  "body": "#262633",
  "text": "#262633",
  "emphasis": "#000000",
  "secondary": "#929299",
  "bg-default": "var(--grist-theme-white)",
  "widget-bg": "#ffffff",
  "bg-secondary": "#f7f7f7",
  "decoration": "#d9d9d9",
  "primary": "#16b378",
  "primary-dim": "#007548",
  "primary-emphasis": "#00734a",
  "control-primary-bg": "var(--grist-theme-primary)",
  "selection-opaque-bg": "#dcf4eb",
  "error": "#d0021b",
  "warning": "#f9ae41",
  "info": "#3b82f6",
  "input-bg": "#ffffff",
  "input-fg": "#000000",
  "input-border": "#d9d9d9",
};

const DARK = {
  ...COMMON,
  "body": "#efefef",
  "text": "#efefef",
  "emphasis": "#ffffff",
  "secondary": "#a4a4b1",
  "bg-default": "#32323f",
  "widget-bg": "#32323f",
  "bg-secondary": "#262633",
  "decoration": "#70707d",
  "primary": "#17b378",
  "primary-dim": "#157a54",
  "primary-emphasis": "#13d78d",
  "control-primary-bg": "var(--grist-theme-primary-dim)",
  "selection-opaque-bg": "#2f4748",
  "error": "#ff6666",
  "warning": "#f9ae41",
  "info": "#3b82f6",
  "input-bg": "#32323f",
  "input-fg": "#efefef",
  "input-border": "#70707d",
};

export function themeOf(appearance) {
  return appearance === "dark"
    ? { appearance, colors: DARK, name: "GristDark" }
    : { appearance: "light", colors: LIGHT, name: "GristLight" };
}
