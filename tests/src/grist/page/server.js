// What the page asks of its own server, in the name of the user in its address.
export class Server {
  constructor(document, user) {
    this.document = document;
    this.user = user;
  }

  // Gives the data, or throws an error with Grist's message and code.
  async call(call, ...args) {
    const response = await fetch(`/page/${this.document}/call`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ user: this.user, call, arguments: args.map(plain) }),
    });
    if (!response.ok) {
      throw new Error(`La page n’a pas pu joindre son serveur (${response.status}).`);
    }
    const { data, error } = await response.json();
    if (error) {
      throw Object.assign(new Error(error.message), { code: error.code });
    }
    return data;
  }

  // Calls back with the versions of the tables, at once and at each change.
  onChange(callback) {
    const changes = new EventSource(`/page/${this.document}/changes`);
    changes.addEventListener("message", (event) => callback(JSON.parse(event.data)));
    // A browser has six connections to a host: one that a left page keeps would be missed by the next.
    window.addEventListener("pagehide", () => changes.close(), { once: true });
  }
}

// Grist's server replaces lone halves of surrogate pairs; JSON would carry them as escapes that nobody can read.
function plain(value) {
  if (typeof value === "string") {
    return value.isWellFormed() ? value : value.toWellFormed();
  }
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  if (value !== null && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
  }
  return value;
}
