// Evaluates to the HTML of the document with the content of its open shadow roots at the end of their hosts; null
// where it has none. Runs in an isolated world.
(() => {
  const hosts = (root) => [...root.querySelectorAll("*")];
  if (!hosts(document).some((element) => element.shadowRoot)) return null;
  // Custom elements are not upgraded in a document without a window, so none of the page's scripts run.
  const inert = document.implementation.createHTMLDocument("");
  const copy = (node) => {
    const copied = inert.importNode(node, true);
    const copies = [copied, ...hosts(copied)];
    [node, ...hosts(node)].forEach((element, place) => {
      if (element.shadowRoot) copies[place].append(...[...element.shadowRoot.children].map(copy));
    });
    return copied;
  };
  const doctype = document.doctype ? `<!DOCTYPE ${document.doctype.name}>` : "";
  return doctype + copy(document.documentElement).outerHTML;
})()
