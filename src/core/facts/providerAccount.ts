import { literalOf, split } from '../syntax/text.js';
import type { TrustPolicy } from './model.js';

/**
 * The account of a role by the OIDC provider that its trust policy names: IAM takes providers of the role's own account only.
 * @returns undefined where no provider's ARN is literal, or where they disagree
 */
export function accountByProvider(policy: TrustPolicy | undefined): string | undefined {
  const accounts = new Set<string>();
  for (const { principals } of policy?.statements ?? []) {
    for (const { type, value } of principals) {
      if (type !== 'Federated') continue;
      const parts = split(value.text, ':');
      const kind = parts[5]?.[0];
      const account = parts[4] && literalOf(parts[4]);
      if (typeof kind === 'string' && kind.startsWith('oidc-provider/') && account && /^\d{12}$/.test(account))
        accounts.add(account);
    }
  }
  return accounts.size === 1 ? [...accounts][0] : undefined;
}
