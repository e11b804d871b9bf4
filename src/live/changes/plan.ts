import type { Result } from '../types.js';
import { planAnnotation } from './annotations.js';
import { planCreateAssociation, planDeleteAssociation, planUpdateAssociation } from './associations.js';
import type { ChangeContext } from './context.js';
import { planRestart } from './restart.js';
import { planTrustPolicy } from './trustPolicy.js';
import type { ChangePlan, ChangeRequest } from './types.js';

/**
 * What a change would do, call by call, and how it is undone. Reads what it needs and changes nothing.
 * @throws the signal's reason when aborted
 */
export function planChange(
  context: ChangeContext,
  request: ChangeRequest,
  signal: AbortSignal,
): Promise<Result<ChangePlan>> {
  switch (request.kind) {
    case 'annotate':
    case 'remove-annotation':
      return planAnnotation(context, request, signal);
    case 'create-association':
      return planCreateAssociation(context, request, signal);
    case 'update-association':
      return planUpdateAssociation(context, request, signal);
    case 'delete-association':
      return planDeleteAssociation(context, request, signal);
    case 'put-trust-policy':
      return planTrustPolicy(context, request, signal);
    case 'restart':
      return planRestart(context, request, signal);
  }
}
