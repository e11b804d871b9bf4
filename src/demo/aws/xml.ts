/** What the query protocol can carry. */
export type XmlValue =
  | string
  | number
  | boolean
  | Date
  | undefined
  | readonly XmlValue[]
  | { readonly [name: string]: XmlValue };

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** XML of a value: lists become `<member>`s, what is undefined is left out. */
export function xml(value: XmlValue): string {
  if (value === undefined) {
    return '';
  }
  if (value instanceof Date) {
    return `${value.toISOString().slice(0, 19)}Z`;
  }
  if (Array.isArray(value)) {
    return value.map((item: XmlValue) => `<member>${xml(item)}</member>`).join('');
  }
  if (typeof value === 'object') {
    return Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([name, inner]) => `<${name}>${xml(inner as XmlValue)}</${name}>`)
      .join('');
  }
  return escapeText(String(value));
}
