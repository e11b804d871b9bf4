import { type ChildProcess, spawn } from 'node:child_process';

/** Process groups this process started and that may still run. Ended when it exits, whatever the reason. */
const groups = new Set<number>();

function endGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // The group has ended on its own.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

process.on('exit', () => {
  for (const pid of groups) endGroup(pid, 'SIGKILL');
});
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.on(signal, () => process.exit(code));
}

export interface Service {
  readonly process: ChildProcess;
  /** Everything written so far, stdout and stderr together, the last 200,000 characters. */
  output(): string;
  /** Resolves with the exit code (null after a signal). */
  readonly exited: Promise<number | null>;
  /** Ends the process and everything it started, by its id; resolves when it is gone. */
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts a long-running process in a process group of its own, so that its children end with it. */
export function startService(command: string, args: readonly string[], options: StartOptions = {}): Service {
  const child = spawn(command, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid } = child;
  if (pid !== undefined) groups.add(pid);
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-200_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const exited = new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      output += `\n${error.message}`;
      resolve(null);
    });
    child.once('exit', (code) => resolve(code));
  });
  return {
    process: child,
    output: () => output,
    exited,
    async stop() {
      if (pid === undefined) return;
      endGroup(pid, 'SIGTERM');
      const patience = setTimeout(() => endGroup(pid, 'SIGKILL'), 5_000);
      await exited;
      clearTimeout(patience);
      // The leader is gone; what it left behind goes too.
      endGroup(pid, 'SIGKILL');
      groups.delete(pid);
    },
  };
}

export interface Ran {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a command to its end. `show` passes its output on as it comes. Never rejects: read `code`. */
export function run(
  command: string,
  args: readonly string[],
  options: StartOptions & { readonly show?: boolean } = {},
): Promise<Ran> {
  const { show = false, ...rest } = options;
  const service = startService(command, args, rest);
  if (show) {
    service.process.stdout?.on('data', (chunk: Buffer) => process.stdout.write(chunk));
    service.process.stderr?.on('data', (chunk: Buffer) => process.stderr.write(chunk));
  }
  return new Promise((resolve) => {
    service.process.once('error', () => resolve({ code: null, output: service.output() }));
    service.process.once('close', (code) => {
      if (service.process.pid !== undefined) groups.delete(service.process.pid);
      resolve({ code, output: service.output() });
    });
  });
}

/** Like `run`, but a failure throws with the command and the end of its output. */
export async function runOrThrow(
  command: string,
  args: readonly string[],
  options: StartOptions & { readonly show?: boolean } = {},
): Promise<string> {
  const { code, output } = await run(command, args, options);
  if (code !== 0) throw new Error(`${[command, ...args].join(' ')} ended with ${code}\n${output.slice(-4_000)}`);
  return output;
}
