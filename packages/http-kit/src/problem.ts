import type { FastifyReply } from 'fastify';
import { statusText } from './status-text.ts';

/** RFC 9457, with the error's code and the request's id as extension members. */
export interface Problem {
  type: 'about:blank';
  title: string;
  status: number;
  /** What went wrong, for people. Left out where it could tell a stranger too much. */
  detail?: string;
  code?: string;
  requestId?: string;
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

export interface ProblemInit {
  detail?: string | undefined;
  code?: string | undefined;
  requestId?: string | undefined;
}

/** A problem whose title is the status phrase, as `about:blank` asks for (RFC 9457 section 4.2.1). */
export function createProblem(status: number, { detail, code, requestId }: ProblemInit = {}): Problem {
  return {
    type: 'about:blank',
    title: statusText(status) ?? 'Unknown Error',
    status,
    ...(detail !== undefined && { detail }),
    ...(code !== undefined && { code }),
    ...(requestId !== undefined && { requestId }),
  };
}

/** Sends a problem as the answer. */
export function sendProblem(reply: FastifyReply, status: number, init: ProblemInit = {}): FastifyReply {
  const problem = createProblem(status, { requestId: reply.request.id, ...init });
  return reply.code(status).type(PROBLEM_TYPE).send(JSON.stringify(problem));
}
