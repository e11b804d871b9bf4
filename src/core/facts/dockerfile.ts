import { dockerVariables } from '../syntax/dockerfile.js';
import { literalOf } from '../syntax/text.js';
import type { SourceDocument } from '../syntax/tree.js';
import type { Facts } from './model.js';

/** The SDKs' names, and the older ones that some still read; build arguments are often in lower case. */
const NAME = /^AWS_(?:ACCESS_KEY(?:_ID)?|SECRET(?:_ACCESS)?_KEY|SESSION_TOKEN)$/i;
/** An access key by its form, whatever the variable is called. */
const ACCESS_KEY = /^(?:AKIA|ASIA)[A-Z0-9]{16}$/;

/** AWS keys that a Dockerfile writes into the image or takes as build arguments, which stay in its history. */
export function readDockerfile(document: SourceDocument, facts: Facts): void {
  for (const { instruction, name, value, start, end } of dockerVariables(document.text)) {
    const known = value && literalOf(value);
    if (!NAME.test(name) && !(known !== undefined && ACCESS_KEY.test(known))) continue;
    facts.dockerCredentials.push({
      instruction,
      name,
      ...(value ? { value } : {}),
      spot: { document, start, end },
    });
  }
}
