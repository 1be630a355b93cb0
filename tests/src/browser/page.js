// What tests ask of the page they look at. Evaluated before each question; it leaves nothing behind in the page.

// Text as a person reads it: any space is a space, and the typographic apostrophe is an apostrophe.
const plain = (text) => (text ?? "").replace(/[\s\u00a0\u2009\u202f]+/g, " ").replaceAll("’", "'").trim();

const isVisible = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
  && element.getClientRects().length > 0;

// The name that a screen reader gives, as far as our pages need it.
const named = (element) => {
  const label = element.getAttribute("aria-label");
  if (label) {
    return plain(label);
  }
  const by = element.getAttribute("aria-labelledby");
  if (by) {
    return plain(by.split(" ").map((id) => document.getElementById(id)?.textContent).join(" "));
  }
  const labels = element.labels?.length > 0 ? [...element.labels].map((one) => one.textContent).join(" ") : element.textContent;
  return plain(labels);
};

const ROLES = {
  button: "button, summary, [role=button], [role=tab], [role=menuitem], [role=option]",
  answer: "button",
  link: "a[href]",
  field: "input:not([type=checkbox], [type=radio]), textarea, [role=textbox], [role=searchbox], [role=combobox]",
  choice: "input[type=checkbox], input[type=radio], [role=checkbox], [role=radio], [role=switch]",
  heading: "h1, h2, h3, h4, [role=heading]",
};

const text = () => plain(document.body?.innerText);

// By its name, or the beginning of it. A box or a radio is pressed on its label, where people press it.
const find = (role, name) => {
  const wanted = plain(name);
  const candidates = [...document.querySelectorAll(ROLES[role])].filter((one) => isVisible(one.labels?.[0] ?? one));
  const found = candidates.find((one) => named(one) === wanted) ?? candidates.find((one) => named(one).startsWith(wanted));
  return role === "choice" && !found?.disabled ? found?.labels?.[0] ?? found : found;
};

const enabled = (element) => (element && !element.disabled && element.getAttribute("aria-disabled") !== "true" ? element : undefined);
