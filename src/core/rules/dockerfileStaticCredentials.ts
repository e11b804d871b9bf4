import { literalOf } from '../syntax/text.js';
import { defineRule } from './rule.js';

export const dockerfileStaticCredentials = defineRule({
  id: 'dockerfile-static-credentials',
  severity: 'error',
  scope: 'document',
  fix: 'none',
  docs: {
    summary: 'No AWS keys go into an image, neither by ENV nor by ARG.',
    why: "What ENV sets is in every container of the image, and comes before the role of the service account. What ARG takes stays in the image's history.",
    bad: { Dockerfile: 'FROM alpine:3.20\nENV AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\n' },
    good: { Dockerfile: 'FROM alpine:3.20\nRUN --mount=type=secret,id=aws aws s3 ls\n' },
    links: [
      'https://docs.docker.com/build/building/secrets/',
      'https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/',
    ],
  },
  check(facts, report) {
    for (const { instruction, name, value, spot } of facts.dockerCredentials) {
      // Emptied on purpose. An argument is taken all the same, its default being empty.
      if (instruction === 'ENV' && value && literalOf(value)?.trim() === '') continue;
      const where =
        instruction === 'ENV'
          ? "in every container of the image, before its service account's role"
          : "in the image's history";
      report({
        at: spot,
        message: `${instruction} puts '${name}' ${where}; leave it out, and mount a secret where the build needs one.`,
      });
    }
  },
});
