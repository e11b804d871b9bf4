// The forms of condition values that are not strings. A reader that gives undefined says that the value is not of that
// form; such a value equals nothing.

/** An integer or decimal. */
export function parseNumber(value: string): number | undefined {
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value)) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

export function parseBoolean(value: string): boolean | undefined {
  const word = value.toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

const ISO_8601 = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:?\d\d)?)?)?)?$/i;

/** W3C's forms of ISO 8601, without a zone taken as UTC, or seconds since 1970. In milliseconds. */
export function parseDate(value: string): number | undefined {
  const fields = ISO_8601.exec(value);
  if (!fields) return /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) * 1000 : undefined;
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((i) =>
    Number(fields[i] ?? (i === 2 || i === 3 ? 1 : 0)),
  ) as [number, number, number, number, number, number];
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  const read = new Date(time);
  // Out of range fields would roll over into the next month, day, …
  const whole =
    read.getUTCMonth() === month - 1 &&
    read.getUTCDate() === day &&
    read.getUTCHours() === hour &&
    read.getUTCMinutes() === minute &&
    read.getUTCSeconds() === second;
  if (!whole) return undefined;
  const fraction = fields[7] === undefined ? 0 : Number(`0.${fields[7]}`) * 1000;
  return time + fraction - zoneOf(fields[8]);
}

function zoneOf(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z' || zone === 'z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The bytes behind base64, in a form that is equal where they are. What is not base64 equals itself only. */
export function parseBinary(value: string): string {
  const body = value.replace(/=+$/, '');
  if (value.length % 4 !== 0 || !/^[A-Za-z0-9+/]*$/.test(body) || value.length - body.length > 2) return value;
  // Bits behind the last whole byte don't count.
  const padding = value.length - body.length;
  if (padding === 0) return value;
  const last = BASE64.indexOf(body[body.length - 1]!);
  const unused = padding * 2;
  return body.slice(0, -1) + BASE64[(last >> unused) << unused] + '='.repeat(padding);
}

export interface Network {
  readonly bytes: readonly number[];
  readonly bits: number;
}

/** An address or a range in CIDR notation, IPv4 or IPv6. */
export function parseNetwork(value: string): Network | undefined {
  const [address, length, ...more] = value.split('/');
  const bytes = parseAddress(address ?? '');
  if (!bytes || more.length > 0) return undefined;
  if (length === undefined) return { bytes, bits: bytes.length * 8 };
  if (!/^\d{1,3}$/.test(length) || Number(length) > bytes.length * 8) return undefined;
  return { bytes, bits: Number(length) };
}

export function parseAddress(value: string): readonly number[] | undefined {
  return value.includes(':') ? parseIpv6(value) : parseIpv4(value);
}

export function contains({ bytes, bits }: Network, address: readonly number[]): boolean {
  if (bytes.length !== address.length) return false;
  for (let bit = 0; bit < bits; bit += 8) {
    const at = bit / 8;
    const mask = bits - bit >= 8 ? 0xff : (0xff << (8 - (bits - bit))) & 0xff;
    if ((bytes[at]! & mask) !== (address[at]! & mask)) return false;
  }
  return true;
}

function parseIpv4(value: string): number[] | undefined {
  const parts = value.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return parts.map(Number);
}

function parseIpv6(value: string): number[] | undefined {
  const halves = value.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')).map(groupBytes));
  if (groups.flat().some((group) => group === undefined)) return undefined;
  const [head = [], tail = []] = groups.map((half) => half.flatMap((group) => group ?? []));
  // Four bytes at once are the dotted ending, which stands last.
  const dotted = groups.flat().findIndex((group) => group?.length === 4);
  if (dotted >= 0 && dotted !== groups.flat().length - 1) return undefined;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 1) return missing === 0 ? head : undefined;
  return missing >= 2 ? [...head, ...new Array<number>(missing).fill(0), ...tail] : undefined;
}

function groupBytes(group: string): number[] | undefined {
  if (group.includes('.')) return parseIpv4(group);
  if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
  const value = Number.parseInt(group, 16);
  return [value >> 8, value & 0xff];
}
