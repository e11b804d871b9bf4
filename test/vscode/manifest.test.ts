import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { rules } from '../../src/core/rules/index.js';
import { machineSettings, settingDefaults } from '../../src/vscode/settingDefaults.js';
import { capabilities } from '../../src/vscode/tree/row.js';

// What package.json promises and what the code does, held against each other both ways.

const root = fileURLToPath(new URL('../../', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const nls: Record<string, string> = JSON.parse(readFileSync(join(root, 'package.nls.json'), 'utf8'));
const { contributes } = manifest;
const text = JSON.stringify(manifest);
const sources = globSync('src/vscode/**/*.ts', { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'));
const code = sources.join('\n');

const ids = (list: readonly { command: string }[]) => list.map(({ command }) => command);
const declared = ids(contributes.commands);
const sorted = (values: Iterable<string>) => [...new Set(values)].sort();
const found = (pattern: RegExp, where: string) => sorted([...where.matchAll(pattern)].map((match) => match[1]!));

/** Every `when` and `enablement` of the manifest. */
const whens = [...text.matchAll(/"(?:when|enablement)":"((?:[^"\\]|\\.)*)"/g)].map(
  (match) => JSON.parse(`"${match[1]}"`) as string,
);

describe('commands', () => {
  const registered = found(/^ {4}'(podIam\.[\w.]+)': \(/gm, code);

  test('are declared once each', () => expect(declared).toEqual([...new Set(declared)]));
  test('that are declared are registered, and the other way round', () => expect(registered).toEqual(sorted(declared)));
  test('have the category, a title and an icon', () => {
    for (const command of contributes.commands) {
      expect(command.category, command.command).toBe('%category%');
      expect(nls[command.title.slice(1, -1)], command.command).toBeTruthy();
      expect(command.icon, command.command).toMatch(/^\$\([a-z-]+\)$/);
    }
  });
  test('of menus exist', () => {
    const used = Object.values<{ command: string }[]>(contributes.menus).flatMap(ids);
    expect(used.filter((id) => !declared.includes(id))).toEqual([]);
  });
  test('of welcome views, walkthrough and code exist', () => {
    const linked = found(/command:(podIam\.[\w.]+)/g, Object.values(nls).join('\n'));
    const called = found(/command: '(podIam\.[\w.]+)'/g, code);
    expect([...linked, ...called].filter((id) => !declared.includes(id) && !id.endsWith('.focus'))).toEqual([]);
  });
  test('that need a row are not in the palette', () => {
    const hidden = new Map<string, string>(
      contributes.menus.commandPalette.map(({ command, when }: { command: string; when: string }) => [command, when]),
    );
    const rowOnly = ids(contributes.menus['view/item/context']).filter((id) => id !== 'podIam.explain');
    expect(rowOnly.filter((id) => hidden.get(id) !== 'false')).toEqual([]);
  });
});

describe('settings', () => {
  const properties = contributes.configuration.properties as Record<string, { default: unknown; scope: string }>;

  test('that are declared are read, and the other way round', () => {
    expect(sorted(Object.keys(properties))).toEqual(
      sorted(Object.keys(settingDefaults).map((name) => `podIam.${name}`)),
    );
  });
  test('have the defaults of the code', () => {
    for (const [name, value] of Object.entries(settingDefaults))
      expect(properties[`podIam.${name}`]!.default, name).toEqual(value);
  });
  test('that decide what is connected to belong to the machine and are restricted', () => {
    const machine = machineSettings.map((name) => `podIam.${name}`);
    expect(sorted(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations)).toEqual(sorted(machine));
    expect(sorted(Object.keys(properties).filter((key) => properties[key]!.scope === 'machine'))).toEqual(
      sorted(machine),
    );
  });
  test('and the schema of .pod-iam.json name every rule and no other', () => {
    const schema = JSON.parse(readFileSync(join(root, 'schemas/pod-iam.schema.json'), 'utf8'));
    const catalogue = rules.map(({ id }) => id).sort();
    expect(Object.keys(contributes.configuration.properties['podIam.rules'].properties).sort()).toEqual(catalogue);
    expect(Object.keys(schema.properties.rules.properties).sort()).toEqual(catalogue);
  });
});

describe('texts', () => {
  test('that are used exist, and the other way round', () => {
    expect(found(/%([\w.]+)%/g, text)).toEqual(sorted(Object.keys(nls)));
  });
  test('have no key twice', () => {
    const raw = readFileSync(join(root, 'package.nls.json'), 'utf8');
    const keys = [...raw.matchAll(/^ {2}"([^"]+)":/gm)].map((match) => match[1]);
    expect(keys).toEqual([...new Set(keys)]);
  });
});

describe('files', () => {
  test('that are named exist', () => {
    const named = [...text.matchAll(/"(?:\.\/)?((?:media|snippets|schemas)\/[^"]+)"/g)].map((match) => match[1]!);
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });
  test('of snippets and schemas are all contributed', () => {
    const files = globSync('{snippets,schemas}/*.json', { cwd: root });
    expect(files.filter((file) => !text.includes(file))).toEqual([]);
  });
});

describe('conditions', () => {
  const conditions = whens.join('\n');

  test('ask for capabilities that rows have, and every capability is asked for', () => {
    const asked = found(/\\b([a-zA-Z]+)\\b/g, conditions);
    expect(asked.filter((name) => !(capabilities as readonly string[]).includes(name))).toEqual([]);
    expect(capabilities.filter((name) => !asked.includes(name))).toEqual([]);
    const given = found(/'((?:is|can|has)[A-Z]\w+)'/g, code.replace(/capabilities = \[[^\]]*\]/, ''));
    expect(capabilities.filter((name) => !given.includes(name))).toEqual([]);
  });
  test('use context keys that the code sets, and the other way round', () => {
    const used = found(/(podIam\.[a-z]+\.[a-z]+)\b(?! *\/)/gi, conditions).filter((key) => !declared.includes(key));
    const set = found(/'setContext', '(podIam\.[\w.]+)'/g, code);
    expect(used).toEqual(set);
  });
  test('compare states that the code sets', () => {
    for (const [, key, state] of conditions.matchAll(/(podIam\.\w+\.state) == '(\w+)'/g)) {
      expect(code, `${key} is never '${state}'`).toContain(`'${state}'`);
    }
  });
  test('name views that exist', () => {
    const views = contributes.views.podIam.map(({ id }: { id: string }) => id);
    const used = found(/view == ([\w.]+)/g, conditions);
    expect(used.filter((id) => !views.includes(id))).toEqual([]);
    expect(
      contributes.viewsWelcome.map(({ view }: { view: string }) => view).filter((id: string) => !views.includes(id)),
    ).toEqual([]);
    expect(views.filter((id: string) => !code.includes(`'${id}'`))).toEqual([]);
  });
});

describe('walkthrough', () => {
  test('has an action on each step', () => {
    for (const walkthrough of contributes.walkthroughs) {
      for (const step of walkthrough.steps) {
        expect(nls[step.description.slice(1, -1)], step.id).toMatch(/\]\(command:podIam\./);
        expect(nls[step.media.altText.slice(1, -1)], step.id).toBeTruthy();
      }
    }
  });
});
