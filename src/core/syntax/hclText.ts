/**
 * IAM's own variables (`${aws:username}`, `${*}`): in Terraform `$${…}`, because there `${…}` is an expression. The same
 * distinction as in text.ts, where everything else of that form is a hole.
 */
const IAM_VARIABLE = /^\$\{(?:[A-Za-z][\w.-]*(?:\/[\w.-]+)*:[^:\s]|[*?$]\})/;

/** Inside of quotes. `${…}` stays an interpolation, as the texts with holes that people are shown have it. */
export function hclEscape(value: string): string {
  let result = '';
  for (let at = 0; at < value.length; at++) {
    const char = value[at]!;
    if (char === '$' && value[at + 1] === '{') {
      if (IAM_VARIABLE.test(value.slice(at, at + 80))) result += '$${';
      else {
        const end = closing(value, at);
        if (end !== undefined) {
          result += value.slice(at, end);
          at = end - 1;
          continue;
        }
        result += '$${';
      }
      at++;
    } else if (char === '%' && value[at + 1] === '{') {
      result += '%%{';
      at++;
    } else result += ESCAPES[char] ?? char;
  }
  return result;
}

const ESCAPES: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function closing(value: string, at: number): number | undefined {
  let depth = 1;
  for (let i = at + 2; i < value.length; i++) {
    if (value[i] === '{') depth++;
    else if (value[i] === '}' && --depth === 0) return i + 1;
  }
  return undefined;
}

/** A name that needs no quotes as an object's key. */
export function isIdentifier(name: string): boolean {
  return /^[\p{L}_][\p{L}\p{N}_-]*$/u.test(name);
}

/** The simple escape at `at`: its character and length. */
export function hclUnescape(text: string, at: number): { char: string; length: number } {
  const letter = text[at + 1];
  const width = letter === 'u' ? 4 : letter === 'U' ? 8 : 0;
  if (width > 0) {
    const code = text.slice(at + 2, at + 2 + width);
    const value = Number.parseInt(code, 16);
    if (code.length === width && /^[0-9a-fA-F]+$/.test(code) && value <= 0x10ffff)
      return { char: String.fromCodePoint(value), length: 2 + width };
  }
  const simple: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };
  return letter === undefined ? { char: '\\', length: 1 } : { char: simple[letter] ?? `\\${letter}`, length: 2 };
}
