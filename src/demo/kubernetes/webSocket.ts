import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { DemoRequest } from '../httpServer.js';

/** The server's half of a WebSocket (RFC 6455), as far as `exec` needs it. */

const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Answers the handshake with the newest of the subprotocols that both know; the name of it, or nothing if none. */
export function acceptWebSocket(request: DemoRequest, socket: Duplex, known: readonly string[]): string | undefined {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim());
  const protocol = known.find((each) => offered.includes(each));
  const key = request.headers['sec-websocket-key'];
  if (!protocol || !key || request.headers.upgrade?.toLowerCase() !== 'websocket') {
    socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    return undefined;
  }
  const accept = createHash('sha1').update(`${key}${guid}`).digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\nsec-websocket-protocol: ${protocol}\r\n\r\n`,
  );
  return protocol;
}

function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  let head: Buffer;
  if (length < 126) {
    head = Buffer.from([0x80 | opcode, length]);
  } else if (length < 65_536) {
    head = Buffer.from([0x80 | opcode, 126, length >> 8, length & 0xff]);
  } else {
    head = Buffer.alloc(10);
    head[0] = 0x80 | opcode;
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, payload]);
}

/** A message of one of the channels of `channel.k8s.io`: 1 output, 2 errors, 3 status. */
export function channelMessage(channel: number, text: string): Buffer {
  return frame(0x2, Buffer.concat([Buffer.from([channel]), Buffer.from(text, 'utf8')]));
}

/** The closing frame for a normal end. */
export function closeMessage(): Buffer {
  return frame(0x8, Buffer.from([0x03, 0xe8]));
}
