import type { Text } from '../../syntax/text.js';

const SUBJECT =
  /^system:serviceaccount:(?:openshift-|kube-system:(?:kube-controller-manager|capa-controller-manager|control-plane-operator|kms-provider)$)/;

/** The service account of one of OpenShift's own operators: which role it has, its tools decide. */
export function isOpenShiftSubject([first]: Text): boolean {
  return typeof first === 'string' && SUBJECT.test(first);
}
