// The page of a document: its pages and tables at the left, a grid, a widget in its frame.
//
// Parameters of its address: `user` (owner), `widget` (address of the widget), `access` (none, read table, full),
// `theme` (light, dark), `view` (split, widget: the frame fills the window), `panel` (open, closed), `table`.
import { Grid } from "./grid.js";
import { WidgetHost } from "./host.js";
import { Server } from "./server.js";
import { themeOf } from "./theme.js";

const parameters = new URLSearchParams(location.search);
const part = (name) => document.querySelector(`[data-part="${name}"]`);
const server = new Server(document.documentElement.dataset.document, parameters.get("user") ?? "owner");
const grid = new Grid(part("grid"));
const ROLES = { owners: "propriétaire", editors: "éditeur", viewers: "lecteur" };
const DESIRED = { "full": "l’accès complet", "read table": "la lecture de la table sélectionnée" };

const page = {
  state: undefined,
  versions: {},
  table: undefined,
  shownVersion: undefined,
  appearance: parameters.get("theme") === "dark" ? "dark" : "light",
  host: undefined,
  travelled: undefined,
  url: undefined,
  access: "none",
  readonly: false,
  panelOpen: parameters.get("panel") !== "closed",
  theme: () => themeOf(page.appearance),
  savedOptions: () => page.state.widget?.options ?? null,
  // The widget of the page's address stands for one of the gallery, whose manifest asks for it.
  rendersAfterReady: () => parameters.has("widget") || (page.state.widget?.rendersAfterReady ?? false),

  // The table of the widget's section, and all those whose changes it hears of.
  section() {
    const table = page.state.widget?.table;
    const columns = page.state.tables.find((known) => known.id === table)?.columns ?? [];
    const targets = columns.map((column) => column.type.split(":")[1]).filter(Boolean);
    return { table, columns, watched: [table, ...targets] };
  },

  onConfigured(request) {
    const wanted = request.requiredAccess ?? "none";
    const levels = ["none", "read table", "full"];
    const lacking = levels.indexOf(wanted) > levels.indexOf(page.access) && !page.readonly;
    page.desired = lacking ? wanted : undefined;
    part("configure").hidden = !request.hasCustomOptions;
    showPanel();
  },

  travel(name) {
    page.travelled = server.call(name).catch((error) => notice(error.message));
    return page.travelled;
  },
};

async function load() {
  page.state = await server.call("state");
  page.readonly = page.state.role === "viewers";
  part("name").textContent = page.state.name;
  part("who").textContent = `${page.state.user} (${ROLES[page.state.role]})`;
  for (const button of document.querySelectorAll('[data-action="undo"], [data-action="redo"]')) {
    button.disabled = page.readonly;
  }
  showPages();
}

function showPages() {
  const entries = page.state.pages.map((entry) => {
    const name = entry.isWidget ? "Relais" : entry.name;
    return link(name, entry.isWidget ? undefined : entry.table);
  });
  part("pages").replaceChildren(...entries);
  const paged = new Set(page.state.pages.filter((entry) => !entry.isWidget).map((entry) => entry.table));
  const raw = page.state.tables.filter((table) => !paged.has(table.id));
  part("raw").replaceChildren(...raw.map((table) => link(table.id, table.id)));
  part("raw-title").hidden = raw.length === 0;
  mark();
}

// Without a table it leads to the widget.
function link(text, table) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text;
  if (table) {
    button.dataset.table = table;
  }
  button.addEventListener("click", () => openTable(table));
  item.append(button);
  return item;
}

function mark() {
  for (const button of document.querySelectorAll(".side button")) {
    const current = button.dataset.table === page.table;
    button.toggleAttribute("aria-current", current);
  }
}

async function openTable(table) {
  page.table = table;
  page.shownVersion = undefined;
  part("main").dataset.layout = table ? "split" : "widget";
  part("table").hidden = !table;
  mark();
  await refresh();
}

// Reads the shown table again when it, or a table that it refers to, has changed.
async function refresh() {
  const table = page.state.tables.find((known) => known.id === page.table);
  if (!table) {
    if (page.table) {
      await openTable(undefined);
    }
    return;
  }
  const version = JSON.stringify([page.versions[table.id], table.columns.map((column) => column.type)]
    .concat(table.columns.map((column) => page.versions[column.type.split(":")[1]])));
  if (version === page.shownVersion) {
    return;
  }
  page.shownVersion = version;
  const content = await server.call("showTable", table.id);
  part("table-title").textContent = table.id;
  const count = content.id.length;
  part("table-count").textContent = `${count.toLocaleString("fr-FR")} ${count > 1 ? "lignes" : "ligne"}`;
  grid.show(table.columns, content);
}

function showPanel() {
  const lacking = page.desired !== undefined;
  part("panel").hidden = !page.panelOpen || (!lacking && parameters.get("panel") !== "open");
  part("prompt").hidden = !lacking;
  part("desired").textContent = DESIRED[page.desired] ?? "";
  part("access").value = page.access;
  part("access").disabled = page.readonly;
  document.querySelector('[data-action="panel"]').setAttribute("aria-expanded", String(!part("panel").hidden));
}

// Another level of access: kept with the section, and the frame is built anew.
async function grant(access) {
  page.access = access;
  page.desired = undefined;
  showPanel();
  await saveSection();
  page.host?.build();
}

// What another client changed in the widget's section.
function onSection(before) {
  const { access, options } = page.state.widget ?? {};
  if (access && access !== before?.access && access !== page.access) {
    page.access = access;
    page.desired = undefined;
    showPanel();
    page.host?.build();
  } else if (JSON.stringify(options) !== JSON.stringify(before?.options)) {
    page.host?.takeOptions(page.savedOptions());
  }
}

async function saveSection() {
  const custom = { mode: "url", url: page.url, access: page.access, pluginId: "", sectionId: "",
    renderAfterReady: page.rendersAfterReady(), widgetOptions: page.savedOptions(), columnsMapping: null };
  const options = JSON.stringify({ customView: JSON.stringify(custom) });
  try {
    await server.call("applyUserActions", [
      ["UpdateRecord", "_grist_Views_section", page.state.widget.section, { options }],
    ]);
  } catch (error) {
    notice(error.message);
  }
}

function notice(text) {
  part("notice").textContent = text;
  part("notice").hidden = false;
  setTimeout(() => { part("notice").hidden = true; }, 6000);
}

function paint() {
  document.documentElement.dataset.appearance = page.appearance;
  const dark = page.appearance === "dark";
  document.querySelector('[data-action="theme"]').textContent = dark ? "Thème clair" : "Thème sombre";
  page.host?.sendTheme();
}

const ACTIONS = {
  "undo": () => page.travel("undo"),
  "redo": () => page.travel("redo"),
  "theme": () => {
    page.appearance = page.appearance === "dark" ? "light" : "dark";
    paint();
  },
  "panel": () => {
    page.panelOpen = part("panel").hidden;
    part("panel").hidden = !page.panelOpen;
    document.querySelector('[data-action="panel"]').setAttribute("aria-expanded", String(page.panelOpen));
  },
  "accept": () => grant(page.desired),
  "refuse": () => {
    page.desired = undefined;
    showPanel();
  },
  "configure": () => page.host?.openConfiguration(),
  "close-table": () => openTable(undefined),
};

document.addEventListener("click", (event) => {
  const action = event.target.closest?.("[data-action]")?.dataset.action;
  ACTIONS[action]?.();
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select");
  if (!(event.ctrlKey || event.metaKey) || typing) {
    return;
  }
  const action = { z: event.shiftKey ? "redo" : "undo", y: "redo" }[event.key.toLowerCase()];
  if (action) {
    event.preventDefault();
    ACTIONS[action]();
  }
});
part("access").addEventListener("change", (event) => grant(event.target.value));

async function onVersions(versions) {
  const changed = new Set(Object.keys(versions).filter((table) => versions[table] !== page.versions[table]));
  page.versions = versions;
  if (changed.has("_grist_ACLRules")) {
    // Grist loads the whole document again, and the widget with it.
    location.reload();
    return;
  }
  if ([...changed].some((table) => table.startsWith("_grist_"))) {
    const before = page.state.widget;
    await load();
    onSection(before);
  }
  await refresh();
  await page.host?.onTablesChanged(changed);
}

// Changes come one after another: a table is never shown older than it was.
let turn = Promise.resolve();

async function begin() {
  document.body.dataset.view = parameters.get("view") ?? "split";
  paint();
  try {
    await load();
  } catch (error) {
    part("main").textContent = error.message;
    return;
  }
  page.versions = page.state.versions;
  page.url = parameters.get("widget") ?? page.state.widget?.url ?? undefined;
  page.access = parameters.get("access") ?? page.state.widget?.access ?? "none";
  if (page.url) {
    page.host = new WidgetHost(part("frame"), server, page);
  } else {
    part("frame").textContent = "Aucun widget : ajoutez son adresse à celle de cette page (?widget=…).";
  }
  showPanel();
  server.onChange((versions) => {
    turn = turn.then(() => onVersions(versions)).catch((error) => notice(error.message));
  });
  if (parameters.get("table")) {
    await openTable(parameters.get("table"));
  }
  document.body.dataset.loaded = "true";
}

// Waits until everything that was set going is done and said: timers, a travel through the history, changes of tables.
async function settled() {
  const pause = () => new Promise((resolve) => { setTimeout(resolve); });
  await pause();
  await page.travelled;
  const { versions } = await server.call("state");
  while (Object.keys(versions).some((table) => versions[table] > (page.versions[table] ?? 0))) {
    await pause();
  }
  await turn;
}

// For tests: what the page shows and does, without its looks.
window.sampleGrist = {
  tables: () => server.call("listTables"),
  fetch: (table) => server.call("showTable", table),
  state: () => page.state,
  openTable,
  setTheme: (appearance) => { page.appearance = appearance; paint(); },
  setAccess: grant,
  undo: () => page.travel("undo"),
  redo: () => page.travel("redo"),
  settled,
};

begin();
