import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { DemoServers } from '../../../../src/demo/startDemo.js';
import { dismissed, eventually, removeAll, untitled, write } from '../editor.js';
import { openCluster, withDemo, writes } from '../ownDemo.js';
import { person } from '../person.js';
import { test } from '../suite.js';

const context = 'orders-prod';
const roleArn = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
const row = (namespace: string, name: string) => ({ target: { context, namespace, name } });

function allow(value: boolean | undefined): Thenable<void> {
  return vscode.workspace.getConfiguration('podIam').update('allowChanges', value, vscode.ConfigurationTarget.Global);
}

/** A call as the preview has it. */
interface Previewed {
  readonly line: string;
  readonly input: unknown;
}

/** The calls of a section of the preview of what the dialog asks: method and path, and what is sent. */
async function previewed(dialog: string, section: 'Calls' | 'To undo it'): Promise<Previewed[]> {
  const text = await eventually('the preview', () => {
    // Those of earlier changes are remembered for a while.
    const shown = vscode.workspace.textDocuments.filter(({ uri }) => uri.scheme === 'pod-iam-change');
    return shown
      .map((document) => document.getText())
      .find((each) => {
        const title = /^# (.*)/.exec(each)?.[1] ?? 'none';
        return dialog.includes(`${title}?`) || dialog.includes(`${title}: changes are turned off`);
      });
  });
  const part = text.slice(text.indexOf(`## ${section}\n`)).split(/\n## (?!Calls|To undo it)/)[0]!;
  const own = section === 'Calls' ? part.split('\n## To undo it')[0]! : part;
  return [...own.matchAll(/```http\n(\S+ \S+)(?:\ncontent-type: \S+)?\n\n([\s\S]*?)\n```/g)].map(([, line, body]) => ({
    line: line!,
    input: JSON.parse(body!),
  }));
}

/** What was sent, in the form of the preview. */
function sent(demo: DemoServers): Previewed[] {
  return writes(demo).map(({ method, path, input }) => ({ line: `${method} ${path}`, input }));
}

/** The preview names what stands in the path of an EKS call as well, and of a deletion the log keeps nothing else. */
function asLogged({ line, input }: Previewed): Previewed {
  if (!/ \/clusters\//.test(line)) return { line, input };
  const { clusterName: _, associationId: _id, ...body } = input as Record<string, unknown>;
  return { line, input: line.startsWith('DELETE') ? undefined : body };
}

/** Everything that a change may touch. */
function state(demo: DemoServers): string {
  const objects = (resource: string) =>
    demo.store
      .collection(resource)
      .all()
      .map(({ object }) => ({
        name: `${object.metadata.namespace}/${object.metadata.name}`,
        annotations: Object.entries(object.metadata.annotations ?? {}).sort(),
        template: Object.entries(
          (object.spec as { template?: { metadata?: { annotations?: object } } } | undefined)?.template?.metadata
            ?.annotations ?? {},
        ).sort(),
      }));
  return JSON.stringify({
    accounts: objects('serviceaccounts'),
    deployments: objects('deployments'),
    policies: [...demo.aws.roles.values()].map(({ arn, trustPolicy }) => [arn, trustPolicy]),
    associations: [...demo.aws.associations.values()]
      .map(({ namespace, serviceAccount, roleArn: role, targetRoleArn, disableSessionTags = false, policy }) =>
        JSON.stringify({ namespace, serviceAccount, role, targetRoleArn, disableSessionTags, policy }),
      )
      .sort(),
  });
}

/** Runs the command up to its confirmation; `answers` are what a person picks and types before. */
async function propose(
  who: ReturnType<typeof row>,
  answers: readonly string[],
): Promise<{ done: Thenable<unknown>; dialog: string }> {
  const done = vscode.commands.executeCommand('podIam.change', who);
  for (const answer of answers) await person.answers(answer);
  return { done, dialog: await person.readsDialog() };
}

test('changes are off unless the user settings say otherwise, whatever the workspace says', async () => {
  await withDemo(async (demo) => {
    await allow(undefined);
    await write('.vscode/settings.json', JSON.stringify({ 'podIam.allowChanges': true }));
    await openCluster();
    demo.requests.clear();
    const { done, dialog } = await propose(row('checkout', 'frontend'), ['Annotate with', roleArn('checkout-api')]);
    assert.match(dialog, /changes are turned off/);
    assert.doesNotMatch(dialog, /Change It/);
    assert.equal((await previewed(dialog, 'Calls')).length, 1);
    await person.presses('Cancel');
    await done;
    assert.deepEqual(writes(demo), []);
  });
  await removeAll();
});

test('nothing is sent without a confirmation', async () => {
  await allow(true);
  await withDemo(async (demo) => {
    await openCluster();
    const before = state(demo);
    demo.requests.clear();
    const { done, dialog } = await propose(row('checkout', 'frontend'), ['Annotate with', roleArn('checkout-api')]);
    assert.match(dialog, /PATCH \/api\/v1\/namespaces\/checkout\/serviceaccounts\/frontend/);
    await person.presses('Cancel');
    await done;
    assert.deepEqual(writes(demo), []);
    assert.equal(state(demo), before);
  });
  await allow(undefined);
  await removeAll();
});

const policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'pods.eks.amazonaws.com' },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
    },
  ],
});

const changes: readonly (readonly [what: string, who: ReturnType<typeof row>, answers: readonly string[]])[] = [
  ['an annotation', row('checkout', 'frontend'), ['Annotate with', roleArn('checkout-api')]],
  ['the removal of an annotation', row('checkout', 'api'), ['Remove the role annotation']],
  ['a new association', row('checkout', 'frontend'), ['Create an association', roleArn('payments-api')]],
  [
    'another role of an association',
    row('payments', 'api'),
    ['Change the role of the association', roleArn('reports')],
  ],
  ['the session tags of an association', row('reports', 'reports'), ['Disable the session tags']],
  ['the removal of an association', row('payments', 'api'), ['Delete the association']],
  ['a trust policy', row('payments', 'ledger'), ['Put a trust policy', 'The one in the active editor']],
  ['a restart', row('checkout', 'api'), ['Restart Deployment']],
];

for (const [what, who, answers] of changes)
  test(`${what}: what is previewed is what is sent, and undone it is as it was`, async () => {
    await allow(true);
    await withDemo(async (demo) => {
      await openCluster();
      if (what === 'a trust policy') await untitled(policy);
      const before = state(demo);
      demo.requests.clear();
      const { done, dialog } = await propose(who, answers);
      const calls = await previewed(dialog, 'Calls');
      const undo = await previewed(dialog, 'To undo it');
      assert.ok(calls.length > 0 && undo.length > 0);
      for (const { line } of calls) assert.ok(dialog.includes(line), `${line} is in the confirmation`);
      assert.deepEqual(writes(demo), []);
      await person.presses('Change It');
      await person.readsNotification(': done');
      assert.deepEqual(sent(demo), calls.map(asLogged));
      assert.notEqual(state(demo), before);
      demo.requests.clear();
      await person.presses('Undo');
      await eventually('the undo to be sent', () => (sent(demo).length === undo.length ? true : undefined));
      const lines = sent(demo).map(({ line }) => line);
      undo.forEach(({ line }, index) => {
        // The id of what was created is known by its answer only.
        const pattern = line.replace(/[.*+?^$()|[\]\\/]/g, '\\$&').replace('{associationId}', 'a-\\w+');
        assert.match(lines[index]!, new RegExp(`^${pattern}$`));
      });
      await eventually('it to be as it was', () => (state(demo) === before ? true : undefined));
      await dismissed(done);
    });
    await allow(undefined);
    await removeAll();
  });
