import { randomUUID } from 'node:crypto';
import type { DemoRequest, Protocol, Reply } from '../httpServer.js';
import type { LoggedRequest, Service } from '../requestLog.js';
import { validatePolicy } from './accessAnalyzer.js';
import { CloudTrail } from './cloudTrail.js';
import { ec2Call } from './ec2.js';
import { Eks, eksCall } from './eks.js';
import { EksAuth } from './eksAuth.js';
import { AwsError } from './errors.js';
import { Iam } from './iam.js';
import type { AwsState } from './state.js';
import { type Caller, Sts } from './sts.js';
import { permits } from './trust.js';
import { xml } from './xml.js';

const namespaces: Readonly<Record<string, string>> = {
  iam: 'https://iam.amazonaws.com/doc/2010-05-08/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
};

/** Versions of the query protocol, for requests that are not signed. */
const versions: Readonly<Record<string, Service>> = { '2010-05-08': 'iam', '2011-06-15': 'sts', '2016-11-15': 'ec2' };

interface Signature {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
}

/** The credential scope of an AWS Signature Version 4 header; the signature itself is not checked. */
function signatureOf(request: DemoRequest): Signature | undefined {
  const found = request.headers.authorization?.match(
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]*)\/([^/]+)\/aws4_request, *SignedHeaders=[^,]+, *Signature=[0-9a-f]{64}$/,
  );
  return found ? { accessKeyId: found[1] ?? '', region: found[2] ?? '', service: found[3] ?? '' } : undefined;
}

function isService(name: string): name is Service {
  return ['iam', 'sts', 'eks', 'eks-auth', 'ec2'].includes(name);
}

/** Operations whose input the log keeps. */
const restChanges = new Set(['CreatePodIdentityAssociation', 'UpdatePodIdentityAssociation']);

/** For the log; a body that is no JSON is refused later. */
function inputOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

interface Described extends LoggedRequest {
  readonly parameters: URLSearchParams;
}

/** Services that speak JSON. */
const jsonServices: ReadonlySet<Service> = new Set(['eks', 'eks-auth', 'access-analyzer', 'cloudtrail']);

/** The operation that a header of the AWS JSON protocol names, as in `….CloudTrail_20131101.LookupEvents`. */
function jsonOperation(request: DemoRequest): string | undefined {
  const target = request.headers['x-amz-target'];
  return typeof target === 'string' && target.includes('CloudTrail') ? target.split('.').at(-1) : undefined;
}

/** IAM, STS, EKS, EKS Auth, Access Analyzer, CloudTrail and the one EC2 call, on one port. */
export class AwsServer implements Protocol {
  private readonly iam: Iam;
  private readonly sts: Sts;
  private readonly eks: Eks;
  private readonly eksAuth: EksAuth;
  private readonly cloudTrail: CloudTrail;

  constructor(private readonly state: AwsState) {
    this.iam = new Iam(state);
    this.sts = new Sts(state);
    this.eks = new Eks(state);
    this.eksAuth = new EksAuth(state, this.sts);
    this.cloudTrail = new CloudTrail(state);
  }

  describe(request: DemoRequest): Described {
    const { method, url } = request;
    const path = `${url.pathname}${url.search}`;
    const parameters = new URLSearchParams(method === 'POST' && url.pathname === '/' ? request.body : url.search);
    const scope = signatureOf(request)?.service ?? '';
    const rest = eksCall(method, url.pathname);
    if (rest) {
      const service = rest.operation === 'AssumeRoleForPodIdentity' ? 'eks-auth' : 'eks';
      const subject = rest.item || (rest.operation === 'DescribeCluster' ? rest.cluster : '');
      const input = restChanges.has(rest.operation) ? { input: inputOf(request.body) } : {};
      return { service, operation: rest.operation, method, path, subject, parameters, ...input };
    }
    const trail = jsonOperation(request);
    if (trail !== undefined) {
      return { service: 'cloudtrail', operation: trail, method, path, subject: '', parameters };
    }
    if (url.pathname === '/policy/validation') {
      return { service: 'access-analyzer', operation: 'ValidatePolicy', method, path, subject: '', parameters };
    }
    const service = isService(scope) ? scope : (versions[parameters.get('Version') ?? ''] ?? 'unknown');
    return {
      service,
      operation: parameters.get('Action') ?? 'unknown',
      method,
      path,
      subject:
        parameters.get('RoleName') ??
        parameters.get('RoleArn') ??
        parameters.get('PolicyArn') ??
        parameters.get('OpenIDConnectProviderArn') ??
        '',
      parameters,
      ...(parameters.get('Action') === 'UpdateAssumeRolePolicy'
        ? { input: { RoleName: parameters.get('RoleName'), PolicyDocument: parameters.get('PolicyDocument') } }
        : {}),
    };
  }

  error(described: LoggedRequest, status: number, code: string | undefined, message: string): Reply {
    return this.errorReply(described.service, new AwsError(code ?? 'ServiceFailure', status, message));
  }

  throttled(described: LoggedRequest): Reply {
    const json = jsonServices.has(described.service);
    const code = json ? 'ThrottlingException' : 'Throttling';
    const status = json && described.service !== 'cloudtrail' ? 429 : 400;
    return this.errorReply(described.service, new AwsError(code, status, 'Rate exceeded'));
  }

  handle(request: DemoRequest): Reply {
    const described = this.describe(request);
    try {
      return this.answer(request, described);
    } catch (error) {
      if (error instanceof AwsError) {
        return this.errorReply(described.service, error);
      }
      throw error;
    }
  }

  private answer(request: DemoRequest, described: Described): Reply {
    const { service, operation, parameters } = described;
    const unsigned = operation === 'AssumeRoleWithWebIdentity';
    const caller = unsigned ? undefined : this.authenticate(request);
    switch (service) {
      case 'iam':
        this.authorize(caller, `iam:${operation}`, this.iam.resourceOf(parameters));
        return this.queryReply('iam', operation, xml(this.iam.call(operation, parameters)));
      case 'sts':
        return this.queryReply(
          'sts',
          operation,
          xml(
            this.recorded(operation, parameters.get('WebIdentityToken'), parameters.get('RoleArn'), () =>
              this.sts.call(operation, parameters, caller),
            ),
          ),
        );
      case 'access-analyzer':
        this.authorize(caller, `access-analyzer:${operation}`, '*');
        return this.jsonReply(validatePolicy(request.body, request.url.searchParams));
      case 'cloudtrail':
        this.authorize(caller, `cloudtrail:${operation}`, '*');
        return this.jsonReply(this.cloudTrail.lookupEvents(request.body));
      case 'ec2':
        this.authorize(caller, `ec2:${operation}`, '*');
        return {
          status: 200,
          headers: { 'content-type': 'text/xml;charset=UTF-8' },
          body: `<?xml version="1.0" encoding="UTF-8"?>\n<${operation}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>${randomUUID()}</requestId>${ec2Call(operation, parameters, this.state.scenario.nodeGroups)}</${operation}Response>`,
        };
      case 'eks':
      case 'eks-auth':
        return this.answerRest(request, caller);
      default:
        throw new AwsError('UnknownOperationException', 404, 'no such operation');
    }
  }

  private answerRest(request: DemoRequest, caller: Caller | undefined): Reply {
    const call = eksCall(request.method, request.url.pathname);
    if (!call) {
      throw new AwsError('UnknownOperationException', 404, 'no such operation');
    }
    let body: Record<string, unknown>;
    if (call.operation === 'AssumeRoleForPodIdentity') {
      const input = JSON.parse(request.body || '{}') as { token?: string };
      body = this.recorded(call.operation, input.token ?? null, null, () =>
        this.eksAuth.assumeRoleForPodIdentity(call.cluster, input.token ?? ''),
      );
    } else {
      this.authorize(caller, `eks:${call.operation}`, this.eks.resourceOf(call));
      body = this.eks.call(call, request.url.searchParams, request.body, signatureOf(request)?.region);
    }
    return this.jsonReply(body);
  }

  private jsonReply(body: Record<string, unknown>): Reply {
    return {
      status: 200,
      headers: { 'content-type': 'application/json', 'x-amzn-requestid': randomUUID() },
      body: JSON.stringify(body),
    };
  }

  /** Calls with a pod's token are what CloudTrail tells of later. */
  private recorded<T>(operation: string, token: string | null, roleArn: string | null, call: () => T): T {
    if (token === null) {
      return call();
    }
    try {
      const answer = call();
      this.cloudTrail.record(operation, token, roleArn ?? undefined, undefined);
      return answer;
    } catch (error) {
      if (error instanceof AwsError) {
        this.cloudTrail.record(operation, token, roleArn ?? undefined, error);
      }
      throw error;
    }
  }

  private authenticate(request: DemoRequest): Caller {
    const signature = signatureOf(request);
    if (!signature) {
      throw new AwsError(
        request.headers.authorization ? 'IncompleteSignature' : 'MissingAuthenticationToken',
        403,
        'Request is missing Authentication Token',
      );
    }
    const { caller } = this.state.scenario;
    if (signature.accessKeyId === caller.accessKeyId) {
      return { kind: 'user', arn: caller.arn, userId: caller.userId, account: caller.arn.split(':')[4] ?? '' };
    }
    const session = this.state.sessions.get(signature.accessKeyId);
    if (!session || session.sessionToken !== request.headers['x-amz-security-token']) {
      throw new AwsError('InvalidClientTokenId', 403, 'The security token included in the request is invalid.');
    }
    if (session.expiration.getTime() <= this.state.now().getTime()) {
      throw new AwsError('ExpiredToken', 403, 'The security token included in the request is expired');
    }
    return { kind: 'session', session };
  }

  private authorize(caller: Caller | undefined, action: string, resource: string): void {
    if (!caller) {
      return;
    }
    const who = caller.kind === 'session' ? caller.session.arn : caller.arn;
    const denied =
      caller.kind === 'session'
        ? !this.roleMay(caller.session.roleArn, action, resource)
        : this.state.scenario.caller.denied.some(
            (denial) =>
              denial.action === action && (denial.resource === undefined || resource.endsWith(denial.resource)),
          );
    if (denied) {
      const code = /^(?:eks|access-analyzer|cloudtrail)/.test(action) ? 'AccessDeniedException' : 'AccessDenied';
      throw new AwsError(
        code,
        403,
        `User: ${who} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
      );
    }
  }

  private roleMay(roleArn: string, action: string, resource: string): boolean {
    const role = this.state.roles.get(roleArn);
    const managed = (role?.attachedPolicyArns ?? []).map(
      (arn) => this.state.scenario.managedPolicies.find((each) => each.arn === arn)?.document,
    );
    return permits([...managed, ...Object.values(role?.inlinePolicies ?? {})], action, resource);
  }

  private queryReply(service: string, operation: string, result: string): Reply {
    const body = result === '' ? '' : `<${operation}Result>${result}</${operation}Result>`;
    return {
      status: 200,
      headers: { 'content-type': 'text/xml' },
      body: `<${operation}Response xmlns="${namespaces[service]}">${body}<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></${operation}Response>`,
    };
  }

  private errorReply(service: Service, error: AwsError): Reply {
    const id = randomUUID();
    if (jsonServices.has(service)) {
      return {
        status: error.status,
        headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.code, 'x-amzn-requestid': id },
        body: JSON.stringify({ message: error.message, ...error.members }),
      };
    }
    const type = error.status >= 500 ? 'Receiver' : 'Sender';
    const inner = xml({ Code: error.code, Message: error.message });
    const body =
      service === 'ec2'
        ? `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error>${inner}</Error></Errors><RequestID>${id}</RequestID></Response>`
        : `<ErrorResponse xmlns="${namespaces[service] ?? namespaces.sts}"><Error><Type>${type}</Type>${inner}</Error><RequestId>${id}</RequestId></ErrorResponse>`;
    return { status: error.status, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': id }, body };
  }
}
