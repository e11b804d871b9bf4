import type { Duplex } from 'node:stream';
import type { DemoRequest } from '../httpServer.js';
import type { KubernetesObject } from './objects.js';
import { acceptWebSocket, channelMessage, closeMessage } from './webSocket.js';

/** What a command printed and how it ended. */
export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** Runs a command in a container of the demo; nothing if the container has no such program. */
export type RunCommand = (
  pod: KubernetesObject,
  container: string,
  command: readonly string[],
) => CommandResult | undefined;

function statusOf(result: CommandResult | undefined, command: readonly string[]): Record<string, unknown> {
  if (result?.exitCode === 0) {
    return { metadata: {}, status: 'Success' };
  }
  if (result) {
    return {
      metadata: {},
      status: 'Failure',
      message: `command terminated with non-zero exit code: Error executing in Docker Container: ${result.exitCode}`,
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: String(result.exitCode) }] },
    };
  }
  return {
    metadata: {},
    status: 'Failure',
    message: `Internal error occurred: error executing command in container: failed to exec in container: failed to start exec: OCI runtime exec failed: exec failed: unable to start container process: exec: "${command[0] ?? ''}": executable file not found in $PATH: unknown`,
    reason: 'InternalError',
    details: { causes: [{ message: `exec: "${command[0] ?? ''}": executable file not found in $PATH` }] },
    code: 500,
  };
}

/** `pods/exec` over a WebSocket; the older SPDY is refused, upon which kubectl says so. */
export function execInPod(request: DemoRequest, pod: KubernetesObject, socket: Duplex, run: RunCommand): void {
  const protocol = acceptWebSocket(request, socket, ['v5.channel.k8s.io', 'v4.channel.k8s.io']);
  if (!protocol) {
    return;
  }
  const query = request.url.searchParams;
  const command = query.getAll('command');
  const containers = (pod.spec as { containers: { name: string }[] }).containers;
  const result = run(pod, query.get('container') ?? containers[0]?.name ?? '', command);
  if (result?.stdout) {
    socket.write(channelMessage(1, result.stdout));
  }
  if (result?.stderr) {
    socket.write(channelMessage(2, result.stderr));
  }
  socket.write(channelMessage(3, JSON.stringify(statusOf(result, command))));
  socket.write(closeMessage());
  // What the client still says, its own closing frame above all, is read and dropped.
  socket.resume();
  socket.once('data', () => socket.end());
}
