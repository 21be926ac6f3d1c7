// The texts of the scripts, in the language of the page. A script names a text by its English words. Pages in other languages
// say where the module with their translations is.

const { lang, dataset } = globalThis.document?.documentElement ?? {};

/** The language of the page for Intl. The locale for tests has English texts. */
export const locale = !lang || lang.endsWith('-XB') ? 'en' : lang;

const rules = new Intl.PluralRules(locale);
let translations = {};
if (dataset?.texts) {
  try {
    ({ default: translations } = await import(dataset.texts));
  } catch (error) {
    console.error(error);
  }
}

/** Returns a number with the separators of the language. */
export const number = (value) => value.toLocaleString(locale);

/**
 * Returns a text with values in place of their names in braces. Of a text with plural forms, give both English ones:
 * `t(['{count} reply', '{count} replies'], { count })`.
 */
export function t(english, values = {}) {
  const [one, other = one] = [english].flat();
  const forms = translations[other] ?? { one, other };
  const { count } = values;
  const text = typeof forms === 'string' ? forms : (forms[count] ?? forms[rules.select(count ?? 0)] ?? forms.other);
  return text.replace(/\{([\w-]+)\}/g, (whole, name) => {
    const value = values[name] ?? whole;
    return typeof value === 'number' ? number(value) : value;
  });
}
