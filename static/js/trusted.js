// Parses HTML from our own server. The policy of pages refuses text as HTML anywhere else (Trusted Types).

const policy = globalThis.trustedTypes?.createPolicy('klatch', { createHTML: (html) => html, createScriptURL: (query) => `/sw.js?${query}` });

const trusted = (html) => policy?.createHTML(html) ?? html;

/** Returns the address of the service worker with a query: the only script address that is set by a script. */
export const worker = (query = '') => policy?.createScriptURL(query) ?? `/sw.js?${query}`;

/** Parses HTML into its one element. Scripts in a template never run. */
export function parse(html) {
  const template = document.createElement('template');
  template.innerHTML = trusted(html);
  return template.content.firstElementChild;
}

/** Parses a whole page. Its scripts never run. */
export function parsePage(html) {
  // The page's inline style has another nonce than the open page, and the browser would report that.
  return new DOMParser().parseFromString(trusted(html.replace(/<style\b[^>]*>[^<]*<\/style>/, '')), 'text/html');
}
