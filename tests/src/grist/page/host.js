// The side of Grist in its conversation with a widget: plain messages between this window and the widget's frame.
const CALL = 1;
const ANSWER = 2;
const ERROR = 3;
const EVENT = 4;
const READY = 5;

const LEVELS = ["none", "read table", "full"];

export class WidgetHost {
  // `page` gives what the frame needs: url, access, readonly, theme(), section(), and is told what the widget wants.
  constructor(container, server, page) {
    this.frame = undefined;
    this.container = container;
    this.server = server;
    this.page = page;
    this.onMessage = this.onMessage.bind(this);
    window.addEventListener("message", this.onMessage);
    this.build();
  }

  // A new frame: at the start, and whenever the level of access or the address changes.
  build() {
    // What the page learns while it starts is not told again to a frame that comes later.
    this.isFirst = this.frame === undefined;
    this.ready = false;
    this.waiting = [];
    this.asked = 0;
    this.options = this.page.savedOptions();
    this.rowId = undefined;
    this.records = undefined;
    this.configured = undefined;
    this.frame = document.createElement("iframe");
    this.frame.className = "clipboard_allow_focus custom_view";
    this.frame.setAttribute("allow", "clipboard-write");
    this.frame.title = "Widget";
    this.frame.dataset.part = "iframe";
    if (this.page.rendersAfterReady()) {
      this.frame.style.visibility = "hidden";
    }
    this.frame.src = this.address();
    this.container.replaceChildren(this.frame);
  }

  // Grist adds its parameters after those that the address has.
  address() {
    const url = new URL(this.page.url);
    url.searchParams.append("access", this.page.access);
    url.searchParams.append("readonly", String(this.page.readonly));
    url.searchParams.append("culture", "fr-FR");
    url.searchParams.append("language", "fr");
    url.searchParams.append("timeZone", "Europe/Paris");
    url.searchParams.append("currency", "EUR");
    return url.href;
  }

  onMessage(event) {
    if (event.source !== this.frame.contentWindow || typeof event.data !== "object" || event.data === null) {
      return;
    }
    const message = event.data;
    if (message.mtype === READY) {
      this.start();
    } else if (message.mtype === CALL) {
      // Nothing is answered before the widget says that it is ready.
      if (this.ready) {
        this.answer(message);
      } else {
        this.waiting.push(message);
      }
    } else if (message.mtype === EVENT && message.data?.message === "themeInitialized") {
      this.frame.style.visibility = "";
    }
  }

  async start() {
    const first = !this.ready;
    this.ready = true;
    const waiting = this.waiting;
    this.waiting = [];
    const readable = this.allows("read table");
    if (first && readable) {
      await this.lookAtRecords();
    }
    const early = first && this.isFirst && this.rowId !== "new";
    if (early && readable) {
      this.sendRecords({ dataChange: true, mappingsChange: true });
    }
    for (const message of waiting) {
      this.answer(message);
    }
    const theme = this.page.theme();
    if (first && this.isFirst && theme.appearance === "dark") {
      // Grist turns dark while it starts, and says so once more.
      this.sendTheme();
    }
    this.send({ mtype: EVENT, data: { theme, fromReady: true } });
    if (readable) {
      this.sendRecords({ dataChange: true, mappingsChange: first && !early });
    }
    this.sendOptions(true);
  }

  sendTheme() {
    if (this.ready) {
      this.send({ mtype: EVENT, data: { theme: this.page.theme(), fromReady: undefined } });
    }
  }

  sendOptions(fromReady) {
    const settings = { accessLevel: this.page.access, linking: { asTarget: null, asSource: false } };
    this.send({ mtype: EVENT, data: { options: this.options, settings, fromReady } });
  }

  sendRecords(flags) {
    this.send({ mtype: EVENT, data: { tableId: this.page.section().table, rowId: this.rowId, ...flags } });
  }

  // Another client saved other options with the section.
  takeOptions(options) {
    this.options = options;
    if (this.ready) {
      this.sendOptions(undefined);
    }
  }

  // The section's own table, for the row of the cursor: its first row, or the empty one of a table without rows.
  async lookAtRecords() {
    const table = this.page.section().table;
    this.records = table ? await this.server.call("showTable", table) : { id: [] };
    if (this.rowId === undefined || !this.records.id.includes(this.rowId)) {
      this.rowId = this.records.id.length > 0 ? this.records.id[0] : "new";
    }
  }

  // A change of the section's table, or of one that it refers to.
  async onTablesChanged(tables) {
    const section = this.page.section();
    if (!this.ready || !this.allows("read table") || !section.watched.some((table) => tables.has(table))) {
      return;
    }
    // A row more in a table that is referred to changes nothing of what the section shows.
    const before = JSON.stringify(this.records);
    await this.lookAtRecords();
    if (JSON.stringify(this.records) !== before) {
      this.sendRecords({ dataChange: true, mappingsChange: false });
    }
  }

  async answer(message) {
    const { reqId, iface, meth, args, mdest } = message;
    try {
      if (mdest !== undefined && mdest !== "grist" && mdest !== "") {
        throw coded(`Unknown forward destination: ${mdest}`, "RPC_UNKNOWN_FORWARD_DEST");
      }
      const methods = this.interfaces()[iface];
      if (!methods) {
        throw coded("Unknown interface", "RPC_UNKNOWN_INTERFACE");
      }
      if (!Array.isArray(args)) {
        throw new Error("e.args is not iterable (cannot read property undefined)");
      }
      const method = Object.hasOwn(methods, meth) ? methods[meth] : undefined;
      if (!method) {
        throw new Error("e[s] is not a function");
      }
      if (!this.allows(method.least)) {
        throw new Error(`Access not granted. Current access level ${this.page.access}`);
      }
      const data = await method.run(...args);
      if (reqId !== undefined) {
        this.send({ mtype: ANSWER, reqId, data });
      }
    } catch (error) {
      this.send({ mtype: ERROR, reqId, mesg: error.message, code: error.code });
    }
  }

  interfaces() {
    const none = (run) => ({ least: "none", run });
    const table = (run) => ({ least: "read table", run });
    const full = (run) => ({ least: "full", run });
    return {
      GristDocAPI: {
        getDocName: table(() => this.server.call("getDocName")),
        listTables: full(() => this.server.call("listTables")),
        fetchTable: full((id) => this.server.call("fetchTable", id ?? null)),
        applyUserActions: full((actions, options) =>
          this.server.call("applyUserActions", actions ?? null, options ?? {})),
        getAccessToken: full((options) => {
          if (options === undefined || options === null) {
            throw new Error(`Cannot read properties of ${options} (reading 'readOnly')`);
          }
          return this.server.call("getAccessToken", options);
        }),
      },
      GristView: {
        fetchSelectedTable: table((options) => this.selectedTable(options)),
        fetchSelectedRecord: table((id, options) => this.selectedRecord(id, options)),
        setCursorPos: table(({ rowId }) => {
          const known = rowId === "new" || this.records.id.includes(rowId);
          this.rowId = known ? rowId : undefined;
          setTimeout(() => this.sendRecords({ dataChange: false }));
        }),
        setSelectedRows: table(() => undefined),
        allowSelectBy: table(() => undefined),
      },
      CustomSectionAPI: {
        configure: none((request) => this.configure(request ?? {})),
        mappings: none(() => null),
      },
      WidgetAPI: {
        getOptions: none(() => this.options),
        getOption: none((key) => this.options?.[key]),
        setOption: none((key, value) => this.setOptions({ ...this.options, [key]: value })),
        setOptions: none((options) => {
          if (typeof options !== "object" || options === null) {
            throw new Error("options must be a valid JSON object");
          }
          this.setOptions(options);
        }),
        clearOptions: none(() => this.setOptions(null)),
      },
      CommandAPI: { run: none((name) => this.command(name)) },
    };
  }

  configure(request) {
    if (request.columns?.length) {
      throw unsupported("columns to map");
    }
    this.configured = request;
    this.page.onConfigured(request);
  }

  // Kept by the page only, as Grist does until somebody presses Save.
  setOptions(options) {
    if (JSON.stringify(options) !== JSON.stringify(this.options)) {
      this.options = options;
      // After the answer to the call.
      setTimeout(() => this.sendOptions(undefined));
    }
  }

  // Answered at once, whatever comes of it; what the user may not do is silently not done.
  command(name) {
    if ((name === "undo" || name === "redo") && this.allows("full")) {
      setTimeout(() => this.page.travel(name));
    }
  }

  // The section's table as its grid shows it: dates typed, references by what they show.
  async selectedTable(options) {
    const asked = Object.keys(options ?? {}).filter((name) => name !== "format" && name !== "keepEncoded");
    if (asked.length > 0) {
      throw unsupported(`the selected table with ${asked[0]}`);
    }
    await this.lookAtRecords();
    const table = {};
    for (const column of this.page.section().columns) {
      table[column.id] = typed(column, this.records);
    }
    return { ...table, id: this.records.id };
  }

  async selectedRecord(id, options) {
    const table = await this.selectedTable(options);
    const row = table.id.indexOf(id);
    return Object.fromEntries(Object.entries(table).map(([name, cells]) => [name, name === "id" ? id : cells[row]]));
  }

  // The menu « Ouvrir la configuration » calls a function of the widget.
  openConfiguration() {
    this.asked += 1;
    this.send({ mtype: CALL, reqId: this.asked, iface: "editOptions", meth: "invoke", args: [] });
  }

  allows(level) {
    return LEVELS.indexOf(this.page.access) >= LEVELS.indexOf(level);
  }

  send(message) {
    this.frame.contentWindow?.postMessage(message, new URL(this.page.url).origin);
  }
}

function typed(column, records) {
  const [kind, parameter] = column.type.split(":");
  const cells = records[column.display ?? column.id] ?? [];
  return cells.map((value) => {
    if (typeof value !== "number" || column.display) {
      return value;
    }
    switch (kind) {
      case "Date":
        return ["d", value];
      case "DateTime":
        return ["D", value, parameter ?? "UTC"];
      case "Ref":
        return ["R", parameter, value];
      default:
        return value;
    }
  });
}

// As the server refuses what it does not do: src/grist/refusal.rs.
function unsupported(what) {
  return coded(`The sample Grist does not do this: ${what}`, "SAMPLE_UNSUPPORTED");
}

function coded(message, code) {
  return Object.assign(new Error(message), { code });
}
