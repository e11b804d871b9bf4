import { StatusError } from './status.js';

/**
 * Reads the few objects that kubectl sends as protobuf (`application/vnd.kubernetes.protobuf`). Field numbers are those
 * of the `generated.proto` files of k8s.io/api. Answers may be JSON, which every client takes too.
 */

type Field =
  | { readonly name: string; readonly kind: 'string' | 'integer' | 'boolean' | 'stringMap'; readonly list?: true }
  | { readonly name: string; readonly kind: 'message'; readonly fields: Fields; readonly list?: true };

type Fields = Readonly<Record<number, Field>>;

const string = (name: string): Field => ({ name, kind: 'string' });
const message = (name: string, fields: Fields): Field => ({ name, kind: 'message', fields });

const metadata = message('metadata', {
  1: string('name'),
  2: string('generateName'),
  3: string('namespace'),
  11: { name: 'labels', kind: 'stringMap' },
  12: { name: 'annotations', kind: 'stringMap' },
});

const localReference: Fields = { 1: string('name') };

const kinds: Readonly<Record<string, Fields>> = {
  SelfSubjectAccessReview: {
    1: metadata,
    2: message('spec', {
      1: message('resourceAttributes', {
        1: string('namespace'),
        2: string('verb'),
        3: string('group'),
        4: string('version'),
        5: string('resource'),
        6: string('subresource'),
        7: string('name'),
      }),
      2: message('nonResourceAttributes', { 1: string('path'), 2: string('verb') }),
    }),
  },
  SelfSubjectRulesReview: { 1: metadata, 2: message('spec', { 1: string('namespace') }) },
  SelfSubjectReview: { 1: metadata },
  TokenRequest: {
    1: metadata,
    2: message('spec', {
      1: { name: 'audiences', kind: 'string', list: true },
      3: message('boundObjectRef', {
        1: string('kind'),
        2: string('apiVersion'),
        3: string('name'),
        4: string('uid'),
      }),
      4: { name: 'expirationSeconds', kind: 'integer' },
    }),
  },
  ServiceAccount: {
    1: metadata,
    3: { name: 'imagePullSecrets', kind: 'message', fields: localReference, list: true },
    4: { name: 'automountServiceAccountToken', kind: 'boolean' },
  },
  Namespace: { 1: metadata },
  ConfigMap: { 1: metadata, 2: { name: 'data', kind: 'stringMap' } },
};

interface Raw {
  readonly number: number;
  readonly value: number | Buffer;
}

function readFields(bytes: Buffer): Raw[] {
  const fields: Raw[] = [];
  let offset = 0;
  const varint = (): number => {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = bytes[offset];
      if (byte === undefined) {
        throw new StatusError(400, 'the object provided is cut short');
      }
      offset += 1;
      value += (byte & 0x7f) * factor;
      factor *= 128;
      if (byte < 0x80) {
        return value;
      }
    }
  };
  while (offset < bytes.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        fields.push({ number, value: varint() });
        break;
      case 1:
        offset += 8;
        break;
      case 2: {
        const length = varint();
        fields.push({ number, value: bytes.subarray(offset, offset + length) });
        offset += length;
        break;
      }
      case 5:
        offset += 4;
        break;
      default:
        throw new StatusError(400, 'the object provided is not protobuf');
    }
  }
  return fields;
}

function textOf(value: number | Buffer | undefined): string {
  return Buffer.isBuffer(value) ? value.toString('utf8') : '';
}

function readValue(field: Field, value: number | Buffer): unknown {
  switch (field.kind) {
    case 'string':
      return textOf(value);
    case 'integer':
      return Number(value);
    case 'boolean':
      return value === 1;
    case 'stringMap': {
      const parts = Buffer.isBuffer(value) ? readFields(value) : [];
      const part = (number: number): string => textOf(parts.find((each) => each.number === number)?.value);
      return { [part(1)]: part(2) };
    }
    case 'message':
      return Buffer.isBuffer(value) ? readMessage(value, field.fields) : {};
  }
}

function readMessage(bytes: Buffer, fields: Fields): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const { number, value } of readFields(bytes)) {
    const field = fields[number];
    if (!field) {
      continue;
    }
    const read = readValue(field, value);
    const { name } = field;
    if (field.list) {
      result[name] = [...((result[name] as unknown[] | undefined) ?? []), read];
    } else if (field.kind === 'stringMap') {
      result[name] = { ...(result[name] as object | undefined), ...(read as object) };
    } else if (read !== '') {
      // Protobuf has no absent strings here: empty means not given.
      result[name] = read;
    }
  }
  return result;
}

const magic = Buffer.from('k8s\0', 'latin1');

/** The object in a protobuf body, as if it had come as JSON; 415 for kinds that are not known here. */
export function readProtobuf(body: Buffer): Record<string, unknown> {
  if (!body.subarray(0, 4).equals(magic)) {
    throw new StatusError(400, 'the object provided is not Kubernetes protobuf');
  }
  const envelope = readFields(body.subarray(4));
  const type = envelope.find(({ number }) => number === 1)?.value;
  const raw = envelope.find(({ number }) => number === 2)?.value;
  const typeFields = Buffer.isBuffer(type) ? readFields(type) : [];
  const kind = textOf(typeFields.find(({ number }) => number === 2)?.value);
  const fields = kinds[kind];
  if (!fields) {
    throw new StatusError(415, `the demo cluster takes objects of kind ${kind} as application/json only`);
  }
  return {
    apiVersion: textOf(typeFields.find(({ number }) => number === 1)?.value),
    kind,
    ...readMessage(Buffer.isBuffer(raw) ? raw : Buffer.alloc(0), fields),
  };
}
