// A grid that draws the rows in view and no others, so that ten thousand rows cost what thirty do.
import { writer } from "./cells.js";

const ROW = 24;
const MARGIN = 8;

export class Grid {
  constructor(container) {
    this.container = container;
    this.body = document.createElement("div");
    this.body.className = "body";
    this.head = document.createElement("div");
    this.head.className = "row head";
    this.head.setAttribute("role", "row");
    container.replaceChildren(this.head, this.body);
    this.container.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(container);
  }

  show(columns, table) {
    this.columns = columns;
    this.table = table;
    this.write = columns.map(writer);
    const widths = columns.map((column) => `${column.type === "Text" ? 180 : 130}px`).join(" ");
    this.container.style.setProperty("--columns", `56px ${widths}`);
    this.container.setAttribute("role", "table");
    this.container.setAttribute("aria-rowcount", String(table.id.length + 1));
    this.container.dataset.rows = String(table.id.length);
    const heads = columns.map((column) => {
      const cell = element("div", column.label, "columnheader");
      cell.dataset.column = column.id;
      cell.title = column.description || column.label;
      cell.classList.toggle("formula", column.isFormula);
      return cell;
    });
    this.head.replaceChildren(element("div", "", "columnheader"), ...heads);
    this.body.style.height = `${table.id.length * ROW}px`;
    this.draw();
  }

  draw() {
    if (!this.table) {
      return;
    }
    const first = Math.max(0, Math.floor(this.container.scrollTop / ROW) - MARGIN);
    const count = Math.ceil(this.container.clientHeight / ROW) + 2 * MARGIN;
    const last = Math.min(this.table.id.length, first + count);
    const rows = [];
    for (let index = first; index < last; index += 1) {
      rows.push(this.row(index));
    }
    this.body.replaceChildren(...rows);
  }

  row(index) {
    const row = document.createElement("div");
    row.className = "row";
    row.setAttribute("role", "row");
    row.setAttribute("aria-rowindex", String(index + 2));
    row.dataset.row = String(this.table.id[index]);
    row.style.transform = `translateY(${index * ROW}px)`;
    row.append(element("div", String(index + 1), "rowheader"));
    this.columns.forEach((column, place) => {
      const cell = element("div", "", "cell");
      const shown = this.table[column.display ?? column.id];
      cell.dataset.column = column.id;
      cell.classList.toggle("number", typeof shown?.[index] === "number" && !column.type.startsWith("Ref"));
      cell.append(this.write[place](shown?.[index]));
      row.append(cell);
    });
    return row;
  }
}

function element(name, text, role) {
  const node = document.createElement(name);
  node.textContent = text;
  node.setAttribute("role", role);
  return node;
}
