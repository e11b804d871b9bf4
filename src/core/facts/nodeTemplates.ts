import { literal, type ObjectNode, property } from '../syntax/tree.js';
import type { NodeTemplate } from './model.js';

/** Instance metadata options, which are alike in all formats but for the spelling of their names. */
export function readMetadataOptions(
  node: ObjectNode | undefined,
  tokensName: string,
  hopLimitName: string,
): Pick<NodeTemplate, 'httpTokens' | 'hopLimit'> | undefined {
  if (!node) return undefined;
  // Without an endpoint there is nothing to reach.
  const endpoint = node.properties.find(({ key }) => /^http_?endpoint$/i.test(key.raw))?.value;
  if (literal(endpoint) === 'disabled') return undefined;
  const tokens = property(node, tokensName);
  const hops = property(node, hopLimitName);
  const said = literal(tokens?.value);
  const word = hops?.value?.kind === 'number' ? hops.value.source : literal(hops?.value);
  const limit = word !== undefined && /^\d+$/.test(word) ? Number(word) : undefined;
  return {
    ...(tokens?.value
      ? {
          httpTokens: {
            node: tokens.value,
            property: tokens,
            value: said === 'required' || said === 'optional' ? said : 'unknown',
          },
        }
      : {}),
    ...(hops?.value ? { hopLimit: { node: hops.value, property: hops, value: limit } } : {}),
  };
}
