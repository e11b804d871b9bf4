// The demo cluster in a process of its own, driven by messages: what it does must not be counted to who reads it.
import { generateScenario, type ScenarioSize } from '../src/demo/generateScenario.js';
import { startDemo } from '../src/demo/startDemo.js';

export type ServerCommand =
  | { readonly do: 'forget calls' }
  | { readonly do: 'count calls' }
  /**
   * Changes so many pods a second for so many seconds, every other one in a way that no row is made of; every half second a pod
   * more for the service account that is watched.
   */
  | { readonly do: 'change pods'; readonly aSecond: number; readonly seconds: number };

export type ServerAnswer =
  | { readonly kubeconfig: string; readonly env: Readonly<Record<string, string>> }
  | { readonly calls: Readonly<Record<string, number>>; readonly distinct: Readonly<Record<string, number>> }
  | {
      readonly account: string;
      readonly before: number;
      readonly beats: readonly number[];
      readonly changes: number;
      readonly relevant: number;
    };

const [directory = '', size = ''] = process.argv.slice(2);
const demo = await startDemo({ directory, scenario: generateScenario(JSON.parse(size) as ScenarioSize) });
const pods = demo.store.collection('pods');

const answer = (message: ServerAnswer) => process.send?.(message);

/** Of all runs: a pod that is there already is none more. */
let podsMore = 0;

async function changePods(aSecond: number, seconds: number): Promise<void> {
  const all = pods.all();
  const first = all[0]!.object as { metadata: { namespace?: string }; spec?: { serviceAccountName?: string } };
  const namespace = first.metadata.namespace ?? '';
  // A generated Deployment is named as its service account.
  const watched = first.spec?.serviceAccountName ?? 'default';
  const mine = all.filter(({ key }) => key.startsWith(`${namespace}/${watched}-`));
  const beats: number[] = [];
  const begun = performance.now();
  let changes = 0;
  let relevant = 0;
  for (let beat = 0; performance.now() - begun < seconds * 1000; ) {
    const due = Math.floor(((performance.now() - begun) / 1000) * aSecond);
    for (; changes < due; changes++) {
      const { key } = all[(changes * 7919) % all.length]!;
      const { object } = pods.get(key)!;
      if (changes % 2 === 0) {
        const labels = { ...object.metadata.labels, change: String(changes) };
        pods.put(key, { ...object, metadata: { ...object.metadata, labels } });
      } else {
        const status = object.status as { phase?: string };
        pods.put(key, { ...object, status: { ...status, phase: status.phase === 'Running' ? 'Pending' : 'Running' } });
        relevant++;
      }
    }
    if (performance.now() - begun > beat * 500) {
      const { object } = mine[0]!;
      const name = `${object.metadata.name}-more-${podsMore++}`;
      pods.put(`${namespace}/${name}`, { ...object, metadata: { ...object.metadata, name, uid: name } });
      beats.push(Date.now());
      beat++;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  answer({ account: `${namespace}/${watched}`, before: mine.length, beats, changes, relevant });
}

process.on('message', (command: ServerCommand) => {
  if (command.do === 'forget calls') {
    demo.requests.clear();
  } else if (command.do === 'count calls') {
    const subjects = new Map<string, Set<string>>();
    for (const { operation, subject } of demo.requests.entries)
      subjects.set(operation, (subjects.get(operation) ?? new Set()).add(subject));
    answer({
      calls: demo.requests.counts(),
      distinct: Object.fromEntries([...subjects].map(([operation, set]) => [operation, set.size])),
    });
  } else void changePods(command.aSecond, command.seconds);
});
process.on('disconnect', () => void demo.close());
answer({ kubeconfig: demo.kubeconfig, env: demo.env });
