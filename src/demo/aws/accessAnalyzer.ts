import { AwsError } from './errors.js';

type Json = Record<string, unknown>;

type Step = { index: number } | { key: string } | { value: string };

interface Finding {
  readonly findingType: 'ERROR' | 'SECURITY_WARNING' | 'SUGGESTION' | 'WARNING';
  readonly issueCode: string;
  readonly findingDetails: string;
  readonly path: readonly Step[];
  /** What stands at the path, as in the document. */
  readonly text: string;
}

/** ValidatePolicy of IAM Access Analyzer, with a few of its checks on trust policies. */
export function validatePolicy(body: string, query: URLSearchParams): Json {
  const input = JSON.parse(body || '{}') as Json;
  const document = String(input.policyDocument ?? '');
  if (input.policyType !== 'RESOURCE_POLICY' && input.policyType !== 'IDENTITY_POLICY') {
    throw new AwsError('ValidationException', 400, 'Invalid policyType');
  }
  const size = Number(query.get('maxResults') ?? 100);
  const start = Number(query.get('nextToken') ?? 0);
  const all = findingsOf(document).map((finding) => withLocation(document, finding));
  return {
    findings: all.slice(start, start + size),
    ...(start + size < all.length ? { nextToken: String(start + size) } : {}),
  };
}

function findingsOf(document: string): Finding[] {
  let policy: Json;
  try {
    policy = JSON.parse(document) as Json;
  } catch {
    return [
      {
        findingType: 'ERROR',
        issueCode: 'JSON_SYNTAX_ERROR',
        findingDetails: 'Fix the JSON syntax error.',
        path: [],
        text: '',
      },
    ];
  }
  const findings: Finding[] = [];
  if (policy.Version === undefined) {
    findings.push({
      findingType: 'WARNING',
      issueCode: 'MISSING_VERSION',
      findingDetails: 'We recommend that you specify the Version element to help you with debugging permission issues.',
      path: [],
      text: document,
    });
  }
  const statements = [policy.Statement].flat() as Json[];
  statements.forEach((statement, index) => {
    const at: Step[] = [{ value: 'Statement' }, ...(Array.isArray(policy.Statement) ? [{ index }] : [])];
    if (statement.Resource !== undefined) {
      findings.push({
        findingType: 'ERROR',
        issueCode: 'UNSUPPORTED_RESOURCE',
        findingDetails: 'The Resource element is not supported in a role trust policy.',
        path: [...at, { key: 'Resource' }],
        text: '"Resource"',
      });
    }
    for (const [operator, keys] of Object.entries((statement.Condition ?? {}) as Record<string, Json>)) {
      for (const [key, values] of Object.entries(keys)) {
        [values].flat().forEach((value, position) => {
          if (!/^StringEquals/.test(operator) || typeof value !== 'string' || !/[*?]/.test(value)) {
            return;
          }
          findings.push({
            findingType: 'ERROR',
            issueCode: 'WILDCARD_WITHOUT_LIKE_OPERATOR',
            findingDetails: `Your condition value includes a * or ? character. If you meant to use a wildcard (*, ?), update the condition operator to include Like.`,
            path: [
              ...at,
              { value: 'Condition' },
              { value: operator },
              { value: key },
              ...(Array.isArray(values) ? [{ index: position }] : []),
            ],
            text: JSON.stringify(value),
          });
        });
      }
    }
  });
  return findings;
}

function withLocation(document: string, { path, text, ...finding }: Finding): Json {
  const start = Math.max(0, document.indexOf(text));
  return {
    ...finding,
    learnMoreLink: `https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#${finding.issueCode.toLowerCase().replaceAll('_', '-')}`,
    locations: [{ path, span: { start: positionAt(document, start), end: positionAt(document, start + text.length) } }],
  };
}

function positionAt(document: string, offset: number): Json {
  const before = document.slice(0, offset).split('\n');
  return { line: before.length, column: before.at(-1)?.length ?? 0, offset };
}
