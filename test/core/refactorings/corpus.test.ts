import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { exactSubjects, policiesWithWildcards } from '../../../src/core/refactorings/exactSubjects.js';
import { isRefusal, type Outcome } from '../../../src/core/refactorings/refactoring.js';
import { sharedRoles, splitRole } from '../../../src/core/refactorings/splitRole.js';
import { podIdentityAccounts, toIrsa } from '../../../src/core/refactorings/toIrsa.js';
import { irsaAccounts, toPodIdentity } from '../../../src/core/refactorings/toPodIdentity.js';
import { parseJson } from '../../../src/core/syntax/json.js';
import { parseYaml } from '../../../src/core/syntax/yaml.js';
import { analyze, readyForTerraform } from '../../support/ruleTester.js';
import { applied, serious, type Texts } from './support.js';

const root = join(import.meta.dirname, '../../..');

/** Every workspace of the corpus and the examples, correct or broken. */
function workspaces(): Map<string, Texts> {
  const found = new Map<string, Record<string, string>>();
  for (const path of globSync('{test/corpus/ok,test/corpus/err,examples}/*/**/*', { cwd: root })) {
    if (path.endsWith('expect.json') || !statSync(join(root, path)).isFile()) continue;
    const parts = path.split('/');
    const depth = parts[0] === 'examples' ? 2 : 4;
    const name = parts.slice(0, depth).join('/');
    const texts = found.get(name) ?? {};
    texts[parts.slice(depth).join('/')] = readFileSync(join(root, path), 'utf8');
    found.set(name, texts);
  }
  return found;
}

function faults(texts: Texts): number {
  let count = 0;
  for (const [file, text] of Object.entries(texts)) {
    if (/\.json$/.test(file)) count += parseJson({ file, language: 'json', text }).faults.length;
    if (/\.ya?ml$/.test(file))
      count += parseYaml({ file, language: 'yaml', text }).reduce((sum, each) => sum + each.faults.length, 0);
  }
  return count;
}

/** A finding without its place and its counts: it may move with the text round it. */
const ruleIn = (finding: string) => finding.split(': ').slice(0, 2).join(': ');

describe('on every workspace of the corpus', () => {
  beforeAll(readyForTerraform);

  it('a refactoring is refused, or leaves texts that parse and have no new mistake', () => {
    let done = 0;
    let refused = 0;
    const wrong: string[] = [];
    for (const [name, texts] of workspaces()) {
      const analysis = analyze(texts);
      const workspace = analysis.workspace();
      const outcomes: [string, Outcome][] = [
        ...irsaAccounts(workspace).map((account): [string, Outcome] => [
          'to Pod Identity',
          toPodIdentity(workspace, [account]),
        ]),
        ...podIdentityAccounts(workspace).map((account): [string, Outcome] => [
          'to IRSA',
          toIrsa(workspace, [account]),
        ]),
        ...sharedRoles(workspace).map((role): [string, Outcome] => ['split', splitRole(workspace, role, analysis)]),
        ...policiesWithWildcards(workspace).map((policy): [string, Outcome] => [
          'list',
          exactSubjects(workspace, policy),
        ]),
      ];
      const before = serious(texts).map(ruleIn);
      for (const [what, outcome] of outcomes) {
        if (isRefusal(outcome)) {
          refused++;
          continue;
        }
        done++;
        const after = applied(texts, outcome);
        const shown = `${name}, ${what}: ${outcome.title}\n${Object.entries(after)
          .filter(([file, text]) => texts[file] !== text)
          .map(([file, text]) => `# ${file}\n${text}`)
          .join('\n')}`;
        if (faults(after) > faults(texts)) wrong.push(`does not parse: ${shown}`);
        const left = [...before];
        const added = serious(after).filter((finding) => {
          const at = left.indexOf(ruleIn(finding));
          if (at >= 0) left.splice(at, 1);
          // The list names accounts of the files that nothing gives the role yet: that is said of them now.
          return at < 0 && !(what === 'list' && finding.includes('sa-missing-annotation'));
        });
        if (added.length > 0) wrong.push(`${added.join('\n')}\n${shown}`);
      }
    }
    expect(wrong.join('\n\n')).toBe('');
    expect(done).toBeGreaterThan(20);
    expect(refused).toBeGreaterThan(0);
  });
});
