/** A `ClusterConfig` for the documentation's examples. */
export function clusterConfig(...lines: readonly string[]): string {
  return `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata:
  name: blue
  region: eu-west-1
${lines.map((line) => `${line}\n`).join('')}`;
}
