import { describe, expect, test } from 'vitest';
import { AwsClusterMemory } from '../../../src/vscode/tree/awsClusters.js';

/** What VS Code keeps for the user. */
function memoryOf(values: Record<string, unknown> = {}) {
  return {
    values,
    keys: () => Object.keys(values),
    get: (key: string) => values[key],
    update: async (key: string, value: unknown) => {
      // As VS Code does: what cannot be written as JSON is lost.
      values[key] = JSON.parse(JSON.stringify(value));
    },
  } as never;
}

const west = { region: 'eu-west-1' };
const dev = { region: 'eu-west-1', profile: 'dev' };

describe('clusters chosen from AWS', () => {
  test('are remembered with where they were looked for', async () => {
    const memory = new AwsClusterMemory(memoryOf());
    expect([memory.clusters(), memory.places()]).toEqual([[], []]);
    await memory.choose(
      [west, dev],
      [
        { name: 'a', ...west },
        { name: 'a', ...dev },
      ],
    );
    expect(memory.clusters()).toEqual([
      { name: 'a', ...west },
      { name: 'a', ...dev },
    ]);
    expect(memory.places()).toEqual([west, dev]);
  });

  test('of a place give way to what is chosen there now, those of others stay', async () => {
    const memory = new AwsClusterMemory(memoryOf());
    await memory.choose(
      [west, dev],
      [
        { name: 'a', ...west },
        { name: 'b', ...dev },
      ],
    );
    await memory.choose([dev], [{ name: 'c', ...dev }]);
    expect(memory.clusters()).toEqual([
      { name: 'a', ...west },
      { name: 'c', ...dev },
    ]);
  });

  test('go one by one', async () => {
    const memory = new AwsClusterMemory(memoryOf());
    await memory.choose(
      [west, dev],
      [
        { name: 'a', ...west },
        { name: 'a', ...dev },
      ],
    );
    await memory.remove({ name: 'a', ...west });
    expect(memory.clusters()).toEqual([{ name: 'a', ...dev }]);
  });

  test('of no shape are none', () => {
    const memory = new AwsClusterMemory(
      memoryOf({ 'aws.clusters': [null, 7, { name: 'a' }, { region: 'x' }], 'aws.places': 'x' }),
    );
    expect([memory.clusters(), memory.places()]).toEqual([[], []]);
  });
});
