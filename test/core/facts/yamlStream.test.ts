import { expect, it } from 'vitest';
import { readParts } from '../../../src/core/facts/readFile.js';
import { placeOf } from '../../../src/core/syntax/tree.js';
import { mutate, random } from '../../support/mutations.js';

const account = (name: string) =>
  `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: ${name}\n  namespace: shop\n  labels: { app: ${name} }\n`;
const service = (name: string) => `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\n`;
const FILE = 'all.yaml';

/** Where the documents stand, what was read of each, and where that says that it stands. */
function shown({ stream }: ReturnType<typeof readParts>) {
  return stream!.pieces.map(({ start, end, part }) => ({
    start,
    end,
    text: part?.document?.text,
    accounts: part?.facts.serviceAccounts.map(({ node, metadata }) => [placeOf(node), metadata.name?.raw]),
  }));
}

it('takes over what has not changed, and reads as if it read all of it', () => {
  const next = random(Number(process.env.SEED ?? 7));
  const names = ['cart', 'till', 'api', 'web', 'mail', 'jobs'];
  for (let round = 0; round < 400; round++) {
    const documents = names
      .slice(0, 2 + Math.floor(next() * 5))
      .map((name) => (next() < 0.7 ? account : service)(name));
    let text = documents.join(next() < 0.5 ? '---\n' : '\r\n---\r\n');
    let reading = readParts(FILE, text);
    for (let edit = 0; edit < 6; edit++) {
      const [from, to] = [next(), next()].map((share) => Math.floor(share * text.length)).sort((a, b) => a - b);
      const moved = `${text.slice(0, from)}${text.slice(to)}---\n${text.slice(from, to)}`;
      text = next() < 0.7 ? mutate(text, next) : moved;
      reading = readParts(FILE, text, {}, reading.stream);
      expect(shown(reading), text).toEqual(shown(readParts(FILE, text)));
    }
  }
});

it('reads one document anew when one has changed', () => {
  const text = ['cart', 'till', 'api'].map(account).join('---\n');
  const before = readParts(FILE, text);
  const after = readParts(FILE, text.replace('name: till', 'name: tills'), {}, before.stream);
  expect(after.parts.map((part) => before.parts.indexOf(part))).toEqual([0, -1, 2]);
  expect(after.parts[1]!.facts.serviceAccounts[0]!.metadata.name!.raw).toBe('tills');
});

it('moves documents that change places', () => {
  const [cart, till, api] = ['cart', 'till', 'api'].map(account);
  const before = readParts(FILE, `---\n${cart}---\n${till}---\n${api}`);
  const after = readParts(FILE, `---\n${api}---\n${cart}---\n${till}`, {}, before.stream);
  expect(after.parts.map((part) => before.parts.indexOf(part))).toEqual([2, 0, 1]);
});
