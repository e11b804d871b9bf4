import type { Readable } from 'node:stream';

interface Handler {
  handle(request: unknown, options?: unknown): Promise<{ readonly response: { body?: unknown } }>;
}

/**
 * Hands the answers of a client to the SDK as bytes. Its own collecting of a stream leaves objects that keep later calls alive until
 * the next full garbage collection: of five thousand calls some forty megabytes. No operation of ours streams.
 */
export function readWholeBodies(client: { readonly config: { readonly requestHandler: unknown } }): void {
  const handler = client.config.requestHandler as Handler;
  const handle = handler.handle.bind(handler);
  handler.handle = async (request, options) => {
    const answer = await handle(request, options);
    const { response } = answer;
    if (isReadable(response.body)) response.body = await wholeOf(response.body);
    return answer;
  };
}

function isReadable(body: unknown): body is Readable {
  return typeof (body as Readable | undefined)?.on === 'function';
}

/** @throws the stream's error, also where it ends before its time */
function wholeOf(body: Readable): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    body.on('data', (part: Buffer) => parts.push(part));
    body.on('end', () => resolve(Buffer.concat(parts)));
    body.on('error', reject);
    // After an end or an error this changes nothing.
    body.on('close', () => reject(Object.assign(new Error('the answer was cut off'), { code: 'ECONNRESET' })));
  });
}
