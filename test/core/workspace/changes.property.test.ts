import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Analysis, type Finding } from '../../../src/core/analysis.js';
import { linkedFile } from '../../support/linkedFiles.js';
import { corpusTexts, mutate, random } from '../../support/mutations.js';
import { readyForTerraform } from '../../support/ruleTester.js';

// Whatever was changed before, the findings are those of a fresh reading of the same files, in whatever order that reads them.
// CHANGES=100000 for a long run, SEED for another one.
const COUNT = Number(process.env.CHANGES ?? 600);
const SEED = Number(process.env.SEED ?? 11);
const CORPUS = join(import.meta.dirname, '../../corpus');

let samples: ReturnType<typeof corpusTexts> = [];

beforeAll(async () => {
  await readyForTerraform();
  samples = corpusTexts(CORPUS);
});

function failing(ruleId: string, file: string, error: unknown): never {
  throw new Error(`${ruleId} failed on ${file}`, { cause: error });
}

class Play {
  readonly next = random(SEED);
  readonly files = new Map<string, string>();

  pick = <T>(list: readonly T[]): T => list[Math.floor(this.next() * list.length)]!;

  /** One change to a few files, most of them linked with each other. */
  change(analysis: Analysis): string {
    const kind = this.next();
    if (this.files.size > 30 || (kind < 0.25 && this.files.size > 0)) {
      const file = this.pick([...this.files.keys()]);
      this.files.delete(file);
      analysis.removeFile(file);
      return `removed ${file}`;
    }
    if (kind < 0.45 && this.files.size > 0) {
      const [file, text] = this.pick([...this.files]);
      return this.set(analysis, file, this.edited(text));
    }
    if (kind < 0.6) {
      const { file, text } = this.pick(samples);
      // Beside the others, so that what they leave unsaid is the same for both.
      return this.set(analysis, `${this.pick(['', 'a/', 'tf/'])}${file.slice(file.lastIndexOf('/') + 1)}`, text);
    }
    const { file, text } = linkedFile(this.pick);
    return this.set(analysis, file, text);
  }

  set(analysis: Analysis, file: string, text: string): string {
    this.files.set(file, text);
    analysis.setFile(file, text);
    return `set ${file}`;
  }

  edited(text: string): string {
    const kind = this.next();
    if (kind < 0.3) return mutate(text, this.next);
    if (kind < 0.5) return `# a line more\n${text}`;
    if (kind < 0.7) return text.replace(/\bcart\b/, this.pick(['api', 'carts', 'worker']));
    if (kind < 0.85) return text.split('---\n').reverse().join('---\n');
    return text.replace(/\bshop\b/, this.pick(['pay', 'shops']));
  }

  fresh(): Analysis {
    const analysis = new Analysis({ onInternalError: failing });
    const files = [...this.files].map((file) => [this.next(), file] as const).sort(([a], [b]) => a - b);
    for (const [, [file, text]] of files) analysis.setFile(file, text);
    return analysis;
  }
}

function shown(analysis: Analysis): Record<string, unknown> {
  return Object.fromEntries(
    [...analysis.allFindings()].map(([file, findings]) => [file, findings.map(({ fixes: _fixes, ...said }) => said)]),
  );
}

function fixesOf(analysis: Analysis): Record<string, unknown> {
  const fixes = (finding: Finding) => [finding.ruleId, finding.start, finding.fixes()];
  return Object.fromEntries([...analysis.allFindings()].map(([file, findings]) => [file, findings.map(fixes)]));
}

describe('changes', () => {
  it(`${COUNT} of them leave what a fresh reading finds`, { timeout: COUNT * 200 }, () => {
    const play = new Play();
    const analysis = new Analysis({ onInternalError: failing });
    const log: string[] = [];
    let found = 0;
    for (let i = 0; i < COUNT; i++) {
      // Several at once too: a branch that is checked out.
      const changes = Array.from({ length: play.pick([1, 1, 1, 4]) }, () => play.change(analysis));
      log.push(changes.join(', '));
      const fresh = play.fresh();
      const wanted = shown(fresh);
      expect(shown(analysis), log.slice(-3).join('\n')).toEqual(wanted);
      if (i % 10 === 0) expect(fixesOf(analysis), log.slice(-3).join('\n')).toEqual(fixesOf(fresh));
      found += Object.keys(wanted).length;
    }
    expect(found).toBeGreaterThan(COUNT * 3);
  });

  it('in slices, with changes and questions between any two steps and texts that are not kept, leave the same', {
    timeout: COUNT * 200,
  }, async () => {
    const play = new Play();
    const analysis: Analysis = new Analysis({
      onInternalError: failing,
      patient: true,
      onTextWanted: (file) => wanted.add(file),
    });
    const wanted = new Set<string>();
    const again = () => {
      for (const file of wanted) {
        wanted.delete(file);
        const text = play.files.get(file);
        if (text !== undefined) analysis.setFile(file, text);
      }
    };
    let cancelled = 0;
    for (let i = 0; i < COUNT / 5; i++) {
      for (let k = 0; k < 5; k++) play.change(analysis);
      await analysis.refreshInSlices({
        pause: () => {
          if (play.next() < 0.1) play.change(analysis);
          if (play.next() < 0.1 && play.files.size > 0) analysis.findings(play.pick([...play.files.keys()]));
          if (play.next() < 0.05 && play.files.size > 0) analysis.factsOf(play.pick([...play.files.keys()]));
          return Promise.resolve();
        },
        isCancelled: () => {
          const gone = play.next() < 0.02;
          if (gone) cancelled++;
          return gone;
        },
      });
      while (!analysis.isSettled || wanted.size > 0) {
        again();
        await analysis.refreshInSlices({ pause: () => undefined });
      }
      expect(shown(analysis)).toEqual(shown(play.fresh()));
    }
    expect(cancelled).toBeGreaterThan(0);
  });
});
