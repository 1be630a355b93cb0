// How a cell is written in the grid, by the type and the options of its column.
const DAY = { day: "2-digit", month: "2-digit", year: "numeric" };
const INSTANT = { ...DAY, hour: "2-digit", minute: "2-digit" };

// Gives a function that makes a node of each cell of the column. Formats are made once: they are slow to make.
export function writer(column) {
  const kind = column.type.split(":")[0];
  const write = WRITERS[kind]?.(parsed(column.options), column) ?? ((value) => text(plain(value)));
  return (value) => {
    if (value === null || value === undefined || value === "") {
      return text("");
    }
    // What does not fit its type is shown by Grist on a red ground.
    return fits(kind, value) ? write(value) : wrong(plain(value));
  };
}

const WRITERS = {
  Bool: () => (value) => text(value ? "✓" : ""),
  Date: () => instant({ ...DAY, timeZone: "UTC" }),
  DateTime: (_options, column) => instant({ ...INSTANT, timeZone: column.type.split(":")[1] || "UTC" }),
  Int: () => (value) => text(String(value)),
  Numeric: (options) => {
    const format = numbers(options);
    return (value) => text(format.format(value));
  },
  Choice: (options) => (value) => choice(value, options),
  ChoiceList: (options) => (value) => {
    const list = document.createDocumentFragment();
    list.append(...value.slice(1).map((item) => choice(item, options)));
    return list;
  },
  Text: (options) => (options.widget === "HyperLink" ? link : text),
};

function text(content) {
  return document.createTextNode(content);
}

function instant(parts) {
  const format = new Intl.DateTimeFormat("fr-FR", parts);
  return (value) => text(format.format(value * 1000));
}

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

function numbers(options) {
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
  return new Intl.NumberFormat("fr-FR", format);
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
    return text(value);
  }
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer";
  anchor.textContent = at > 0 ? value.slice(0, at) : address;
  return anchor;
}

function wrong(content) {
  const span = document.createElement("span");
  span.className = "wrong";
  span.textContent = content;
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
