// How a cell is written in the grid, by the type and the options of its column.
const DATE = new Intl.DateTimeFormat("fr-FR", { timeZone: "UTC", day: "2-digit", month: "2-digit", year: "numeric" });
const TIME = { day: "2-digit", month: "2-digit", year: "numeric", hour: "2-digit", minute: "2-digit" };

// Gives an element for each cell of the column.
export function writer(column) {
  const options = parsed(column.options);
  const kind = column.type.split(":")[0];
  const write = WRITERS[kind] ?? ((value) => document.createTextNode(plain(value)));
  return (value) => {
    if (value === null || value === undefined || value === "") {
      return document.createTextNode("");
    }
    // What does not fit its type is shown by Grist on a red ground.
    const node = fits(kind, value) ? write(value, options, column) : wrong(plain(value));
    return node;
  };
}

const WRITERS = {
  Bool: (value) => document.createTextNode(value ? "✓" : ""),
  Date: (value) => document.createTextNode(DATE.format(value * 1000)),
  DateTime: (value, _options, column) => {
    const timeZone = column.type.split(":")[1] || "UTC";
    return document.createTextNode(new Intl.DateTimeFormat("fr-FR", { ...TIME, timeZone }).format(value * 1000));
  },
  Int: (value) => document.createTextNode(String(value)),
  Numeric: (value, options) => document.createTextNode(number(value, options)),
  Choice: (value, options) => choice(value, options),
  ChoiceList: (value, options) => {
    const list = document.createDocumentFragment();
    list.append(...value.slice(1).map((item) => choice(item, options)));
    return list;
  },
  Text: (value, options) => (options.widget === "HyperLink" ? link(value) : document.createTextNode(value)),
};

function fits(kind, value) {
  switch (kind) {
    case "Int":
    case "Numeric":
    case "Date":
    case "DateTime":
      return typeof value === "number";
    case "Bool":
      return typeof value === "boolean";
    case "ChoiceList":
      return Array.isArray(value) && value[0] === "L";
    default:
      return true;
  }
}

function number(value, options) {
  const format = {};
  if (options.numMode === "currency") {
    format.style = "currency";
    format.currency = options.currency ?? "EUR";
  } else if (options.numMode === "percent") {
    format.style = "percent";
  } else {
    format.useGrouping = options.numMode === "decimal";
  }
  if (options.decimals !== undefined) {
    format.minimumFractionDigits = options.decimals;
    format.maximumFractionDigits = options.maxDecimals ?? Math.max(options.decimals, 2);
  }
  return new Intl.NumberFormat("fr-FR", format).format(value);
}

function choice(value, options) {
  const token = document.createElement("span");
  token.className = "choice";
  token.textContent = plain(value);
  const colours = options.choiceOptions?.[value] ?? {};
  if (colours.fillColor) {
    token.style.background = colours.fillColor;
  }
  if (colours.textColor) {
    token.style.color = colours.textColor;
  }
  return token;
}

// « libellé https://… »
function link(value) {
  const at = value.lastIndexOf(" ");
  const address = value.slice(at + 1);
  if (!/^https?:/.test(address)) {
    return document.createTextNode(value);
  }
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer";
  anchor.textContent = at > 0 ? value.slice(0, at) : address;
  return anchor;
}

function wrong(text) {
  const span = document.createElement("span");
  span.className = "wrong";
  span.textContent = text;
  return span;
}

function plain(value) {
  if (!Array.isArray(value)) {
    return value !== null && typeof value === "object" ? JSON.stringify(value) : String(value);
  }
  switch (value[0]) {
    case "L":
      return value.slice(1).map(plain).join(", ");
    case "E":
      return `#${value[1]}`;
    default:
      return JSON.stringify(value);
  }
}

function parsed(options) {
  try {
    return JSON.parse(options || "{}") ?? {};
  } catch {
    return {};
  }
}
