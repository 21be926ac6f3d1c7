// The style of suggestions and dialogs. Few pages show them, so it comes with the first one.

let adding;

/** Adds the style sheet to the page; returns a promise that it came, or that it never will. */
export function addStyle() {
  const { href } = new URL('../more.css', import.meta.url);
  if ([...document.styleSheets].some((sheet) => sheet.href === href)) return undefined;
  adding ??= new Promise((resolve) => {
    const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href, onload: resolve, onerror: resolve });
    document.head.append(link);
  });
  return adding;
}
