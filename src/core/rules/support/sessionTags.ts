import { literalOf } from '../../syntax/text.js';
import type { ConditionReading } from './reading.js';

/** Is the condition on this tag of a Pod Identity session? */
export function isTag({ key }: ConditionReading, tag: string): boolean {
  return key.kind === 'service' && key.prefix === 'aws' && literalOf(key.name)?.toLowerCase() === `requesttag/${tag}`;
}
