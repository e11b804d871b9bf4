import type { UserRecord } from '../scenarioTypes.js';
import { isAllowed } from './access.js';
import { objectVerbs, resourceTypes } from './resources.js';
import { StatusError } from './status.js';

/** The answers to what a user asks of its own rights and name. */
export function reviewOf(
  resource: string,
  spec: Readonly<Record<string, unknown>> | undefined,
  user: UserRecord,
): Record<string, unknown> {
  switch (resource) {
    case 'selfsubjectaccessreviews': {
      const asked = (spec?.resourceAttributes ?? {}) as Readonly<Record<string, string | undefined>>;
      const { resource: plural = '', subresource } = asked;
      const allowed =
        spec?.nonResourceAttributes !== undefined ||
        isAllowed(user, {
          verb: asked.verb ?? '',
          group: asked.group ?? '',
          resource: subresource ? `${plural}/${subresource}` : plural,
          namespace: asked.namespace ?? '',
          name: asked.name ?? '',
        });
      return {
        kind: 'SelfSubjectAccessReview',
        apiVersion: 'authorization.k8s.io/v1',
        metadata: {},
        spec,
        status: { allowed, ...(allowed ? { reason: 'RBAC: allowed' } : {}) },
      };
    }
    case 'selfsubjectrulesreviews': {
      const namespace = String(spec?.namespace ?? '');
      const resourceRules = resourceTypes.flatMap(({ group, resource: plural, namespaced }) => {
        const verbs = objectVerbs.filter((verb) =>
          isAllowed(user, { verb, group, resource: plural, namespace: namespaced ? namespace : '', name: '' }),
        );
        return verbs.length > 0 ? [{ verbs, apiGroups: [group], resources: [plural] }] : [];
      });
      return {
        kind: 'SelfSubjectRulesReview',
        apiVersion: 'authorization.k8s.io/v1',
        metadata: {},
        spec,
        status: { resourceRules, nonResourceRules: [], incomplete: false },
      };
    }
    case 'selfsubjectreviews':
      return {
        kind: 'SelfSubjectReview',
        apiVersion: 'authentication.k8s.io/v1',
        metadata: {},
        status: { userInfo: { username: user.name, groups: user.groups } },
      };
    default:
      throw new StatusError(404, 'the server could not find the requested resource');
  }
}
