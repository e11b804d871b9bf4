import { Writable } from 'node:stream';
import { deadline, orAborted } from '../deadline.js';
import { failed, messageOf, reasonOfStatus, success } from '../failure.js';
import type { Result } from '../types.js';
import type { Connection } from './connection.js';

export interface Execution {
  readonly stdout: string;
  readonly stderr: string;
  /** 0 for success; undefined where the command could not even be started. */
  readonly exitCode: number | undefined;
  /** Kubernetes' own word where it is no success. */
  readonly message: string;
}

const MOST_OUTPUT = 1 << 16;

/** Runs a command in a container, without a terminal and without input. */
export async function execInPod(
  connection: Connection,
  target: { readonly namespace: string; readonly pod: string; readonly container: string },
  command: readonly string[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Result<Execution>> {
  const { namespace, pod, container } = target;
  const what = `exec in ${namespace}/${pod}`;
  const permission = `create pods/exec in ${namespace}`;
  const limit = deadline(signal, timeoutMs);
  let socket: { close(): void } | undefined;
  try {
    const exec = await connection.exec(limit.signal);
    if (!exec.ok) return exec;
    const stdout = new Collected();
    const stderr = new Collected();
    const ended = new Promise<{
      status?: string;
      message?: string;
      details?: { causes?: { reason?: string; message?: string }[] };
    }>((resolve, reject) => {
      exec.value.exec(namespace, pod, container, [...command], stdout, stderr, null, false, resolve).then((opened) => {
        socket = opened;
        opened.onclose = () => resolve({ status: 'Failure', message: 'the connection was closed' });
      }, reject);
    });
    const status = await orAborted(ended, limit.signal);
    const code = status.details?.causes?.find((cause) => cause.reason === 'ExitCode')?.message;
    const exitCode = status.status === 'Success' ? 0 : code === undefined ? undefined : Number(code);
    return success({ stdout: stdout.text, stderr: stderr.text, exitCode, message: status.message ?? '' });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (limit.expired) return failed(what, 'timeout', `no answer within ${Math.round(timeoutMs / 1000)} s`, permission);
    const message = messageOf(error instanceof Error ? error : ((error as { message?: string })?.message ?? error));
    const refused = /server response: (\d{3})/.exec(message)?.[1];
    return failed(
      what,
      refused === undefined ? 'unreachable' : reasonOfStatus(Number(refused)),
      refused === undefined ? message : `the API server answered ${refused}`,
      permission,
    );
  } finally {
    socket?.close();
    limit.dispose();
  }
}

class Collected extends Writable {
  text = '';

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    if (this.text.length < MOST_OUTPUT) this.text += chunk.toString('utf8');
    done();
  }
}
